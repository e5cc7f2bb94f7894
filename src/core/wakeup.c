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
#include "core/transaction.h"
#include "core/wakeup.h"

typedef struct WakeupEntry
{
	Oid			dboid;			/* InvalidOid: free */
	Latch	   *latch;
	TimestampTz alarm;			/* the worker sleeps no longer than this */
	bool		dismissed;
} WakeupEntry;

typedef struct WakeupTable
{
	slock_t		lock;
	Latch	   *launcher;
	bool		launcher_asked;	/* since the launcher looked last */
	WakeupEntry entries[FLEXIBLE_ARRAY_MEMBER];
} WakeupTable;

static WakeupTable *table = NULL;

/* this transaction, if it commits, wakes the worker */
static bool wakeup_pending = false;

/* is the callback registered that does it? */
static bool watching = false;

/* ... and has it look again at this time; DT_NOEND: no such wish */
static TimestampTz alarm_pending = DT_NOEND;

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

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	latch = entry ? entry->latch : ask_launcher();
	SpinLockRelease(&table->lock);

	if (latch)
		SetLatch(latch);
}

/* Sets the alarm unless it is set to something earlier; true if it was set. */
static bool
lower_alarm(TimestampTz at)
{
	WakeupEntry *entry;
	bool		lowered;

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	lowered = entry != NULL && at < entry->alarm;
	if (lowered)
		entry->alarm = at;
	SpinLockRelease(&table->lock);
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

	SpinLockAcquire(&table->lock);
	entry = find_entry(dboid);
	if (entry)
	{
		entry->dismissed = true;
		latch = entry->latch;
	}
	SpinLockRelease(&table->lock);

	if (latch)
		SetLatch(latch);
}

static void
detach(int code, Datum arg)
{
	Latch	   *launcher;

	SpinLockAcquire(&table->lock);
	for (int i = 0; i < asb_max_databases; i++)
	{
		if (table->entries[i].latch == MyLatch)
			memset(&table->entries[i], 0, sizeof(WakeupEntry));
	}
	if (table->launcher == MyLatch)
		table->launcher = NULL;
	launcher = ask_launcher();
	SpinLockRelease(&table->lock);

	if (launcher)
		SetLatch(launcher);
}

bool
asb_wakeup_attach(void)
{
	WakeupEntry *entry = NULL;

	SpinLockAcquire(&table->lock);
	if (find_entry(MyDatabaseId) == NULL)
		entry = find_entry(InvalidOid);
	if (entry)
	{
		entry->dboid = MyDatabaseId;
		entry->latch = MyLatch;
		entry->alarm = DT_NOBEGIN;
		entry->dismissed = false;
	}
	SpinLockRelease(&table->lock);

	if (entry)
		before_shmem_exit(detach, (Datum) 0);
	return entry != NULL;
}

bool
asb_wakeup_dismissed(void)
{
	WakeupEntry *entry;
	bool		dismissed;

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	dismissed = entry == NULL || entry->latch != MyLatch || entry->dismissed;
	SpinLockRelease(&table->lock);
	return dismissed;
}

TimestampTz
asb_wakeup_alarm(void)
{
	WakeupEntry *entry;
	TimestampTz alarm;

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	alarm = entry ? entry->alarm : DT_NOEND;
	SpinLockRelease(&table->lock);
	return alarm;
}

void
asb_wakeup_clear_alarm(void)
{
	WakeupEntry *entry;

	SpinLockAcquire(&table->lock);
	entry = find_entry(MyDatabaseId);
	if (entry)
		entry->alarm = DT_NOEND;
	SpinLockRelease(&table->lock);
}

void
asb_wakeup_set_alarm(TimestampTz at)
{
	(void) lower_alarm(at);
}

void
asb_wakeup_attach_launcher(void)
{
	SpinLockAcquire(&table->lock);
	table->launcher = MyLatch;
	SpinLockRelease(&table->lock);
	before_shmem_exit(detach, (Datum) 0);
}

bool
asb_wakeup_launcher_asked(void)
{
	bool		asked;

	SpinLockAcquire(&table->lock);
	asked = table->launcher_asked;
	table->launcher_asked = false;
	SpinLockRelease(&table->lock);
	return asked;
}

bool
asb_wakeup_has_worker(Oid dboid)
{
	bool		found;

	SpinLockAcquire(&table->lock);
	found = find_entry(dboid) != NULL;
	SpinLockRelease(&table->lock);
	return found;
}

void
asb_wakeup_init(void)
{
	asb_shmem_register("agentsandbox wakeup", table_size, table_init,
					   (void **) &table);
}
