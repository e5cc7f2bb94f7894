/*
 * launcher.c
 *	  Starts a worker in each database whose security label is "enabled", and
 *	  starts it again when it has gone.
 *
 * The launcher reads shared catalogs only.  It sleeps until a worker stops, a
 * backend misses its worker (CREATE EXTENSION does), or a restart is due.
 *
 * A process without a database may have no index of pg_shseclabel, so each
 * scan can read the labels of all conversations.  Hence it scans when asked
 * to, while a worker is missing and after ASB_SAFETY_INTERVAL_MS, not whenever
 * it wakes.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_database.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/procsignal.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/settings.h"
#include "core/wakeup.h"
#include "session/role_label.h"
#include "worker/worker.h"

#define MIN_RESTART_MS	1000
#define MAX_RESTART_MS	ASB_SAFETY_INTERVAL_MS

/* A database that has, or should have, a worker. */
typedef struct Member
{
	Oid			dboid;			/* InvalidOid: free */
	bool		labelled;		/* seen by the last scan */
	BackgroundWorkerHandle *handle; /* NULL: not started */
	TimestampTz started_at;
	TimestampTz start_after;
	int			restart_ms;		/* the last delay */
} Member;

static Member *members;			/* asb_max_databases of them */

/* what was last complained about, so that it is said once */
static bool too_many_said = false;
static bool no_slot_said = false;

static Member *
find_member(Oid dboid)
{
	for (int i = 0; i < asb_max_databases; i++)
	{
		if (members[i].dboid == dboid)
			return &members[i];
	}
	return NULL;
}

/* Does the database say that it has the extension? */
static bool
is_enabled(Form_pg_database form)
{
	ObjectAddress address;
	char	   *label;

	if (!form->datallowconn)
		return false;
	ObjectAddressSet(address, DatabaseRelationId, form->oid);
	label = GetSecurityLabel(&address, ASB_LABEL_PROVIDER);
	return label != NULL && strcmp(label, "enabled") == 0;
}

/* Brings "members" up to date with pg_database. */
static void
scan_databases(void)
{
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		too_many = false;

	for (int i = 0; i < asb_max_databases; i++)
		members[i].labelled = false;

	rel = table_open(DatabaseRelationId, AccessShareLock);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);
		Member	   *member;

		if (!is_enabled(form))
			continue;
		member = find_member(form->oid);
		if (member == NULL)
			member = find_member(InvalidOid);
		if (member)
		{
			member->dboid = form->oid;
			member->labelled = true;
		}
		else
			too_many = true;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	if (too_many && !too_many_said)
		ereport(LOG,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("more than %d databases have the extension agentsandbox",
						asb_max_databases),
				 errdetail("Calls in the other databases wait."),
				 errhint("Increase agentsandbox.max_databases and restart the server.")));
	too_many_said = too_many;
}

static void
start_worker(Member *member, TimestampTz now)
{
	BackgroundWorker worker = {0};
	MemoryContext oldcontext;
	bool		registered;

	member->restart_ms = Max(member->restart_ms, MIN_RESTART_MS);
	member->start_after = TimestampTzPlusMilliseconds(now, member->restart_ms);

	/* in a database that is wanted it would only wait, or find no database */
	if (asb_wakeup_has_worker(member->dboid) || asb_database_is_wanted(member->dboid))
		return;

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_notify_pid = MyProcPid;
	worker.bgw_main_arg = ObjectIdGetDatum(member->dboid);
	snprintf(worker.bgw_name, BGW_MAXLEN, "agentsandbox worker of database %u", member->dboid);
	strlcpy(worker.bgw_type, ASB_WORKER_TYPE, BGW_MAXLEN);
	strlcpy(worker.bgw_library_name, "agentsandbox", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "asb_worker_main", BGW_MAXLEN);

	oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	registered = RegisterDynamicBackgroundWorker(&worker, &member->handle);
	MemoryContextSwitchTo(oldcontext);
	if (!registered)
	{
		member->handle = NULL;
		if (!no_slot_said)
			ereport(LOG,
					(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
					 errmsg("no slot is free for an agentsandbox worker"),
					 errhint("Increase max_worker_processes and restart the server.")));
		no_slot_said = true;
		return;
	}
	no_slot_said = false;
	member->started_at = now;
}

/*
 * Forgets a worker that has stopped.  One that had lived for long is started
 * again at once, others after a delay that doubles.
 */
static void
reap_worker(Member *member, TimestampTz now)
{
	pid_t		pid;

	if (member->handle == NULL ||
		GetBackgroundWorkerPid(member->handle, &pid) != BGWH_STOPPED)
		return;

	pfree(member->handle);
	member->handle = NULL;
	if (TimestampDifferenceExceeds(member->started_at, now, MAX_RESTART_MS))
		member->restart_ms = 0;
	else
		member->restart_ms = Min(member->restart_ms * 2, MAX_RESTART_MS);
	member->start_after = TimestampTzPlusMilliseconds(now, member->restart_ms);
}

/* Starts what is missing; returns how long the launcher may sleep. */
static long
supervise(void)
{
	static TimestampTz scanned_at = 0;
	TimestampTz now = GetCurrentTimestamp();
	long		sleep_ms = ASB_SAFETY_INTERVAL_MS;
	bool		missing = false;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	for (int i = 0; i < asb_max_databases; i++)
	{
		if (!OidIsValid(members[i].dboid))
			continue;
		reap_worker(&members[i], now);
		missing = missing || members[i].handle == NULL;
	}

	if (asb_wakeup_launcher_asked() || missing ||
		now < scanned_at || TimestampDifferenceExceeds(scanned_at, now, ASB_SAFETY_INTERVAL_MS))
	{
		scan_databases();
		scanned_at = now;
	}

	for (int i = 0; i < asb_max_databases; i++)
	{
		Member	   *member = &members[i];

		if (!OidIsValid(member->dboid) || member->handle != NULL)
			continue;
		if (!member->labelled)
		{
			/* its place may be for a database that found none */
			memset(member, 0, sizeof(*member));
			if (too_many_said)
			{
				scanned_at = 0;
				sleep_ms = 0;
			}
			continue;
		}
		/* one that is further away was set before the clock was set back */
		if (member->start_after <= now ||
			member->start_after > TimestampTzPlusMilliseconds(now, MAX_RESTART_MS))
			start_worker(member, now);
		if (member->handle == NULL)
			sleep_ms = Min(sleep_ms,
						   TimestampDifferenceMilliseconds(now, member->start_after));
	}

	CommitTransactionCommand();
	return sleep_ms;
}

void
asb_launcher_main(Datum arg)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);

	members = MemoryContextAllocZero(TopMemoryContext,
									 sizeof(Member) * asb_max_databases);
	asb_wakeup_attach_launcher();

	for (;;)
	{
		long		sleep_ms;

		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}

		pgstat_report_activity(STATE_RUNNING, "starting workers");
		sleep_ms = supervise();
		pgstat_report_activity(STATE_IDLE, NULL);

		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 sleep_ms, PG_WAIT_EXTENSION);
	}
}
