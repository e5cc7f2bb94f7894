/*
 * await.c
 *	  Waiting for calls to reach a terminal state: await() and call().
 *
 * Waiters sleep on condition variables in shared memory, found by the call's
 * id.  Whoever ends a call broadcasts after its commit, when everybody can see
 * the row.  A broadcast for another call of the same variable, or a lost one
 * of a transaction that rolled back a savepoint, only has waiters look again.
 *
 * Broadcasts are counted.  Who has just made a call, and waits for it while
 * there was no broadcast since, knows that it has not ended and need not look.
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
#include "pgstat.h"
#include "port/atomics.h"
#include "port/pg_bitutils.h"
#include "storage/condition_variable.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "common/call_state.h"
#include "core/arguments.h"
#include "core/catalog.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/query.h"
#include "core/shmem.h"
#include "core/transaction.h"
#include "core/uuid.h"
#include "flow/raise.h"
#include "flow/request.h"
#include "rpc/await.h"
#include "rpc/call.h"
#include "session/session.h"

#define WAIT_SLOTS 1024			/* a power of two, at least 64 */

/* How a call stands. */
typedef struct Outcome
{
	AsbCallState state;
	bool		terminal;
	bool		claimed;		/* a gateway may have to do with how it stands */
	bool		from_outside;	/* response or error may be a gateway's */
	text	   *status;
	Jsonb	   *response;		/* or NULL */
	Jsonb	   *error;			/* or NULL */
} Outcome;

typedef struct WaitSlot
{
	ConditionVariable ended;
	pg_atomic_uint64 broadcasts;
} WaitSlot;

static WaitSlot *wait_slots = NULL;

/* the call that this session made last */
static struct
{
	bool		made;
	bool		committed;
	pg_uuid_t	conversation;
	pg_uuid_t	id;
	uint64		broadcasts;		/* of its slot, before it was committed */
}			last_call;

/* slots to broadcast at commit, one bit each */
static uint64 ended_slots[WAIT_SLOTS / 64];
static bool any_ended = false;

static Size
slots_size(void)
{
	return mul_size(WAIT_SLOTS, sizeof(WaitSlot));
}

static void
slots_init(void *part)
{
	WaitSlot   *slots = part;

	for (int i = 0; i < WAIT_SLOTS; i++)
	{
		ConditionVariableInit(&slots[i].ended);
		pg_atomic_init_u64(&slots[i].broadcasts, 0);
	}
}

static int
slot_of(const pg_uuid_t *id)
{
	return hash_bytes(id->data, UUID_LEN) % WAIT_SLOTS;
}

static void
broadcast_ended(void)
{
	for (int i = 0; i < lengthof(ended_slots); i++)
	{
		for (uint64 left = ended_slots[i]; left != 0; left &= left - 1)
		{
			WaitSlot   *slot = &wait_slots[i * 64 + pg_rightmost_one_pos64(left)];

			/* counted first: who does not see it counted is among those woken */
			pg_atomic_fetch_add_u64(&slot->broadcasts, 1);
			ConditionVariableBroadcast(&slot->ended);
		}
	}
}

static void
await_xact_callback(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	if (event == XACT_EVENT_COMMIT)
		last_call.committed = last_call.made;
	else if (!last_call.committed)
		last_call.made = false;
	if (!any_ended)
		return;
	if (event != XACT_EVENT_ABORT)
		broadcast_ended();		/* what is prepared nobody tells of later */
	memset(ended_slots, 0, sizeof(ended_slots));
	any_ended = false;
}

static void
await_subxact_callback(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && !last_call.committed)
		last_call.made = false;
}

static void
watch_transactions(void)
{
	static bool watching = false;

	asb_at_transaction_end(&watching, await_xact_callback, await_subxact_callback);
}

void
asb_await_call_ended(const pg_uuid_t *id)
{
	int			slot = slot_of(id);

	watch_transactions();
	ended_slots[slot / 64] |= UINT64CONST(1) << (slot % 64);
	any_ended = true;
}

void
asb_await_call_made(const pg_uuid_t *conversation, const pg_uuid_t *id)
{
	watch_transactions();
	last_call.made = true;
	last_call.committed = false;
	last_call.conversation = *conversation;
	last_call.id = *id;
	last_call.broadcasts = pg_atomic_read_u64(&wait_slots[slot_of(id)].broadcasts);
}

/* Is it known, without looking, that the call is committed and has not ended? */
static bool
known_open(const pg_uuid_t *conversation, const pg_uuid_t *id)
{
	return last_call.committed &&
		memcmp(&last_call.id, id, UUID_LEN) == 0 &&
		memcmp(&last_call.conversation, conversation, UUID_LEN) == 0 &&
		last_call.broadcasts == pg_atomic_read_u64(&wait_slots[slot_of(id)].broadcasts);
}

