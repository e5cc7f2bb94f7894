/*
 * registration.c
 *	  Registers the launcher, and makes workers step aside for statements
 *	  that need a database without connections.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "confine/hooks.h"
#include "core/compat.h"
#include "core/wakeup.h"
#include "session/role_label.h"
#include "worker/worker.h"

/* May the user copy the database though it is not his own? */
static bool
may_copy(Oid dboid)
{
	HeapTuple	database = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(dboid));
	HeapTuple	user = SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()));
	bool		result = HeapTupleIsValid(database) && HeapTupleIsValid(user) &&
		((Form_pg_database) GETSTRUCT(database))->datistemplate &&
		((Form_pg_authid) GETSTRUCT(user))->rolcreatedb;

	if (HeapTupleIsValid(database))
		ReleaseSysCache(database);
	if (HeapTupleIsValid(user))
		ReleaseSysCache(user);
	return result;
}

/*
 * A statement is going to need this database without connections: sends its
 * worker away.  The lock comes first, so that neither a worker that is just
 * starting nor the launcher gets in again before the statement has ended; it
 * conflicts with itself, because the statement is going to raise it.
 */
static void
make_way(const char *name)
{
	Oid			dboid = get_database_oid(name, true);
	ObjectAddress address;

	if (!OidIsValid(dboid) || dboid == MyDatabaseId ||
		!(pg_database_ownercheck(dboid, GetUserId()) || may_copy(dboid)))
		return;					/* the statement says what is wrong */

	ObjectAddressSet(address, DatabaseRelationId, dboid);
	if (!asb_wakeup_has_worker(dboid) &&
		GetSecurityLabel(&address, ASB_LABEL_PROVIDER) == NULL)
		return;

	LockSharedObject(DatabaseRelationId, dboid, 0, ShareRowExclusiveLock);
	asb_wakeup_dismiss_worker(dboid);
}

bool
asb_database_is_wanted(Oid dboid)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, dboid, 0);
	if (LockAcquire(&tag, RowExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	LockRelease(&tag, RowExclusiveLock, false);
	return false;
}

void
asb_worker_init(void)
{
	BackgroundWorker launcher = {0};

	/* a server that pg_upgrade started works on nothing */
	if (IsBinaryUpgrade)
		return;

	launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
	launcher.bgw_restart_time = 1;
	strlcpy(launcher.bgw_name, "agentsandbox launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_type, "agentsandbox launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_library_name, "agentsandbox", BGW_MAXLEN);
	strlcpy(launcher.bgw_function_name, "asb_launcher_main", BGW_MAXLEN);
	RegisterBackgroundWorker(&launcher);

	asb_hooks_on_database_ddl(make_way);
}
