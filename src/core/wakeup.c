/*
 * wakeup.c
 *	  Wakes workers at commit.
 *
 * Locking: "lock" in exclusive mode to take or give up an entry or the
 * launcher's place, in shared mode to find one: each commit that brings a call
 * does.  Nothing that could error is done while it is held.  In shared mode an
 * alarm is set, which is atomic, and the launcher asked: all say the same.
 * A latch belongs to a PGPROC, which is in shared memory for as long as the
 * server lives; setting the latch of a process that has just gone wakes its
 * successor in vain, which is harmless.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"

#include "core/settings.h"
#include "core/shmem.h"
#include "core/transaction.h"
#include "core/wakeup.h"

typedef struct WakeupEntry
{
	Oid			dboid;			/* InvalidOid: free */
	Latch	   *latch;
	pg_atomic_uint64 alarm;		/* the worker sleeps no longer than this */
	bool		dismissed;
} WakeupEntry;

typedef struct WakeupTable
{
	LWLock		lock;
	Latch	   *launcher;
	bool		launcher_asked;	/* since the launcher looked last */
	WakeupEntry entries[FLEXIBLE_ARRAY_MEMBER];
} WakeupTable;

static WakeupTable *table = NULL;

/* this transaction, if it commits, wakes the worker ... */
static bool wakeup_pending = false;

/* ... and has it look again at this time; DT_NOEND: no such wish */
static TimestampTz alarm_pending = DT_NOEND;

/* is the callback registered that does both? */
static bool watching = false;

static Size
table_size(void)
{
	return add_size(offsetof(WakeupTable, entries),
					mul_size(asb_max_databases, sizeof(WakeupEntry)));
}

static void
table_init(void *part)
{
	WakeupTable *fresh = part;
	int			tranche = LWLockNewTrancheId();

	LWLockRegisterTranche(tranche, "agentsandbox wakeup");
	LWLockInitialize(&fresh->lock, tranche);
	for (int i = 0; i < asb_max_databases; i++)
		pg_atomic_init_u64(&fresh->entries[i].alarm, 0);
}

/* The entry of a database (InvalidOid: a free one) or NULL.  Caller holds the lock. */
static WakeupEntry *
find_entry(Oid dboid)
{
	for (int i = 0; i < asb_max_databases; i++)
	{
		if (table->entries[i].dboid == dboid)
			return &table->entries[i];
	}
	return NULL;
}

/* The launcher's latch, for the caller to set.  Caller holds the lock. */
static Latch *
ask_launcher(void)
{
	table->launcher_asked = true;
	return table->launcher;
}

void
asb_wakeup_worker(void)
{
	WakeupEntry *entry;
	Latch	   *latch;

	LWLockAcquire(&table->lock, LW_SHARED);
	entry = find_entry(MyDatabaseId);
	latch = entry ? entry->latch : ask_launcher();
	LWLockRelease(&table->lock);

	if (latch)
		SetLatch(latch);
}

/* Sets the alarm unless it is set to something earlier; true if it was set. */
static bool
lower_alarm(TimestampTz at)
{
	WakeupEntry *entry;
	bool		lowered = false;

	LWLockAcquire(&table->lock, LW_SHARED);
	entry = find_entry(MyDatabaseId);
	if (entry)
	{
		uint64		alarm = pg_atomic_read_u64(&entry->alarm);

		while (at < (TimestampTz) alarm && !lowered)
			lowered = pg_atomic_compare_exchange_u64(&entry->alarm, &alarm, (uint64) at);
	}
	LWLockRelease(&table->lock);
	return lowered;
}

static void
wakeup_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (alarm_pending < DT_NOEND && lower_alarm(alarm_pending))
				wakeup_pending = true;
			alarm_pending = DT_NOEND;
			if (wakeup_pending)
				asb_wakeup_worker();
			wakeup_pending = false;
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			alarm_pending = DT_NOEND;
			wakeup_pending = false;
			break;
		default:
			break;
	}
}

