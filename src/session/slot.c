/*
 * slot.c
 *	  One shared slot for each backend that runs a sandboxed session.
 *
 * The array is indexed by backend id, so a slot needs no search and belongs
 * to its backend alone.
 *
 * Locking: the owner changes its slot under the lock in exclusive mode, but
 * for last_activity, which it writes without.  Everybody else reads under the
 * lock in shared mode.  A slot is given back under the lock before its
 * process ends, so a pid read under the lock is that of a living process.
 */
#include "postgres.h"

#include <signal.h>

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/compat.h"
#include "core/shmem.h"
#include "core/uuid.h"
#include "core/wakeup.h"
#include "session/slot.h"

#define MAX_DEPARTURES 512

/* Each statement writes its own slot, so no two share a cache line. */
typedef union PaddedSlot
{
	AsbSlot		slot;
	char		padding[PG_CACHE_LINE_SIZE];
} PaddedSlot;

typedef struct SlotArray
{
	LWLock		lock;
	uint64		departed;		/* so many so far */
	int			ndepartures;
	AsbDeparture departures[MAX_DEPARTURES];	/* oldest first */
	PaddedSlot	slots[FLEXIBLE_ARRAY_MEMBER];	/* MaxBackends of them */
} SlotArray;

static SlotArray *array = NULL;

/* this backend's, once taken */
static AsbSlot *my_slot = NULL;

static Size
array_size(void)
{
	return add_size(offsetof(SlotArray, slots),
					mul_size(MaxBackends, sizeof(PaddedSlot)));
}

static void
array_init(void *part)
{
	int			tranche = LWLockNewTrancheId();

	/* in the postmaster; its children inherit the name */
	LWLockRegisterTranche(tranche, "agentsandbox slots");
	LWLockInitialize(&((SlotArray *) part)->lock, tranche);
}

/*
 * Is the worker woken, or at work, for the departure of a session of this
 * database?  Then it comes to those that follow, too.  Under the lock.
 */
static bool
worker_comes(void)
{
	for (int i = 0; i < array->ndepartures; i++)
	{
		if (array->departures[i].database == MyDatabaseId && array->departures[i].wakes)
			return true;
	}
	return false;
}

/*
 * Notes that this backend no longer serves its conversation; under the lock.
 * "wakes": the worker shall not sleep over it.
 */
static void
depart(bool wakes)
{
	if (asb_uuid_is_zero(&my_slot->conversation))
		return;
	if (array->ndepartures == MAX_DEPARTURES)
		memmove(&array->departures[0], &array->departures[1],
				--array->ndepartures * sizeof(AsbDeparture));
	array->departures[array->ndepartures++] = (AsbDeparture) {
		.database = my_slot->database, .conversation = my_slot->conversation,
		.last_activity = my_slot->last_activity, .number = ++array->departed, .wakes = wakes
	};
}

static void
release(int code, Datum arg)
{
	bool		comes;

	LWLockAcquire(&array->lock, LW_EXCLUSIVE);
	comes = worker_comes();
	depart(true);
	memset(my_slot, 0, sizeof(AsbSlot));
	LWLockRelease(&array->lock);
	my_slot = NULL;

	if (!comes)
		asb_wakeup_worker();
}

void
asb_slot_take(Oid role, bool pooled, const pg_uuid_t *conversation)
{
	AsbSlot    *slot = &array->slots[asb_my_backend_index()].slot;

	Assert(my_slot == NULL);

	LWLockAcquire(&array->lock, LW_EXCLUSIVE);
	memset(slot, 0, sizeof(AsbSlot));
	slot->pid = MyProcPid;
	slot->database = MyDatabaseId;
	slot->role = role;
	slot->pooled = pooled;
	if (conversation)
		slot->conversation = *conversation;
	slot->login_at = slot->last_activity = GetCurrentTimestamp();
	LWLockRelease(&array->lock);

	my_slot = slot;
	before_shmem_exit(release, (Datum) 0);
}

bool
asb_slot_taken(void)
{
	return my_slot != NULL;
}

bool
asb_slot_admit(int limit)
{
	int			sessions = 0;

	LWLockAcquire(&array->lock, LW_EXCLUSIVE);
	for (int i = 0; i < MaxBackends; i++)
	{
		AsbSlot    *slot = &array->slots[i].slot;

		if (slot->pid != 0 && slot->admitted &&
			memcmp(&slot->conversation, &my_slot->conversation, UUID_LEN) == 0)
			sessions++;
	}
	my_slot->admitted = sessions < limit;
	LWLockRelease(&array->lock);

	return my_slot->admitted;
}

