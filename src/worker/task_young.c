/*
 * task_young.c
 *	  Looks at each call once, a few seconds after it was submitted.
 *
 * Most have ended by then, and no index ever heard of what happened to them.
 * The others get a turn or a due time by which they are found from then on.
 *
 * "looked_at" is the last call in the order of submission that was looked at.
 * Calls of slow transactions appear behind it; the validator knows that they
 * are not looked at any more, and gives them a turn at once (asb_is_young).
 * What could not be dealt with is put aside, and tried again.
 *
 * All this is in memory.  When the worker starts it looks at calls from a
 * transaction on that it has stored before: older ones need no look.  Log
 * records keep their order, so what the looks before have changed is as
 * durable as that number.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "core/catalog.h"
#include "core/commit.h"
#include "core/query.h"
#include "rpc/queue.h"
#include "rpc/row.h"
#include "worker/look.h"
#include "worker/submitted.h"
#include "worker/task.h"

#define MAX_LOOKS 5000			/* in one transaction */
#define MAX_ASIDE 10000
#define STORE_INTERVAL_MS 10000

static bool started = false;
static AsbCallKey looked_at;
static uint64 stored = 0;
static TimestampTz stored_at = 0;

static AsbCallKey *aside = NULL;
static int	naside = 0;

static void
start(void)
{
	static AsbQuery query = {"SELECT looked_at_before FROM agentsandbox.call_progress"};
	bool		isnull;

	stored = 0;
	if (asb_query(&query, NULL, NULL) > 0)
		stored = U64FromFullTransactionId(DatumGetFullTransactionId(asb_query_datum(0, 1, &isnull)));
	looked_at = (AsbCallKey) {stored, -1};
	if (aside == NULL)
		aside = MemoryContextAlloc(TopMemoryContext, sizeof(AsbCallKey) * MAX_ASIDE);
	naside = 0;
	started = true;
}

void
asb_young_forget(void)
{
	started = false;
}

uint64
asb_young_from(void)
{
	if (!started)
		start();
	return stored;
}

bool
asb_is_young(const AsbCallKey *key)
{
	return started && asb_call_key_compare(key, &looked_at) > 0;
}

/* False if it has to be put aside. */
static bool
look(Relation calls, AsbCall *call)
{
	return call->state != ASB_CALL_SUBMITTED && asb_look_at(calls, call);
}

static void
look_at_those_aside(Relation calls)
{
	int			kept = 0;

	for (int i = 0; i < naside; i++)
	{
		AsbCall		call;

		if (asb_call_find(calls, &aside[i], GetActiveSnapshot(), &call) && !look(calls, &call))
			aside[kept++] = aside[i];
	}
	naside = kept;
}

/*
 * Looks at the next calls that have grown old, up to so many, which it lowers;
 * lowers *next to when the first of the others will.  Returns whether it has
 * come to the end.
 */
static bool
look_at_next(Relation calls, ScanKeyData *keys, int nkeys, int *looks, TimestampTz *next)
{
	Relation	index = index_open(asb_relation_oid(ASB_REL_CALLS_ORDER), AccessShareLock);
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz old = now - ASB_YOUNG_MS * INT64CONST(1000);
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		ended = false;

	scan = systable_beginscan_ordered(calls, index, GetActiveSnapshot(), nkeys, keys);
	while (*looks > 0 && naside < MAX_ASIDE)
	{
		AsbCall		call;
		TimestampTz submitted;

		tuple = systable_getnext_ordered(scan, ForwardScanDirection);
		ended = !HeapTupleIsValid(tuple);
		if (ended)
			break;
		asb_call_read(calls, tuple, &call);
		submitted = asb_call_time(&call, Anum_call_submitted_at, DT_NOBEGIN);
		/* one of the future keeps none waiting: the clock was set back */
		if (submitted > old && submitted <= now)
		{
			*next = Min(*next, submitted + ASB_YOUNG_MS * INT64CONST(1000));
			break;
		}
		if (!look(calls, &call))
			aside[naside++] = call.key;
		if (!call.isnull[Anum_call_due - 1])
			*next = Min(*next, asb_call_time(&call, Anum_call_due, DT_NOEND));
		looked_at = call.key;
		(*looks)--;
		heap_freetuple(call.tuple);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	return ended;
}

/* From where to look when the worker starts again. */
static void
store_progress(void)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.call_progress SET looked_at_before = $1", 1, {XID8OID}
	};
	TimestampTz now = GetCurrentTimestamp();
	uint64		from = Min(looked_at.xid, asb_oldest_unjudged());
	Datum		value;

	for (int i = 0; i < naside; i++)
		from = Min(from, aside[i].xid);
	if (from <= stored || !TimestampDifferenceExceeds(stored_at, now, STORE_INTERVAL_MS))
		return;
	value = FullTransactionIdGetDatum(FullTransactionIdFromU64(from));
	asb_commit_may_be_lost();
	(void) asb_query(&update, &value, NULL);
	stored = from;
	stored_at = now;
}

bool
asb_task_young(TimestampTz *next)
{
	Relation	calls = asb_calls_open();
	ScanKeyData keys[2];
	int			looks = MAX_LOOKS;

	if (!started)
		start();
	look_at_those_aside(calls);

	/* the rest of the same transaction, then those after it */
	ScanKeyInit(&keys[0], Anum_call_submitted_xid, BTEqualStrategyNumber, F_XID8EQ,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(looked_at.xid)));
	ScanKeyInit(&keys[1], Anum_call_ordinal, BTGreaterStrategyNumber, F_INT4GT,
				Int32GetDatum(looked_at.ordinal));
	if (look_at_next(calls, keys, 2, &looks, next))
	{
		ScanKeyInit(&keys[0], Anum_call_submitted_xid, BTGreaterStrategyNumber, F_XID8GT,
					FullTransactionIdGetDatum(FullTransactionIdFromU64(looked_at.xid)));
		(void) look_at_next(calls, keys, 1, &looks, next);
	}
	store_progress();
	if (naside > 0)
		*next = Min(*next, GetCurrentTimestamp());
	table_close(calls, NoLock);
	return looks == 0;
}
