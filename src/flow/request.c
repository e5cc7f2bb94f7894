/*
 * request.c
 *	  What a session asks of the worker of its database, and waits for.
 *
 * One place in shared memory for each backend, which asks for one thing at a
 * time.  A request has a number, so that an answer to one that its backend
 * gave up is not taken for the answer to the next.  Given up, it stays where it
 * is until it is answered or overwritten: to be done late is never wrong.
 *
 * Locking: "lock" around any look at the places.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "utils/timestamp.h"

#include "core/compat.h"
#include "core/settings.h"
#include "core/shmem.h"
#include "core/wakeup.h"
#include "flow/request.h"

typedef struct Place
{
	Oid			database;		/* InvalidOid: nothing waits here */
	Latch	   *latch;
	uint64		number;
	AsbAnswer	answer;
	AsbRequest	request;
} Place;

typedef struct Places
{
	LWLock		lock;
	Place		places[FLEXIBLE_ARRAY_MEMBER];	/* MaxBackends of them */
} Places;

static Places *shared = NULL;

static Size
places_size(void)
{
	return add_size(offsetof(Places, places), mul_size(MaxBackends, sizeof(Place)));
}

static void
places_init(void *part)
{
	int			tranche = LWLockNewTrancheId();

	LWLockRegisterTranche(tranche, "agentsandbox requests");
	LWLockInitialize(&((Places *) part)->lock, tranche);
}

static void
put(Place *place, const AsbRequest *request)
{
	LWLockAcquire(&shared->lock, LW_EXCLUSIVE);
	place->database = MyDatabaseId;
	place->latch = MyLatch;
	place->number++;
	place->answer = ASB_ANSWER_NONE;
	place->request = *request;
	LWLockRelease(&shared->lock);
}

static AsbAnswer
look(const Place *place)
{
	AsbAnswer	answer;

	LWLockAcquire(&shared->lock, LW_SHARED);
	answer = place->answer;
	LWLockRelease(&shared->lock);
	return answer;
}

AsbAnswer
asb_request(const AsbRequest *request)
{
	Place	   *place = &shared->places[asb_my_backend_index()];
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), asb_raise_timeout);
	AsbAnswer	answer;

	put(place, request);
	asb_wakeup_worker();
	while ((answer = look(place)) == ASB_ANSWER_NONE)
	{
		long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

		if (left <= 0)
			break;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
	return answer;
}

AsbPending *
asb_request_pending(int *n)
{
	AsbPending *pending = NULL;

	*n = 0;
	LWLockAcquire(&shared->lock, LW_SHARED);
	for (int i = 0; i < MaxBackends; i++)
	{
		const Place *place = &shared->places[i];

		if (place->database != MyDatabaseId)
			continue;
		if (pending == NULL)
			pending = palloc(MaxBackends * sizeof(AsbPending));
		pending[*n].request = place->request;
		pending[*n].answer = ASB_ANSWER_NONE;
		pending[*n].place = i;
		pending[(*n)++].number = place->number;
	}
	LWLockRelease(&shared->lock);
	return pending;
}

void
asb_request_answer(const AsbPending *pending)
{
	Place	   *place = &shared->places[pending->place];
	Latch	   *latch = NULL;

	if (pending->answer == ASB_ANSWER_NONE)
		return;
	LWLockAcquire(&shared->lock, LW_EXCLUSIVE);
	if (place->number == pending->number)
	{
		place->answer = pending->answer;
		place->database = InvalidOid;
		latch = place->latch;
	}
	LWLockRelease(&shared->lock);

	if (latch)
		SetLatch(latch);
}

void
asb_request_init(void)
{
	asb_shmem_register("agentsandbox requests", places_size, places_init, (void **) &shared);
}