/* This conversation's call as it is committed now. */
static Outcome
read_outcome(const pg_uuid_t *conversation, const pg_uuid_t *id)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_CALLS), AccessShareLock);
	Snapshot	snapshot = asb_latest_snapshot();
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	Outcome		outcome = {0};
	Datum		values[Natts_call];
	bool		isnull[Natts_call];

	/*
	 * The labels of responses may have been changed before this one was given,
	 * and a lock that the transaction has already does not tell of it.
	 */
	AcceptInvalidationMessages();
	ScanKeyInit(&keys[0], Anum_call_conversation, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(conversation));
	ScanKeyInit(&keys[1], Anum_call_id, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(id));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 2, keys);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("this conversation has no call %s", asb_uuid_text(id)),
				 errhint("RemoteProcedureCalls lists its calls. One whose transaction was rolled back was not made.")));

	asb_call_deform(tuple, RelationGetDescr(rel), values, isnull);
	outcome.status = DatumGetTextPCopy(values[Anum_call_status - 1]);
	outcome.state = asb_call_state(values[Anum_call_status - 1]);
	outcome.terminal = asb_call_state_is_terminal(outcome.state);
	if (!outcome.terminal &&
		TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetRawXmin(tuple->t_data)) &&
		outcome.state == ASB_CALL_SUBMITTED)
		ereport(ERROR,
				(errcode(ASB_ERRCODE_CALL_NOT_COMMITTED),
				 errmsg("the call was made by this transaction, which is still open"),
				 errdetail("It is looked at once the transaction has committed."),
				 errhint("COMMIT first, then wait for the call.")));

	if (!isnull[Anum_call_response - 1])
		outcome.response = DatumGetJsonbPCopy(values[Anum_call_response - 1]);
	if (!isnull[Anum_call_error - 1])
		outcome.error = DatumGetJsonbPCopy(values[Anum_call_error - 1]);
	outcome.claimed = !isnull[Anum_call_claimed_at - 1];
	outcome.from_outside = outcome.claimed && (outcome.response || outcome.error);

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return outcome;
}

/* When a wait that begins now ends; an error if no time is that far away. */
static TimestampTz
wait_until(Datum timeout)
{
	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(GetCurrentTimestamp()),
												   timeout));
}

/* Until the call has ended, or until the time is over. */
static Outcome
wait_for(const pg_uuid_t *conversation, const pg_uuid_t *id, TimestampTz until)
{
	ConditionVariable *ended = &wait_slots[slot_of(id)].ended;
	Outcome		outcome;

	/* prepared first, so that nothing is missed between looking and sleeping */
	ConditionVariablePrepareToSleep(ended);
	for (;;)
	{
		long		left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

		if (left <= 0 || !known_open(conversation, id))
		{
			outcome = read_outcome(conversation, id);
			if (outcome.terminal || left <= 0)
				break;
		}
		(void) ConditionVariableTimedSleep(ended, left, PG_WAIT_EXTENSION);
	}
	ConditionVariableCancelSleep();
	return outcome;
}

/* The conversation this session speaks for; a copy, the accessor's may go. */
static pg_uuid_t
this_conversation(void)
{
	return asb_conversation_session("has calls", NULL)->conversation;
}

/* The status, with the labels of what it can tell. */
static text *
told_status(const Outcome *outcome)
{
	if (outcome->claimed)
		asb_labels_raise_for_outcome(asb_session());
	return outcome->status;
}

/* Hands an outcome to the session, with the labels of what somebody outside wrote. */
static void
put_outcome(const Outcome *outcome, Datum *values, bool *isnull)
{
	if (outcome->from_outside)
		asb_labels_raise_for_response(asb_session());
	values[0] = PointerGetDatum(told_status(outcome));
	values[1] = PointerGetDatum(outcome->response);
	isnull[1] = outcome->response == NULL;
	values[2] = PointerGetDatum(outcome->error);
	isnull[2] = outcome->error == NULL;
}

