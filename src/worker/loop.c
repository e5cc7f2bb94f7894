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

#include "core/contained.h"
#include "core/wakeup.h"
#include "worker/anomaly.h"
#include "worker/rates.h"
#include "worker/task.h"
#include "worker/transaction.h"
#include "worker/turns.h"
#include "worker/worker.h"

/* until a task that failed is tried again */
#define FAILED_TASK_MS 10000

/* ... because somebody keeps locked what it needs, or it has to store what is in memory */
#define LOCKED_AGAIN_MS 1000
#define FAILED_STORE_MS 1000

/* ... and a request of a session that could not be done yet */
#define REQUEST_AGAIN_MS 20

/* that something is locked is logged no more often */
#define LOCKED_LOG_MS 60000

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
		{"transaction_timeout", "0"},	/* since 17 */
		{"session_replication_role", "origin"},
		{"exit_on_error", "off"},
		{"client_min_messages", "error"},
		{"enable_seqscan", "on"},
		{"enable_indexscan", "on"},
		{"enable_sort", "on"},
		{"jit", "off"},
	};

	for (int i = 0; i < lengthof(settings); i++)
	{
		if (GetConfigOption(settings[i][0], true, false) != NULL)
			SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
	}
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

/*
 * Logs the error that was caught and rolls back.  Returns whether all that was
 * wrong is that somebody keeps something locked, which is no error.
 */
static bool
recover(MemoryContext context)
{
	static TimestampTz logged_at = 0;
	TimestampTz now = GetCurrentTimestamp();
	bool		locked = asb_is_locked(geterrcode());

	MemoryContextSwitchTo(context);
	if (!locked)
		EmitErrorReport();
	FlushErrorState();
	if (locked && asb_rest_of(LOCKED_LOG_MS, logged_at, now) == 0)
	{
		ereport(LOG,
				(errmsg("a session keeps locked what the worker needs"),
				 errdetail("What has to wait for it is tried again and again."),
				 errhint("pg_locks shows who holds locks, and pg_stat_activity since when.")));
		logged_at = now;
	}
	/* the error may come out of a subtransaction, which alone AbortCurrentTransaction() would abort */
	AbortOutOfAnyTransaction();
	MemoryContextSwitchTo(context);
	return locked;
}

/*
 * Ends sessions that overrun their time.  "woken": something may be new, so it
 * does not do to have looked just before.
 */
static TimestampTz watch_due = 0;

static void
watch(bool woken)
{
	static TimestampTz watched_at = 0;
	TimestampTz now = GetCurrentTimestamp();
	int64		next = asb_rest_of(ASB_WATCH_INTERVAL_MS, watched_at, now);

	if (next > 0)
	{
		if (woken)
			watch_due = Min(watch_due, TimestampTzPlusMilliseconds(now, next));
		return;
	}
	watched_at = now;
	next = asb_task_watch();
	watch_due = TimestampTzPlusMilliseconds(now, next);
}

/*
 * Does what sessions wait for, and watches over their time; called between the
 * batches of everything else.  Returns whether something has to be tried again.
 */
static bool
serve_sessions(void)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	int			n;
	AsbPending *pending = asb_request_pending(&n);
	bool		again = false;

	watch(false);
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
		AsbAnswer	answer = recover(oldcontext) ? ASB_ANSWER_NONE : ASB_ANSWER_FAILED;

		for (int i = 0; i < n; i++)
			pending[i].answer = answer;
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
static int64 store(void);

/*
 * Judges what was submitted.  What is due meanwhile does not wait for the end
 * of it, so that no flood of calls delays a release tick, or lets sessions run
 * unwatched.  After an error the calls of the batch are judged one by one; if
 * something is locked, or the error is none of a single call, false is returned,
 * and the rest is left for later.
 */
