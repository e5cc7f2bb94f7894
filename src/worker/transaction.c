/*
 * transaction.c
 *	  The transactions of a worker.
 *
 * A worker touches nothing of a database that the extension has left: DROP
 * EXTENSION waits for the worker's transaction, or the worker for it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "commands/seclabel.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/snapmgr.h"

#include "core/catalog.h"
#include "rpc/method.h"
#include "session/role_label.h"
#include "worker/transaction.h"

/*
 * How long a worker waits for a lock, in milliseconds.  Sessions can keep locks
 * for as long as they like, and everybody else's work would wait with it: what
 * is locked is done later.
 */
#define LOCK_WAIT_MS 250

/*
 * The extension, or InvalidOid.  It is looked up only if there is another
 * schema than the last time, for no cache has it; its schema goes with it.
 */
static Oid
extension_oid(void)
{
	static Oid	of_schema = InvalidOid;
	static Oid	extension = InvalidOid;
	Oid			schema = asb_schema_oid();

	if (!OidIsValid(schema) || schema != of_schema)
		extension = get_extension_oid("agentsandbox", true);
	of_schema = schema;
	return extension;
}

/*
 * Is the extension in this database?  If so it stays until the transaction
 * ends: DROP EXTENSION waits for our lock, and we for one that runs already.
 */
static bool
lock_extension(void)
{
	Oid			extension = extension_oid();

	if (!OidIsValid(extension))
		return false;
	LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
	return OidIsValid(asb_schema_oid()) && extension_oid() == extension;
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

void
asb_worker_begin(const char *activity)
{
	pgstat_report_activity(STATE_RUNNING, activity);
	SetCurrentStatementStartTimestamp();
	LockTimeout = LOCK_WAIT_MS;
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (!extension_exists())
	{
		PopActiveSnapshot();
		CommitTransactionCommand();
		proc_exit(0);
	}

	/* what was committed while we waited for the lock counts */
	PopActiveSnapshot();
	PushActiveSnapshot(GetTransactionSnapshot());
	asb_check_version();
	asb_methods_recheck();
	SPI_connect();
}

void
asb_worker_commit(void)
{
	SPI_finish();
	PopActiveSnapshot();

	/* who notifies commits one after the other; nobody can keep that lock */
	LockTimeout = 0;
	CommitTransactionCommand();
}