/* *desc, a static variable: the function's result type, looked up once */
static Datum
form_result(FunctionCallInfo fcinfo, TupleDesc *desc, Datum *values, bool *isnull)
{
	if (*desc == NULL)
	{
		TupleDesc	found;
		MemoryContext oldcontext;

		if (get_call_result_type(fcinfo, NULL, &found) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		oldcontext = MemoryContextSwitchTo(TopMemoryContext);
		*desc = CreateTupleDescCopy(BlessTupleDesc(found));
		MemoryContextSwitchTo(oldcontext);
	}
	return HeapTupleGetDatum(heap_form_tuple(*desc, values, isnull));
}

/*
 * await(id uuid, timeout interval, OUT status text, OUT response jsonb, OUT error jsonb)
 */
ASB_FUNCTION(asb_await);

Datum
asb_await(PG_FUNCTION_ARGS)
{
	static TupleDesc desc = NULL;
	pg_uuid_t	conversation = this_conversation();
	Outcome		outcome;
	Datum		values[3];
	bool		isnull[3] = {0};

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1), "id and timeout");
	outcome = wait_for(&conversation, PG_GETARG_UUID_P(0), wait_until(PG_GETARG_DATUM(1)));
	put_outcome(&outcome, values, isnull);
	PG_RETURN_DATUM(form_result(fcinfo, &desc, values, isnull));
}

/* Inserts the call as the conversation itself would, and commits. */
static pg_uuid_t
submit_and_commit(Datum method, bool method_isnull, Datum arguments, bool arguments_isnull)
{
	static AsbQuery query = {
		"INSERT INTO agentsandbox.remoteprocedurecalls (method, arguments)"
		" VALUES ($1, $2) RETURNING id",
		2, {TEXTOID, JSONBOID}
	};
	Datum		values[] = {method, arguments};
	char		nulls[] = {method_isnull ? 'n' : ' ', arguments_isnull ? 'n' : ' ', '\0'};
	pg_uuid_t	id;
	bool		isnull;

	SPI_connect_ext(SPI_OPT_NONATOMIC);
	if (asb_query(&query, values, nulls) != 1)
		elog(ERROR, "the call was not inserted");
	id = *DatumGetUUIDP(asb_query_datum(0, 1, &isnull));
	SPI_commit();
	SPI_finish();
	return id;
}

/*
 * CALL call(method text, arguments jsonb, INOUT status text, INOUT response jsonb,
 *			 INOUT error jsonb, INOUT id uuid, timeout interval)
 */
ASB_FUNCTION(asb_call);

Datum
asb_call(PG_FUNCTION_ARGS)
{
	static TupleDesc desc = NULL;
	pg_uuid_t	conversation = this_conversation();
	TimestampTz until;
	pg_uuid_t	id;
	Outcome		outcome;
	Datum		values[4];
	bool		isnull[4] = {0};

	if (castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("agentsandbox.call cannot run inside a transaction block"),
				 errdetail("The call is looked at once the transaction has committed."),
				 errhint("CALL it outside a transaction block, or INSERT, COMMIT and then SELECT agentsandbox.await(id).")));
	asb_refuse_null(PG_ARGISNULL(6), "timeout");

	/* a timeout that is none must be an error before the call is made */
	until = wait_until(PG_GETARG_DATUM(6));
	id = submit_and_commit(PG_GETARG_DATUM(0), PG_ARGISNULL(0),
						   PG_GETARG_DATUM(1), PG_ARGISNULL(1));
	outcome = wait_for(&conversation, &id, until);
	put_outcome(&outcome, values, isnull);
	values[3] = UUIDPGetDatum(&id);
	return form_result(fcinfo, &desc, values, isnull);
}

/*
 * cancel(id uuid) RETURNS text: the status that the call has now
 *
 * Done by the worker, at once; see worker/task_requests.c.
 */
ASB_FUNCTION(asb_cancel);

Datum
asb_cancel(PG_FUNCTION_ARGS)
{
	AsbRequest	request = {
		.kind = ASB_REQUEST_CANCEL,
		.conversation = this_conversation()
	};
	Outcome		outcome;

	asb_refuse_null(PG_ARGISNULL(0), "id");
	request.call = *PG_GETARG_UUID_P(0);
	outcome = read_outcome(&request.conversation, &request.call);
	if (!asb_call_state_may_change(outcome.state, ASB_CALL_CANCELLED))
		PG_RETURN_TEXT_P(told_status(&outcome));

	switch (asb_request(&request))
	{
		case ASB_ANSWER_DONE:
			break;
		case ASB_ANSWER_REFUSED:
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("the call cannot be cancelled any more: labels of the conversation have risen since"),
					 errhint("Give calls a deadline when you make them.")));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the call was not cancelled in time"),
					 errhint("It may still be: look at its status later.")));
	}
	outcome = read_outcome(&request.conversation, &request.call);
	PG_RETURN_TEXT_P(told_status(&outcome));
}

void
asb_await_init(void)
{
	asb_shmem_register("agentsandbox await", slots_size, slots_init, (void **) &wait_slots);
}
