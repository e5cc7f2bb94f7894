/*
 * wakeup.c
 *	  Wakes workers at commit.
 *
 * Locking: "lock" guards every field of the table.  It is held for a few
 * instructions only, and never while something that could error is done.
 * A latch belongs to a PGPROC, which is in shared memory for as long as the
 * server lives; setting the latch of a process that has just gone wakes its
 * successor in vain, which is harmless.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "storage/spin.h"

#include "core/settings.h"
#include "core/shmem.h"
#include "core/wakeup.h"

typedef struct WakeupEntry
{
	Oid			dboid;			/* InvalidOid: free */
	Latch	   *latch;			/* NULL: no worker, but one is wanted */
	pid_t		pid;
} WakeupEntry;

typedef struct WakeupTable
{
	slock_t		lock;
	Latch	   *launcher;
	WakeupEntry entries[FLEXIBLE_ARRAY_MEMBER];
} WakeupTable;

static WakeupTable *table = NULL;

/* this transaction, if it commits, wakes the worker */
static bool wakeup_pending = false;

static Size
table_size(void)
{
	return add_size(offsetof(WakeupTable, entries),
					mul_size(asb_max_databases, sizeof(WakeupEntry)));
}

static void
table_init(void *part)
{
	SpinLockInit(&((WakeupTable *) part)->lock);
}

/* The entry of a database, or a free one, or NULL.  Caller holds the lock. */
static WakeupEntry *
find_entry(Oid dboid)
{
	WakeupEntry *unused = NULL;

	for (int i = 0; i < asb_max_databases; i++)
	{
		WakeupEntry *entry = &table->entries[i];

		if (entry->dboid == dboid)
			return entry;
		if (!OidIsValid(entry->dboid) && unused == NULL)
			unused = entry;
	}
	return unused;
}

void
asb_wakeup_worker(void)
{
	Latch	   *latch = NULL;
	WakeupEntry *entry;

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	if (entry)
	{
		entry->dboid = MyDatabaseId;
		latch = entry->latch ? entry->latch : table->launcher;
	}
	SpinLockRelease(&table->lock);

	if (latch)
		SetLatch(latch);
}

static void
wakeup_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (wakeup_pending)
				asb_wakeup_worker();
			wakeup_pending = false;
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			wakeup_pending = false;
			break;
		default:
			break;
	}
}

void
asb_wakeup_at_commit(void)
{
	wakeup_pending = true;
}

static void
detach(int code, Datum arg)
{
	SpinLockAcquire(&table->lock);
	for (int i = 0; i < asb_max_databases; i++)
	{
		if (table->entries[i].latch == MyLatch)
			memset(&table->entries[i], 0, sizeof(WakeupEntry));
	}
	if (table->launcher == MyLatch)
		table->launcher = NULL;
	SpinLockRelease(&table->lock);
}

bool
asb_wakeup_attach(void)
{
	WakeupEntry *entry;
	bool		attached = false;

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	if (entry && entry->latch == NULL)
	{
		entry->dboid = MyDatabaseId;
		entry->latch = MyLatch;
		entry->pid = MyProcPid;
		attached = true;
	}
	SpinLockRelease(&table->lock);

	if (attached)
		before_shmem_exit(detach, (Datum) 0);
	return attached;
}

void
asb_wakeup_attach_launcher(void)
{
	SpinLockAcquire(&table->lock);
	table->launcher = MyLatch;
	SpinLockRelease(&table->lock);
	before_shmem_exit(detach, (Datum) 0);
}

int
asb_wakeup_take_wanted(Oid *dboids, int max)
{
	int			n = 0;

	SpinLockAcquire(&table->lock);
	for (int i = 0; i < asb_max_databases && n < max; i++)
	{
		WakeupEntry *entry = &table->entries[i];

		if (OidIsValid(entry->dboid) && entry->latch == NULL)
		{
			dboids[n++] = entry->dboid;
			memset(entry, 0, sizeof(WakeupEntry));
		}
	}
	SpinLockRelease(&table->lock);
	return n;
}

pid_t
asb_wakeup_worker_pid(Oid dboid)
{
	WakeupEntry *entry;
	pid_t		pid = 0;

	SpinLockAcquire(&table->lock);
	entry = find_entry(dboid);
	if (entry && entry->dboid == dboid)
		pid = entry->pid;
	SpinLockRelease(&table->lock);
	return pid;
}

void
asb_wakeup_init(void)
{
	asb_shmem_register("agentsandbox wakeup", table_size, table_init,
					   (void **) &table);
	RegisterXactCallback(wakeup_xact_callback, NULL);
}