void
asb_slot_enter(const pg_uuid_t *conversation)
{
	/* a backend that exits in a transaction has given its slot back already */
	if (my_slot == NULL)
		return;

	LWLockAcquire(&array->lock, LW_EXCLUSIVE);
	/* a pool leaves after each transaction: that waits until something else wakes the worker */
	depart(false);
	my_slot->admitted = false;
	if (conversation)
		my_slot->conversation = *conversation;
	else
		memset(&my_slot->conversation, 0, UUID_LEN);
	LWLockRelease(&array->lock);
}

void
asb_slot_set_limits(int statement_time, int transaction_time)
{
	if (my_slot == NULL)
		return;
	LWLockAcquire(&array->lock, LW_EXCLUSIVE);
	my_slot->statement_time = statement_time;
	my_slot->transaction_time = transaction_time;
	LWLockRelease(&array->lock);
}

void
asb_slot_signal(pid_t pid, int signal)
{
	LWLockAcquire(&array->lock, LW_SHARED);
	for (int i = 0; i < MaxBackends; i++)
	{
		if (array->slots[i].slot.pid == pid)
			(void) kill(pid, signal);
	}
	LWLockRelease(&array->lock);
}

void
asb_slot_touch(TimestampTz now)
{
	if (my_slot)
		my_slot->last_activity = now;
}

static int
compare_uuid(const void *a, const void *b)
{
	return memcmp(a, b, UUID_LEN);
}

void
asb_slot_terminate(pg_uuid_t *closed, int n)
{
	qsort(closed, n, sizeof(pg_uuid_t), compare_uuid);

	LWLockAcquire(&array->lock, LW_SHARED);
	for (int i = 0; i < MaxBackends; i++)
	{
		AsbSlot    *slot = &array->slots[i].slot;

		if (slot->pid != 0 && slot->pid != MyProcPid &&
			bsearch(&slot->conversation, closed, n, sizeof(pg_uuid_t), compare_uuid))
			(void) kill(slot->pid, SIGTERM);
	}
	LWLockRelease(&array->lock);
}

AsbDeparture *
asb_slot_departures(int *n)
{
	AsbDeparture *departures = palloc(MAX_DEPARTURES * sizeof(AsbDeparture));

	*n = 0;
	LWLockAcquire(&array->lock, LW_SHARED);
	for (int i = 0; i < array->ndepartures; i++)
	{
		if (array->departures[i].database == MyDatabaseId)
			departures[(*n)++] = array->departures[i];
	}
	LWLockRelease(&array->lock);
	return departures;
}

bool
asb_slot_departures_saved(uint64 last)
{
	int			kept = 0;
	bool		more;

	LWLockAcquire(&array->lock, LW_EXCLUSIVE);
	for (int i = 0; i < array->ndepartures; i++)
	{
		if (array->departures[i].database != MyDatabaseId || array->departures[i].number > last)
			array->departures[kept++] = array->departures[i];
	}
	array->ndepartures = kept;
	more = worker_comes();
	LWLockRelease(&array->lock);
	return more;
}

bool
asb_slot_has_departures(void)
{
	return array->ndepartures > 0;	/* a look without the lock; the worker comes again */
}

AsbSlot *
asb_slot_list(int *n)
{
	AsbSlot    *list = palloc(MaxBackends * sizeof(AsbSlot));

	*n = 0;
	LWLockAcquire(&array->lock, LW_SHARED);
	for (int i = 0; i < MaxBackends; i++)
	{
		if (array->slots[i].slot.pid != 0)
			list[(*n)++] = array->slots[i].slot;
	}
	LWLockRelease(&array->lock);
	return list;
}

/*
 * agentsandbox.sessions(): the sandboxed sessions of this database.
 */
ASB_FUNCTION(asb_sessions);

Datum
asb_sessions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AsbSlot    *list;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	list = asb_slot_list(&n);
	for (int i = 0; i < n; i++)
	{
		Datum		values[6];
		bool		nulls[6] = {false};

		if (list[i].database != MyDatabaseId)
			continue;
		/* too many of a conversation's may come at once, and most of them are not let in */
		if (!list[i].admitted && !asb_uuid_is_zero(&list[i].conversation))
			continue;
		values[0] = Int32GetDatum(list[i].pid);
		values[1] = UUIDPGetDatum(&list[i].conversation);
		nulls[1] = asb_uuid_is_zero(&list[i].conversation);
		values[2] = ObjectIdGetDatum(list[i].role);
		values[3] = BoolGetDatum(list[i].pooled);
		values[4] = TimestampTzGetDatum(list[i].login_at);
		values[5] = TimestampTzGetDatum(list[i].last_activity);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

void
asb_slot_init(void)
{
	asb_shmem_register("agentsandbox slots", array_size, array_init,
					   (void **) &array);
}
