/*
 * ready.c
 *	  Which calls of this database can be claimed, beside what the table says,
 *	  and telling gateways that there are some.
 *
 * The frontier: calls leave the index by turn at its front.  While an old
 * snapshot is open somewhere, the entries they leave behind stay, and each
 * claim would walk over all of them; from the frontier on there are few.
 *
 * Gateways either LISTEN or wait in claim(), on a condition variable that few
 * other databases share, until something of theirs is fresh or it is announced
 * that calls wait in the index.  Announcements are counted, so that none is
 * missed between looking and sleeping; one too many only has a gateway look
 * again.
 *
 * Locking: an entry belongs to one database from its first use until the
 * server restarts; the table's lock guards the assignment and the fresh calls,
 * the frontier is atomic.
 */
#include "postgres.h"

#include "commands/async.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "utils/timestamp.h"

#include "core/compat.h"
#include "core/settings.h"
#include "core/shmem.h"
#include "core/transaction.h"
#include "rpc/queue.h"
#include "rpc/ready.h"

/* a few more than producers that wait for their answers */
#define MAX_FRESH 512

#define ANNOUNCEMENT_SLOTS 64

typedef struct ReadyCalls
{
	Oid			dboid;			/* InvalidOid: free */
	pg_atomic_uint64 frontier;
	int			nfresh;
	AsbFreshCall fresh[MAX_FRESH];	/* in the order of compare() */
} ReadyCalls;

typedef struct Announcements
{
	ConditionVariable told;		/* of these, or of what is fresh */
	pg_atomic_uint64 count;
} Announcements;

typedef struct ReadyTable
{
	Announcements announcements[ANNOUNCEMENT_SLOTS];
	LWLock		lock;
	ReadyCalls	entries[FLEXIBLE_ARRAY_MEMBER];
} ReadyTable;

static ReadyTable *table = NULL;

/* this database's, once it was found */
static ReadyCalls *mine = NULL;

/* to be added at commit, and whether to announce then that calls wait */
static AsbFreshCall pending[MAX_FRESH];
static int	npending = 0;
static bool announcement_pending = false;

static Size
table_size(void)
{
	return add_size(offsetof(ReadyTable, entries),
					mul_size(asb_max_databases, sizeof(ReadyCalls)));
}

static void
table_init(void *part)
{
	ReadyTable *new_table = part;
	int			tranche = LWLockNewTrancheId();

	/* in the postmaster; its children inherit the name */
	LWLockRegisterTranche(tranche, "agentsandbox ready");
	LWLockInitialize(&new_table->lock, tranche);
	for (int i = 0; i < asb_max_databases; i++)
		pg_atomic_init_u64(&new_table->entries[i].frontier, 0);
	for (int i = 0; i < ANNOUNCEMENT_SLOTS; i++)
	{
		ConditionVariableInit(&new_table->announcements[i].told);
		pg_atomic_init_u64(&new_table->announcements[i].count, 0);
	}
}

/* This database's entry, or NULL; a free one becomes its own if "assign". */
static ReadyCalls *
my_entry(bool assign)
{
	ReadyCalls *free_entry = NULL;

	if (mine)
		return mine;
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	for (int i = 0; i < asb_max_databases && mine == NULL; i++)
	{
		ReadyCalls *entry = &table->entries[i];

		if (entry->dboid == MyDatabaseId)
			mine = entry;
		else if (free_entry == NULL && !OidIsValid(entry->dboid))
			free_entry = entry;
	}
	if (mine == NULL && assign && free_entry)
	{
		mine = free_entry;
		mine->dboid = MyDatabaseId;
	}
	LWLockRelease(&table->lock);
	return mine;
}

/* Orders by turn, then by age. */
static int
compare(int64 turn_a, const AsbCallKey *a, int64 turn_b, const AsbCallKey *b)
{
	if (turn_a != turn_b)
		return turn_a < turn_b ? -1 : 1;
	return asb_call_key_compare(a, b);
}

uint32
asb_method_hash(const char *name, int length)
{
	return hash_bytes((const unsigned char *) name, length);
}

static bool
is_one_of(uint32 method, const uint32 *methods, int nmethods)
{
	for (int i = 0; i < nmethods; i++)
	{
		if (methods[i] == method)
			return true;
	}
	return methods == NULL;
}

/* Caller holds the lock. */
static void
remove_fresh(ReadyCalls *entry, int i)
{
	entry->nfresh--;
	memmove(&entry->fresh[i], &entry->fresh[i + 1],
			(entry->nfresh - i) * sizeof(AsbFreshCall));
}

bool
asb_fresh_take(const AsbFreshCall *limit, const uint32 *methods, int nmethods, AsbFreshCall *call)
{
	ReadyCalls *entry = my_entry(false);
	bool		found = false;

	if (entry == NULL)
		return false;
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	for (int i = 0; i < entry->nfresh && !found; i++)
	{
		*call = entry->fresh[i];
		if (limit && compare(call->turn, &call->key, limit->turn, &limit->key) > 0)
			break;
		found = is_one_of(call->method, methods, nmethods);
		if (found)
			remove_fresh(entry, i);
	}
	LWLockRelease(&table->lock);
	return found;
}

