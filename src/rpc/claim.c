/*
 * claim.c
 *	  claim(): gives ready calls to a gateway.
 *
 * Candidates come from two sources, merged by turn: the fresh calls (ready.h)
 * and the index of those that wait.  Whether a candidate can be claimed its
 * row says.  A row that somebody else is changing right now is left alone, so
 * claims never wait; of two claims of one call the second finds it changed.
 *
 * A claim need not be durable: if a crash undoes it, the call is claimed again,
 * under the same outside id, as if the gateway had died.
 *
 * A claim that would come back empty can wait, without a lock: for as long as it
 * does, it keeps no more than the snapshot of its statement.
 *
 * That a lease lapses the worker must hear of.  A fresh call it looks at once
 * anyway, a few seconds after its submission; unless the lease is shorter, a
 * claim of one therefore leaves its due time alone.
 *
 * It runs as its owner, with a fixed search path.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/arguments.h"
#include "core/catalog.h"
#include "core/commit.h"
#include "core/compat.h"
#include "core/transaction.h"
#include "core/wakeup.h"
#include "rpc/canonical.h"
#include "rpc/method.h"
#include "rpc/queue.h"
#include "rpc/ready.h"
#include "rpc/row.h"
#include "session/session.h"

#define MAX_CLAIM	10000

/* the snapshot of a claim that waits holds back VACUUM */
#define MAX_WAIT	USECS_PER_MINUTE

/* What one call of claim() works with. */
typedef struct Claim
{
	Relation	calls;
	Snapshot	snapshot;
	const Interval *lease;
	text	  **methods;		/* NULL: any */
	uint32	   *hashes;			/* of their names */
	int			nmethods;
	uint32		which;			/* hash of all of that */
	TimestampTz alarm;			/* the earliest due time of a claimed call */
	ReturnSetInfo *rsinfo;
} Claim;

/*
 * What this session's last claim left in the index: nothing of these methods, as
 * long as no more has been announced.  Unless it is rolled back, which nobody
 * announces.
 */
static struct
{
	bool		nothing;
	uint32		which;
	uint64		announcements;
}			last_left;

static void
forget_at_abort(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		last_left.nothing = false;
}

static void
forget_at_subabort(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		last_left.nothing = false;
}