static bool
validate(bool from_oldest)
{
	static TimestampTz failed_at = 0;
	MemoryContext oldcontext = CurrentMemoryContext;
	volatile int careful = 0;	/* calls still to be judged alone */
	volatile bool rescan = from_oldest;
	volatile bool more = true;
	volatile bool stuck = asb_rest_of(FAILED_TASK_MS, failed_at, GetCurrentTimestamp()) > 0;

	while (more && !stuck && !leaving())
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
			stuck = recover(oldcontext);
			forget();

			/* such as that of a disk that is full; sessions have to be watched on */
			if (careful > 0 && !stuck)
			{
				failed_at = GetCurrentTimestamp();
				stuck = true;
			}
			careful = ASB_TASK_BATCH;
			rescan = true;
		}
		PG_END_TRY();
		if (more && asb_wakeup_alarm() <= GetCurrentTimestamp())
			run_timed_tasks();
		if (more)
			(void) store();
	}
	return !stuck;
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
			bool		locked = recover(oldcontext);

			asb_young_forget();
			asb_conversations_forget();
			forget();
			asb_wakeup_set_alarm(TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
															 locked ? LOCKED_AGAIN_MS : FAILED_TASK_MS));
		}
		PG_END_TRY();
	}

	/* what is due already is locked by somebody */
	soon = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), 1000);
	asb_wakeup_set_alarm(more ? DT_NOBEGIN : Max(next, soon));
}

/* One task that stores; negative if it failed, and all is still to be stored. */
static int64
run_store(int64 (*task) (void))
{
	static MemoryContext context = NULL;
	MemoryContext oldcontext = CurrentMemoryContext;
	volatile int64 next = -1;

	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "agentsandbox store",
										ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		next = task();
	}
	PG_CATCH();
	{
		(void) recover(oldcontext);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(context);
	return next;
}

/* Stores what sessions have left in memory; returns how long the worker may sleep. */
static int64
store(void)
{
	static int64 (*const tasks[]) (void) = {
		asb_task_usage, asb_task_refusals, asb_task_departures
	};
	static TimestampTz ran_at = 0;
	static TimestampTz failed_at[lengthof(tasks)];
	TimestampTz now = GetCurrentTimestamp();
	int64		next = ASB_SAFETY_INTERVAL_MS;
	int64		rest = asb_rest_of(ASB_WATCH_INTERVAL_MS, ran_at, now);

	if (rest > 0)
		return rest;
	for (int i = 0; i < lengthof(tasks); i++)
	{
		int64		mine = asb_rest_of(FAILED_STORE_MS, failed_at[i], now);

		watch(false);
		if (mine == 0)
			mine = run_store(tasks[i]);
		if (mine < 0)
		{
			failed_at[i] = now;
			mine = FAILED_STORE_MS;
		}
		next = Min(next, mine);
	}
	ran_at = now;
	return next;
}

/* In milliseconds; an alarm set to "at once" is too far away for subtraction. */
static int64
until(TimestampTz at)
{
	TimestampTz now = GetCurrentTimestamp();

	return at <= now ? 0 : TimestampDifferenceMilliseconds(now, at);
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
		int64		sleep_ms = ASB_SAFETY_INTERVAL_MS;
		bool		rescan;
		int64		rest;

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

		watch(true);
		now = GetCurrentTimestamp();
		rescan = TimestampDifferenceExceeds(rescanned_at, now, ASB_SAFETY_INTERVAL_MS);
		if (now < rescanned_at)
		{
			/* the clock was set back: the alarm may be far away */
			rescan = true;
			asb_wakeup_set_alarm(DT_NOBEGIN);
		}
		if (!validate(rescan))
		{
			rescanned_at = 0;
			sleep_ms = LOCKED_AGAIN_MS;
		}
		else if (rescan)
			rescanned_at = now;
		if (asb_wakeup_alarm() <= now)
			run_timed_tasks();
		rest = store();
		sleep_ms = Min(sleep_ms, rest);
		if (serve_sessions())
			sleep_ms = Min(sleep_ms, REQUEST_AGAIN_MS);

		pgstat_report_stat(false);
		pgstat_report_activity(STATE_IDLE, NULL);
		sleep_ms = Min(sleep_ms, until(asb_wakeup_alarm()));
		sleep_ms = Min(sleep_ms, until(watch_due));
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 sleep_ms, PG_WAIT_EXTENSION);
	}
}