bool
asb_fresh_remove(const AsbCallKey *key, int64 *turn)
{
	ReadyCalls *entry = my_entry(false);
	bool		found = false;

	if (entry == NULL)
		return false;
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	for (int i = 0; i < entry->nfresh && !found; i++)
	{
		found = asb_call_key_compare(&entry->fresh[i].key, key) == 0;
		if (found)
		{
			*turn = entry->fresh[i].turn;
			remove_fresh(entry, i);
		}
	}
	LWLockRelease(&table->lock);
	return found;
}

bool
asb_fresh_first(int64 *turn)
{
	ReadyCalls *entry = my_entry(false);
	bool		found;

	if (entry == NULL)
		return false;
	LWLockAcquire(&table->lock, LW_SHARED);
	found = entry->nfresh > 0;
	if (found)
		*turn = entry->fresh[0].turn;
	LWLockRelease(&table->lock);
	return found;
}

int
asb_fresh_room(void)
{
	ReadyCalls *entry = my_entry(true);
	int			room;

	if (entry == NULL)
		return 0;
	LWLockAcquire(&table->lock, LW_SHARED);
	room = MAX_FRESH - entry->nfresh - npending;
	LWLockRelease(&table->lock);
	return room;
}

/* Nothing here can fail: there is room, which only the worker takes. */
static void
add_pending(void)
{
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	for (int i = 0; i < npending; i++)
	{
		int			at = mine->nfresh;

		while (at > 0 && compare(mine->fresh[at - 1].turn, &mine->fresh[at - 1].key,
										   pending[i].turn, &pending[i].key) > 0)
			at--;
		memmove(&mine->fresh[at + 1], &mine->fresh[at],
				(mine->nfresh - at) * sizeof(AsbFreshCall));
		mine->fresh[at] = pending[i];
		mine->nfresh++;
	}
	LWLockRelease(&table->lock);
}

static Announcements *
my_announcements(void)
{
	return &table->announcements[MyDatabaseId % ANNOUNCEMENT_SLOTS];
}

/*
 * Everybody sees the rows by now, and nobody has been notified yet.  Who is
 * told must find what is fresh, so one callback does both, in this order.
 */
static void
ready_xact_callback(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	if (event == XACT_EVENT_COMMIT && (npending > 0 || announcement_pending))
	{
		if (npending > 0)
			add_pending();
		if (announcement_pending)
			pg_atomic_fetch_add_u64(&my_announcements()->count, 1);
		ConditionVariableBroadcast(&my_announcements()->told);
	}
	npending = 0;
	announcement_pending = false;
}

static void
tell_at_commit(void)
{
	static bool watching = false;

	asb_at_transaction_end(&watching, ready_xact_callback, NULL);
	Async_Notify(ASB_READY_CHANNEL, "");
}

void
asb_fresh_add_at_commit(const AsbFreshCall *call)
{
	tell_at_commit();
	Assert(npending < MAX_FRESH);
	pending[npending++] = *call;
}

void
asb_ready_announce_at_commit(void)
{
	tell_at_commit();
	announcement_pending = true;
}

uint64
asb_ready_announcements(void)
{
	return pg_atomic_read_u64(&my_announcements()->count);
}

static bool
any_fresh(const uint32 *methods, int nmethods)
{
	ReadyCalls *entry = my_entry(false);
	bool		found = false;

	if (entry == NULL)
		return false;
	LWLockAcquire(&table->lock, LW_SHARED);
	for (int i = 0; i < entry->nfresh && !found; i++)
		found = is_one_of(entry->fresh[i].method, methods, nmethods);
	LWLockRelease(&table->lock);
	return found;
}

bool
asb_ready_wait(uint64 announcements, const uint32 *methods, int nmethods, TimestampTz until)
{
	bool		ready;

	/* the first time round this prepares to sleep, and only looks again */
	for (;;)
	{
		long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

		ready = asb_ready_announcements() != announcements || any_fresh(methods, nmethods);
		if (ready || left <= 0)
			break;
		(void) ConditionVariableTimedSleep(&my_announcements()->told, left, PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return ready;
}

int64
asb_frontier(void)
{
	ReadyCalls *entry = my_entry(false);

	return entry ? (int64) pg_atomic_read_u64(&entry->frontier) : 0;
}

void
asb_frontier_set(int64 turn)
{
	ReadyCalls *entry = my_entry(true);

	if (entry)
		pg_atomic_write_u64(&entry->frontier, turn);
}

void
asb_ready_init(void)
{
	asb_shmem_register("agentsandbox ready", table_size, table_init, (void **) &table);
}