/* The methods to claim, by name and by hash. */
static void
read_methods(Claim *claim, ArrayType *methods)
{
	Datum	   *names;
	bool	   *isnull;
	int			n;

	deconstruct_array(methods, TEXTOID, -1, false, TYPALIGN_INT, &names, &isnull, &n);
	claim->methods = palloc(sizeof(text *) * Max(n, 1));
	claim->hashes = palloc(sizeof(uint32) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		text	   *name;

		if (isnull[i])
			continue;
		name = DatumGetTextPP(names[i]);
		claim->methods[claim->nmethods] = name;
		claim->hashes[claim->nmethods++] = asb_method_hash(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	}
	claim->which = hash_bytes((unsigned char *) claim->hashes, claim->nmethods * sizeof(uint32));
}

static bool
wants_method(const Claim *claim, text *method)
{
	if (claim->methods == NULL)
		return true;
	for (int i = 0; i < claim->nmethods; i++)
	{
		if (VARSIZE_ANY_EXHDR(claim->methods[i]) == VARSIZE_ANY_EXHDR(method) &&
			memcmp(VARDATA_ANY(claim->methods[i]), VARDATA_ANY(method), VARSIZE_ANY_EXHDR(method)) == 0)
			return true;
	}
	return false;
}

static bool
can_be_claimed(const Claim *claim, const AsbCall *call, TimestampTz now)
{
	Oid			profile;

	return call->state == ASB_CALL_READY &&
		asb_call_time(call, Anum_call_retry_at, DT_NOBEGIN) == DT_NOBEGIN &&
		asb_call_time(call, Anum_call_deadline, DT_NOEND) > now &&
		/* a metered call's is its release tick; another's does not matter if the clock was set back */
		(call->isnull[Anum_call_bits - 1] || asb_call_time(call, Anum_call_ready_at, DT_NOBEGIN) <= now) &&
		wants_method(claim, DatumGetTextPP(call->values[Anum_call_method - 1])) &&
		asb_conversation_is_open(DatumGetUUIDP(call->values[Anum_call_conversation - 1]),
								 claim->snapshot, &profile);
}

/* A row of the result. */
static void
put_claimed(Claim *claim, const AsbCall *call)
{
	Datum		values[8];
	bool		isnull[8] = {0};
	const AsbMethod *method;
	char	   *canonical;
	int			length;

	/* drop_method() left no call of the method to claim; fails as one lapses */
	method = asb_method_get(TextDatumGetCString(call->values[Anum_call_method - 1]));
	if (method == NULL)
		return;
	canonical = asb_canonical_json(DatumGetJsonbP(call->values[Anum_call_arguments - 1]), &length);

	values[0] = call->values[Anum_call_outside_id - 1];
	values[1] = call->values[Anum_call_lease_token - 1];
	values[2] = call->values[Anum_call_method - 1];
	values[3] = PointerGetDatum(cstring_to_text_with_len(canonical, length));
	values[4] = call->values[Anum_call_attempt - 1];
	values[5] = IntervalPGetDatum(&method->time_limit);
	values[6] = call->values[Anum_call_deadline - 1];
	isnull[6] = call->isnull[Anum_call_deadline - 1];
	values[7] = Int32GetDatum(method->max_response_bytes);
	tuplestore_putvalues(claim->rsinfo->setResult, claim->rsinfo->setDesc, values, isnull);
}

/* False if it cannot be claimed, or somebody else was faster. */
static bool
claim_call(Claim *claim, AsbCall *call)
{
	TimestampTz now = GetCurrentTimestamp();
	bool		waited = !call->isnull[Anum_call_turn - 1];
	Datum		lease_end;
	pg_uuid_t	token;

	if (!can_be_claimed(claim, call, now))
		return false;
	lease_end = DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(now),
									IntervalPGetDatum(claim->lease));
	asb_lease_token_make(&call->key, &token);
	asb_call_set_state(call, ASB_CALL_CLAIMED);
	asb_call_set(call, Anum_call_attempt,
				 Int32GetDatum(DatumGetInt32(call->values[Anum_call_attempt - 1]) + 1));
	asb_call_set(call, Anum_call_claimed_at, TimestampTzGetDatum(now));
	asb_call_set(call, Anum_call_lease_token, UUIDPGetDatum(&token));
	asb_call_set(call, Anum_call_lease_expires_at, lease_end);
	if (waited || claim->lease->time < ASB_YOUNG_MS * INT64CONST(1000))
	{
		TimestampTz due = asb_call_set_due(call);

		claim->alarm = Min(claim->alarm, due);
	}
	if (asb_call_write(claim->calls, call, false) != TM_Ok)
		return false;
	put_claimed(claim, call);
	return true;
}

/* The calls that wait in the index, one after the other. */
typedef struct Waiting
{
	SysScanDesc scan;
	AsbCall		call;			/* its tuple is ours; NULL: none is left */
	AsbFreshCall place;
} Waiting;

static void
next_waiting(const Claim *claim, Waiting *waiting)
{
	HeapTuple	tuple = systable_getnext_ordered(waiting->scan, ForwardScanDirection);

	if (waiting->call.tuple)
		heap_freetuple(waiting->call.tuple);
	waiting->call.tuple = NULL;
	if (!HeapTupleIsValid(tuple))
		return;
	asb_call_read(claim->calls, tuple, &waiting->call);
	waiting->place.turn = DatumGetInt64(waiting->call.values[Anum_call_turn - 1]);
	waiting->place.key = waiting->call.key;
}

/* It was committed before it was announced, but maybe after our snapshot. */
static bool
claim_fresh(Claim *claim, const AsbFreshCall *fresh)
{
	Snapshot	snapshot = asb_latest_snapshot();
	AsbCall		call;
	bool		claimed = asb_call_find(claim->calls, &fresh->key, snapshot, &call) &&
		claim_call(claim, &call);

	UnregisterSnapshot(snapshot);
	return claimed;
}

