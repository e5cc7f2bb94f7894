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
#include "catalog/objectaddress.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "core/catalog.h"
#include "core/wakeup.h"
#include "session/role_label.h"
#include "worker/worker.h"

/* ALTER DATABASE ... SET must not steer the worker. */
static void
fix_settings(void)
{
	static const char *const settings[][2] = {
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

/* Is somebody dropping, renaming, moving or copying this database? */
static bool
database_is_wanted(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, MyDatabaseId, 0);
	if (LockAcquire(&tag, RowExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	LockRelease(&tag, RowExclusiveLock, false);
	return false;
}

/*
 * Is the extension in this database?  If so it stays until the transaction
 * ends: DROP EXTENSION waits for our lock, and we for one that runs already.
 */
static bool
lock_extension(void)
{
	Oid			extension = get_extension_oid("agentsandbox", true);

	if (!OidIsValid(extension))
		return false;
	LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
	return OidIsValid(asb_schema_oid());
}

/*
 * As above.  If not, the label that brought the worker here is stale and is
 * removed.  CREATE EXTENSION sets it under a lock that conflicts with ours,
 * so a new extension does not lose it.
 */
static bool
extension_exists(void)
{
	ObjectAddress address;

	if (lock_extension())
		return true;

	LockSharedObject(DatabaseRelationId, MyDatabaseId, 0, ShareUpdateExclusiveLock);
	if (lock_extension())
		return true;

	ObjectAddressSet(address, DatabaseRelationId, MyDatabaseId);
	SetSecurityLabel(&address, ASB_LABEL_PROVIDER, NULL);
	return false;
}

/* One round; false if the worker has no place here any more. */
static bool
run_round(void)
{
	bool		exists;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	exists = extension_exists();
	PopActiveSnapshot();
	CommitTransactionCommand();
	return exists;
}

/* In the order in which they matter when there is much to do. */
static int64 (*const tasks[]) (void) = {
	asb_task_watch,
	asb_task_usage,
};

/* Milliseconds until a task wants to be called again. */
static int64
run_tasks(void)
{
	int64		next = ASB_SAFETY_INTERVAL_MS;

	for (int i = 0; i < lengthof(tasks); i++)
	{
		int64		mine = tasks[i] ();

		next = Min(next, mine);
	}
	return next;
}

static bool
may_start(void)
{
	bool		wanted;

	if (!asb_wakeup_attach())
		return false;

	/* whoever wants the database locked it first and then looked for us */
	StartTransactionCommand();
	wanted = database_is_wanted();
	CommitTransactionCommand();
	return !wanted;
}

void
asb_worker_main(Datum arg)
{
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
		int64		next;

		ResetLatch(MyLatch);
		if (ProcDiePending || asb_wakeup_dismissed())
			proc_exit(0);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}

		if (!run_round())
			proc_exit(0);
		next = run_tasks();

		pgstat_report_stat(false);
		pgstat_report_activity(STATE_IDLE, NULL);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 next, PG_WAIT_EXTENSION);
	}
}