void
asb_wakeup_at_commit(void)
{
	asb_at_transaction_end(&watching, wakeup_xact_callback, NULL);
	wakeup_pending = true;
}

void
asb_wakeup_alarm_at_commit(TimestampTz at)
{
	asb_at_transaction_end(&watching, wakeup_xact_callback, NULL);
	alarm_pending = Min(alarm_pending, at);
}

void
asb_wakeup_dismiss_worker(Oid dboid)
{
	WakeupEntry *entry;
	Latch	   *latch = NULL;

	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	entry = find_entry(dboid);
	if (entry)
	{
		entry->dismissed = true;
		latch = entry->latch;
	}
	LWLockRelease(&table->lock);

	if (latch)
		SetLatch(latch);
}

static void
detach(int code, Datum arg)
{
	Latch	   *launcher;

	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	for (int i = 0; i < asb_max_databases; i++)
	{
		if (table->entries[i].latch == MyLatch)
		{
			table->entries[i].dboid = InvalidOid;
			table->entries[i].latch = NULL;
		}
	}
	if (table->launcher == MyLatch)
		table->launcher = NULL;
	launcher = ask_launcher();
	LWLockRelease(&table->lock);

	if (launcher)
		SetLatch(launcher);
}

bool
asb_wakeup_attach(void)
{
	WakeupEntry *entry = NULL;

	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	if (find_entry(MyDatabaseId) == NULL)
		entry = find_entry(InvalidOid);
	if (entry)
	{
		entry->dboid = MyDatabaseId;
		entry->latch = MyLatch;
		pg_atomic_write_u64(&entry->alarm, (uint64) DT_NOBEGIN);
		entry->dismissed = false;
	}
	LWLockRelease(&table->lock);

	if (entry)
		before_shmem_exit(detach, (Datum) 0);
	return entry != NULL;
}

bool
asb_wakeup_dismissed(void)
{
	WakeupEntry *entry;
	bool		dismissed;

	LWLockAcquire(&table->lock, LW_SHARED);
	entry = find_entry(MyDatabaseId);
	dismissed = entry == NULL || entry->latch != MyLatch || entry->dismissed;
	LWLockRelease(&table->lock);
	return dismissed;
}

TimestampTz
asb_wakeup_alarm(void)
{
	WakeupEntry *entry;
	TimestampTz alarm;

	LWLockAcquire(&table->lock, LW_SHARED);
	entry = find_entry(MyDatabaseId);
	alarm = entry ? (TimestampTz) pg_atomic_read_u64(&entry->alarm) : DT_NOEND;
	LWLockRelease(&table->lock);
	return alarm;
}

void
asb_wakeup_clear_alarm(void)
{
	WakeupEntry *entry;

	LWLockAcquire(&table->lock, LW_SHARED);
	entry = find_entry(MyDatabaseId);
	if (entry)
		pg_atomic_write_u64(&entry->alarm, (uint64) DT_NOEND);
	LWLockRelease(&table->lock);
}

void
asb_wakeup_set_alarm(TimestampTz at)
{
	(void) lower_alarm(at);
}

void
asb_wakeup_attach_launcher(void)
{
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	table->launcher = MyLatch;
	LWLockRelease(&table->lock);
	before_shmem_exit(detach, (Datum) 0);
}

bool
asb_wakeup_launcher_asked(void)
{
	bool		asked;

	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	asked = table->launcher_asked;
	table->launcher_asked = false;
	LWLockRelease(&table->lock);
	return asked;
}

bool
asb_wakeup_has_worker(Oid dboid)
{
	bool		found;

	LWLockAcquire(&table->lock, LW_SHARED);
	found = find_entry(dboid) != NULL;
	LWLockRelease(&table->lock);
	return found;
}

void
asb_wakeup_init(void)
{
	asb_shmem_register("agentsandbox wakeup", table_size, table_init,
					   (void **) &table);
}