/* Claims up to so many, in order; returns how many. */
static int
claim_calls(Claim *claim, int max)
{
	Relation	index = index_open(asb_relation_oid(ASB_REL_CALLS_WAITING), AccessShareLock);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "agentsandbox claim",
												  ALLOCSET_DEFAULT_SIZES);
	Waiting		waiting = {0};
	ScanKeyData key;
	int			claimed = 0;

	ScanKeyInit(&key, Anum_call_turn, BTGreaterEqualStrategyNumber, F_INT8GE,
				Int64GetDatum(asb_frontier()));
	waiting.scan = systable_beginscan_ordered(claim->calls, index, claim->snapshot, 1, &key);
	next_waiting(claim, &waiting);
	while (claimed < max)
	{
		bool		some_wait = waiting.call.tuple != NULL;
		AsbFreshCall fresh;
		bool		is_fresh = asb_fresh_take(some_wait ? &waiting.place : NULL,
											  claim->hashes, claim->nmethods, &fresh);
		MemoryContext oldcontext;

		if (!is_fresh && !some_wait)
			break;
		CHECK_FOR_INTERRUPTS();
		oldcontext = MemoryContextSwitchTo(context);
		if (is_fresh ? claim_fresh(claim, &fresh) : claim_call(claim, &waiting.call))
			claimed++;
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
		if (!is_fresh)
			next_waiting(claim, &waiting);
	}
	systable_endscan_ordered(waiting.scan);
	index_close(index, AccessShareLock);
	MemoryContextDelete(context);
	return claimed;
}

/* Claims what it can now; returns how many. */
static int
claim_now(Claim *claim, int max)
{
	static bool watching = false;
	uint64		announcements = asb_ready_announcements();	/* before looking */
	int			claimed;

	claim->calls = asb_calls_open();
	claim->snapshot = asb_latest_snapshot();
	claimed = claim_calls(claim, max);
	UnregisterSnapshot(claim->snapshot);
	table_close(claim->calls, claimed > 0 ? NoLock : RowExclusiveLock);

	asb_at_transaction_end(&watching, forget_at_abort, forget_at_subabort);
	last_left.nothing = claimed < max;
	last_left.which = claim->which;
	last_left.announcements = announcements;
	return claimed;
}

/* When a claim that may wait so long, from now on, ends. */
static TimestampTz
wait_until(const Interval *wait)
{
	if (wait->month != 0 || wait->day != 0 || wait->time < 0 || wait->time > MAX_WAIT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("wait must be between 0 and a minute")));
	return GetCurrentTimestamp() + wait->time;
}

/*
 * claim(max_calls integer, lease interval, methods text[], wait interval)
 */
ASB_FUNCTION(asb_claim);

Datum
asb_claim(PG_FUNCTION_ARGS)
{
	Claim		claim = {.alarm = DT_NOEND, .rsinfo = (ReturnSetInfo *) fcinfo->resultinfo};
	TimestampTz until;
	int			claimed;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3), "max_calls, lease and wait");
	if (PG_GETARG_INT32(0) < 1 || PG_GETARG_INT32(0) > MAX_CLAIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_calls must be between 1 and %d", MAX_CLAIM)));
	claim.lease = PG_GETARG_INTERVAL_P(1);
	asb_check_lease_length(claim.lease);
	if (!PG_ARGISNULL(2))
		read_methods(&claim, PG_GETARG_ARRAYTYPE_P(2));
	until = wait_until(PG_GETARG_INTERVAL_P(3));

	/* looking again for what was not there just now costs more than all else of a wait */
	if (last_left.nothing && last_left.which == claim.which)
		(void) asb_ready_wait(last_left.announcements, claim.hashes, claim.nmethods, until);
	do
		claimed = claim_now(&claim, PG_GETARG_INT32(0));
	while (claimed == 0 && asb_ready_wait(last_left.announcements, claim.hashes, claim.nmethods, until));
	if (claimed > 0)
	{
		asb_commit_may_be_lost();
		asb_wakeup_alarm_at_commit(claim.alarm);
		CommandCounterIncrement();
	}
	return (Datum) 0;
}
