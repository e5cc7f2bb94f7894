/*
 * loop.c
 *	  The worker of one database: sleeps on its latch, runs the tasks.
 *
 * It runs as the bootstrap superuser, so nothing that an unprivileged user
 * could have made may be executed here: the search path holds pg_catalog
 * alone, every name in SQL text is qualified, and settings that a database's
 * owner can attach to the database are overridden.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/wakeup.h"
#include "worker/anomaly.h"
#include "worker/rates.h"
#include "worker/task.h"
#include "worker/transaction.h"
#include "worker/turns.h"
#include "worker/worker.h"

/* until a task that failed is tried again */
#define FAILED_TASK_MS 10000

/* ... a watch, */
#define FAILED_WATCH_MS 1000

/* ... and a request of a session that could not be done yet */
#define REQUEST_AGAIN_MS 20

/* ALTER DATABASE ... SET must not steer the worker. */
static void
fix_settings(void)
{
	static const char *const settings[][2] = {
		{"role", "none"},
		{"search_path", "pg_catalog, pg_temp"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"row_security", "on"},
		{"statement_timeout", "0"},
		{"lock_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
		{"session_replication_role", "origin"},
		{"client_min_messages", "error"},
		{"enable_seqscan", "on"},
		{"enable_indexscan", "on"},
		{"enable_sort", "on"},
		{"jit", "off"},
	};

	for (int i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
}

/* Asked to go, by the postmaster or for the sake of the database. */
static bool
leaving(void)
{
	return ProcDiePending || asb_wakeup_dismissed();
}

/* A transaction was rolled back, and what it did is in memory. */
static void
forget(void)
{
	asb_turns_forget();
	asb_rates_forget();
	asb_anomaly_forget();
}

/* For PG_CATCH(): the error has ended what was being done, and the worker goes on. */
static void
recover(MemoryContext context)
{
	MemoryContextSwitchTo(context);
	EmitErrorReport();
	FlushErrorState();
	AbortCurrentTransaction();
}

/*
 * Does what sessions wait for; called between the batches of everything else.
 * Returns whether something has to be tried again.
 */
static bool
serve_sessions(void)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	int			n;
	AsbPending *pending = asb_request_pending(&n);
	bool		again = false;

	if (n == 0)
		return false;
	PG_TRY();
	{
		asb_worker_begin("serving sessions");
		asb_task_requests(pending, n);
		asb_worker_commit();
	}
	PG_CATCH();
	{
		recover(oldcontext);
		for (int i = 0; i < n; i++)
			pending[i].answer = ASB_ANSWER_FAILED;
	}
	PG_END_TRY();

	MemoryContextSwitchTo(oldcontext);
	asb_task_requests_done(pending, n);
	for (int i = 0; i < n; i++)
		again |= pending[i].answer == ASB_ANSWER_NONE;
	pfree(pending);
	return again;
}

static void run_timed_tasks(void);
static int64 run_watches(TimestampTz now);

/*
 * Judges what was submitted.  What is due meanwhile does not wait for the end
 * of it, so that no flood of calls delays a release tick, or lets sessions run
 * unwatched.  After an error the calls of the batch are judged one by one.
 */
static void
validate(bool from_oldest)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	volatile int careful = 0;	/* calls still to be judged alone */
	volatile bool rescan = from_oldest;
	volatile bool more = true;

	while (more && !leaving())
	{
		(void) serve_sessions();
		PG_TRY();
		{
			asb_worker_begin("validating calls");
			more = asb_task_validate(careful > 0, rescan);
			asb_worker_commit();
			rescan = false;
			careful = Max(careful - 1, 0);
		}
		PG_CATCH();
		{
			recover(oldcontext);
			forget();

			/* an error in spite of care is none of a single call */
			if (careful > 0)
				proc_exit(1);
			careful = ASB_TASK_BATCH;
			rescan = true;
		}
		PG_END_TRY();
		if (more && asb_wakeup_alarm() <= GetCurrentTimestamp())
			run_timed_tasks();
		if (more)
			(void) run_watches(GetCurrentTimestamp());
	}
}

/* One batch of a task; returns whether there may be more. */
static bool
run_timed_task(bool (*task) (TimestampTz *next), TimestampTz *next)
{
	bool		more;

	(void) serve_sessions();
	asb_worker_begin("doing what is due");
	more = task(next);
	asb_worker_commit();
	return more;
}

/*
 * Does a batch of each kind of what is due by now, and sets the alarm for what
 * comes next.  So a task that has much to do keeps no other waiting, and least
 * of all a release tick, whose calls are released one after the other.  A task
 * that fails is tried again later.
 */
static void
run_timed_tasks(void)
{
	static bool (*const tasks[]) (TimestampTz *next) = {
		asb_task_release, asb_task_reviews, asb_task_young, asb_task_timers,
		asb_task_conversations, asb_task_retention
	};
	MemoryContext oldcontext = CurrentMemoryContext;
	TimestampTz next = DT_NOEND;
	TimestampTz soon;
	volatile bool more = false;

	asb_wakeup_clear_alarm();
	for (int i = 0; i < lengthof(tasks) && !leaving(); i++)
	{
		PG_TRY();
		{
			bool		again = run_timed_task(tasks[i], &next);

			while (again && tasks[i] == asb_task_release && !leaving())
				again = run_timed_task(tasks[i], &next);
			more |= again;
		}
		PG_CATCH();
		{
			recover(oldcontext);
			asb_young_forget();
			asb_conversations_forget();
			forget();
			asb_wakeup_set_alarm(TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
															 FAILED_TASK_MS));
		}
		PG_END_TRY();
	}

	/* what is due already is locked by somebody */
	soon = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), 1000);
	asb_wakeup_set_alarm(more ? DT_NOBEGIN : Max(next, soon));
}

/* One watch; negative if it failed, and what it wanted to store is still to be stored. */
static int64
run_watch(int64 (*watch) (void))
{
	static MemoryContext context = NULL;
	MemoryContext oldcontext = CurrentMemoryContext;
	volatile int64 next = -1;

	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "agentsandbox watch",
										ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		next = watch();
	}
	PG_CATCH();
	{
		recover(oldcontext);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(context);
	return next;
}

/* Watches over what goes on in sessions; returns how long the worker may sleep. */
static int64
run_watches(TimestampTz now)
{
	static int64 (*const watches[]) (void) = {
		asb_task_watch, asb_task_usage, asb_task_refusals, asb_task_departures
	};
	static TimestampTz ran_at = 0;
	static TimestampTz failed_at[lengthof(watches)];
	int64		next = ASB_SAFETY_INTERVAL_MS;
	int64		rest = asb_rest_of(ASB_WATCH_INTERVAL_MS, ran_at, now);

	if (rest > 0)
		return rest;
	for (int i = 0; i < lengthof(watches); i++)
	{
		int64		mine = asb_rest_of(FAILED_WATCH_MS, failed_at[i], now);

		if (mine == 0)
			mine = run_watch(watches[i]);
		if (mine < 0)
		{
			failed_at[i] = now;
			mine = FAILED_WATCH_MS;
		}
		next = Min(next, mine);
	}
	ran_at = now;
	return next;
}

/* In milliseconds; an alarm set to "at once" is too far away for subtraction. */
static int64
until_alarm(void)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz alarm = asb_wakeup_alarm();

	return alarm <= now ? 0 : TimestampDifferenceMilliseconds(now, alarm);
}

static bool
may_start(void)
{
	bool		wanted;

	if (!asb_wakeup_attach())
		return false;

	/* whoever wants the database locked it first and then looked for us */
	StartTransactionCommand();
	wanted = asb_database_is_wanted(MyDatabaseId);
	CommitTransactionCommand();
	return !wanted;
}

void
asb_worker_main(Datum arg)
{
	TimestampTz rescanned_at = 0;
	bool		rescan;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(arg), InvalidOid, 0);
	fix_settings();

	/* exit code 0 is no crash; the launcher decides whether to start again */
	if (!may_start())
		proc_exit(0);

	for (;;)
	{
		TimestampTz now;
		int64		sleep_ms;

		ResetLatch(MyLatch);
		if (leaving())
			proc_exit(0);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			asb_wakeup_set_alarm(DT_NOBEGIN);	/* retention may have changed */
		}

		now = GetCurrentTimestamp();
		rescan = TimestampDifferenceExceeds(rescanned_at, now, ASB_SAFETY_INTERVAL_MS);
		if (now < rescanned_at)
		{
			/* the clock was set back: the alarm may be far away */
			rescan = true;
			asb_wakeup_set_alarm(DT_NOBEGIN);
		}
		validate(rescan);
		if (rescan)
			rescanned_at = now;
		if (asb_wakeup_alarm() <= now)
			run_timed_tasks();
		sleep_ms = run_watches(now);
		if (serve_sessions())
			sleep_ms = Min(sleep_ms, REQUEST_AGAIN_MS);

		pgstat_report_stat(false);
		pgstat_report_activity(STATE_IDLE, NULL);
		sleep_ms = Min(sleep_ms, until_alarm());
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 sleep_ms, PG_WAIT_EXTENSION);
	}
}
