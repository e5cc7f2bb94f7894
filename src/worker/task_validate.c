/*
 * task_validate.c
 *	  Judges submitted calls: refused with a reason the agent can read, or
 *	  relayed to the gateways.
 *
 * A batch is one transaction.  If an error ends it, the loop has the same
 * calls judged one by one ("careful"), each in a subtransaction; the one that
 * raised the error fails, alone.
 *
 * Durability: a relay that a crash undoes is done again, and so is the claim
 * that followed; the id that the outside knows is the same then.  So a batch
 * that only relays does not wait for its WAL; one that ends calls does, because
 * an agent that has read an outcome may act on it.
 *
 * Calls are read in the order of submission, from "watermark" on: what comes
 * before it has been judged, and no call of an older transaction can still
 * appear.  A call that somebody had locked meanwhile is found by a rescan.
 *
 * A call carries the labels that it was stamped with when the conversation's
 * labels rose (task_raise.c), or those that the conversation has in the
 * snapshot that shows the call.  What is not let out takes nothing from the
 * method's rate, so that no other call tells of it.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/xid8.h"

#include "common/call_state.h"
#include "core/commit.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/call.h"
#include "rpc/error.h"
#include "rpc/method.h"
#include "rpc/queue.h"
#include "rpc/ready.h"
#include "rpc/row.h"
#include "worker/egress.h"
#include "worker/task.h"

/* Columns of the query in read_submitted(). */
enum
{
	COLUMN_CTID = 1,
	COLUMN_CONVERSATION,
	COLUMN_ID,
	COLUMN_METHOD,
	COLUMN_ARGUMENTS,
	COLUMN_DEADLINE,
	COLUMN_OPEN,
	COLUMN_ALLOWED,
	COLUMN_XID,
	COLUMN_ORDINAL,
	COLUMN_LABELS,
	COLUMN_PROFILE,
	COLUMN_EGRESS
};

typedef struct Submitted
{
	pg_uuid_t	conversation;
	char	   *method;
	Jsonb	   *arguments;
	TimestampTz deadline;		/* DT_NOEND: none */
	bool		open;			/* the conversation */
	bool		allowed;		/* the method, to the conversation's profile */
	AsbLabelSet labels;
	Oid			profile;
	AsbEgress	egress;
} Submitted;

/* What becomes of the calls of a batch, as arrays for one UPDATE. */
typedef struct Verdicts
{
	int			n;
	int			relayed;
	Datum		ctids[ASB_TASK_BATCH];
	Datum		states[ASB_TASK_BATCH];
	Datum		errors[ASB_TASK_BATCH];
	bool		error_isnull[ASB_TASK_BATCH];
	int			fresh_room;		/* calls that need no turn, see rpc/ready.h */
	Datum		turns[ASB_TASK_BATCH];
	bool		no_turn[ASB_TASK_BATCH];
	Datum		outside_ids[ASB_TASK_BATCH];
	bool		not_relayed[ASB_TASK_BATCH];
	Datum		labels[ASB_TASK_BATCH]; /* text[] as text */
} Verdicts;

static AsbCallKey watermark = {0};

static uint64
oldest_running_xid(void)
{
	FullTransactionId next = ReadNextFullTransactionId();
	TransactionId xmin = GetActiveSnapshot()->xmin;
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xmin > XidFromFullTransactionId(next))
		epoch--;
	return U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xmin));
}

static uint64
read_submitted(int limit)
{
	static AsbQuery query = {
		"SELECT c.ctid, c.conversation, c.id, c.method, c.arguments, c.deadline,"
		" r.state = 'open' AND r.expires_at > pg_catalog.clock_timestamp(),"
		" m.method IS NOT NULL, c.submitted_xid, c.ordinal,"
		" COALESCE(c.labels, ARRAY(SELECT l.label FROM agentsandbox.conversation_labels l"
		"  WHERE l.conversation = c.conversation ORDER BY l.label COLLATE \"C\")), r.profile, p.egress"
		" FROM agentsandbox.remoteprocedurecalls c"
		" LEFT JOIN agentsandbox.conversation_records r ON r.id = c.conversation"
		" LEFT JOIN agentsandbox.profiles p ON p.profile = r.profile"
		" LEFT JOIN agentsandbox.profile_methods m ON m.profile = r.profile AND m.method = c.method"
		" WHERE c.status = 'submitted' AND (c.submitted_xid, c.ordinal) >= ($1, $2)"
		" ORDER BY c.submitted_xid, c.ordinal LIMIT $3 FOR UPDATE OF c SKIP LOCKED",
		3, {XID8OID, INT4OID, INT4OID}
	};
	Datum		values[] = {
		FullTransactionIdGetDatum(FullTransactionIdFromU64(watermark.xid)),
		Int32GetDatum(watermark.ordinal),
		Int32GetDatum(limit)
	};

	return asb_query(&query, values, NULL);
}

static bool
true_column(SPITupleTable *rows, int row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(rows->vals[row], rows->tupdesc, column, &isnull);

	return !isnull && DatumGetBool(value);
}

static Submitted
get_submitted(SPITupleTable *rows, int row)
{
	HeapTuple	tuple = rows->vals[row];
	TupleDesc	desc = rows->tupdesc;
	Submitted	call;
	Datum		value;
	bool		isnull;
	bool		unknown_label = false;

	call.conversation = *DatumGetUUIDP(SPI_getbinval(tuple, desc, COLUMN_CONVERSATION, &isnull));
	call.method = TextDatumGetCString(SPI_getbinval(tuple, desc, COLUMN_METHOD, &isnull));
	call.arguments = DatumGetJsonbP(SPI_getbinval(tuple, desc, COLUMN_ARGUMENTS, &isnull));
	value = SPI_getbinval(tuple, desc, COLUMN_DEADLINE, &isnull);
	call.deadline = isnull ? DT_NOEND : DatumGetTimestampTz(value);
	call.open = true_column(rows, row, COLUMN_OPEN);
	call.allowed = true_column(rows, row, COLUMN_ALLOWED);

	value = SPI_getbinval(tuple, desc, COLUMN_LABELS, &isnull);
	call.labels = asb_labels_from_array(DatumGetArrayTypeP(value), &unknown_label);
	if (unknown_label)
		elog(ERROR, "a call carries a label that does not exist");
	value = SPI_getbinval(tuple, desc, COLUMN_PROFILE, &isnull);
	call.profile = isnull ? InvalidOid : DatumGetObjectId(value);
	value = SPI_getbinval(tuple, desc, COLUMN_EGRESS, &isnull);
	call.egress = isnull ? ASB_EGRESS_REFUSE : asb_egress_parse(TextDatumGetCString(value));
	return call;
}

static AsbVerdict
ended(AsbCallState state, Jsonb *error)
{
	return (AsbVerdict) {state, error};
}

/* What becomes of a call. */
static AsbVerdict
judge(const Submitted *call)
{
	AsbEgressCall leaving = {
		.conversation = &call->conversation,
		.method_name = call->method,
		.arguments = call->arguments,
		.labels = call->labels,
		.profile = call->profile,
		.egress = call->egress
	};
	AsbVerdict	verdict;
	const AsbMethod *method;
	AsbSchemaError fault;
	double		retry_after;

	if (!call->open)
		return ended(ASB_CALL_EXPIRED, asb_call_error(ASB_ERROR_CONVERSATION_ENDED, NULL));
	if (call->deadline <= GetCurrentTimestamp())
		return ended(ASB_CALL_EXPIRED, asb_call_error(ASB_ERROR_DEADLINE, NULL));

	leaving.method = method = call->allowed ? asb_method_get(call->method) : NULL;
	if (method == NULL)
		return ended(ASB_CALL_REFUSED, asb_call_error(ASB_ERROR_METHOD_NOT_AVAILABLE, NULL));
	if (!asb_schema_validate(method->request, call->arguments, &fault))
		return ended(ASB_CALL_REFUSED, asb_call_error_invalid(&fault));
	if (!asb_json_fits(call->arguments, method->max_request_bytes))
		return ended(ASB_CALL_REFUSED, asb_call_error(ASB_ERROR_ARGUMENTS_TOO_LARGE, NULL));

	verdict = asb_egress_judge(&leaving);
	if (asb_call_state_is_terminal(verdict.state))
		return verdict;
	if (method->rate_calls > 0 &&
		!asb_rate_take(&call->conversation, call->method, method->rate_calls,
					   method->rate_interval, &retry_after))
		return ended(ASB_CALL_REFUSED, asb_call_error_rate(retry_after));
	if (!TIMESTAMP_NOT_FINITE(call->deadline))
		asb_wakeup_set_alarm(call->deadline);
	return verdict;
}

/* The labels that a call carries, as the text of an array. */
static Datum
labels_text(SPITupleTable *rows, int row)
{
	return CStringGetTextDatum(SPI_getvalue(rows->vals[row], rows->tupdesc, COLUMN_LABELS));
}

static AsbCallKey
get_key(SPITupleTable *rows, int row)
{
	AsbCallKey	key;
	bool		isnull;

	key.xid = U64FromFullTransactionId(
		DatumGetFullTransactionId(SPI_getbinval(rows->vals[row], rows->tupdesc, COLUMN_XID, &isnull)));
	key.ordinal = DatumGetInt32(SPI_getbinval(rows->vals[row], rows->tupdesc, COLUMN_ORDINAL, &isnull));
	return key;
}

/*
 * Its turn: null, and announced, while it is fresh and young; one that the
 * worker does not look at any more (task_young.c) has to wait in the index.
 */
static void
give_turn(Verdicts *verdicts, int n, const pg_uuid_t *conversation, const AsbCallKey *key, Datum method)
{
	AsbFreshCall call = {asb_turns_next(conversation), *key};

	verdicts->turns[n] = Int64GetDatum(call.turn);
	verdicts->no_turn[n] = verdicts->fresh_room > 0 && asb_is_young(key);
	if (!verdicts->no_turn[n])
		return;
	call.method = asb_method_hash(VARDATA_ANY(DatumGetPointer(method)),
								  VARSIZE_ANY_EXHDR(DatumGetPointer(method)));
	asb_fresh_add_at_commit(&call);
	verdicts->fresh_room--;
}

static void
add_verdict(Verdicts *verdicts, SPITupleTable *rows, int row, const AsbVerdict *verdict)
{
	HeapTuple	tuple = rows->vals[row];
	TupleDesc	desc = rows->tupdesc;
	bool		isnull;
	int			n = verdicts->n++;

	verdicts->ctids[n] = SPI_getbinval(tuple, desc, COLUMN_CTID, &isnull);
	verdicts->labels[n] = labels_text(rows, row);
	verdicts->states[n] = CStringGetTextDatum(asb_call_state_name(verdict->state));
	verdicts->errors[n] = PointerGetDatum(verdict->error);
	verdicts->error_isnull[n] = verdict->error == NULL;
	verdicts->not_relayed[n] = verdict->state != ASB_CALL_READY;
	verdicts->no_turn[n] = true;
	if (verdict->state == ASB_CALL_READY)
	{
		pg_uuid_t  *conversation = DatumGetUUIDP(SPI_getbinval(tuple, desc, COLUMN_CONVERSATION, &isnull));
		pg_uuid_t  *id = DatumGetUUIDP(SPI_getbinval(tuple, desc, COLUMN_ID, &isnull));
		AsbCallKey	key = get_key(rows, row);

		verdicts->outside_ids[n] = UUIDPGetDatum(asb_call_outside_id(conversation, id));
		give_turn(verdicts, n, conversation, &key, SPI_getbinval(tuple, desc, COLUMN_METHOD, &isnull));
		verdicts->relayed++;
	}
}

static Datum
make_array(Datum *values, bool *isnull, int n, Oid type, int16 length, bool byval, char align)
{
	int			lower = 1;

	return PointerGetDatum(construct_md_array(values, isnull, 1, &n, &lower,
											  type, length, byval, align));
}

static void
apply_verdicts(Verdicts *verdicts)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls c"
		" SET status = v.status, error = v.error, turn = v.turn, outside_id = v.outside_id,"
		" ready_at = CASE WHEN v.outside_id IS NOT NULL THEN pg_catalog.clock_timestamp() END,"
		" attempt = 0, labels = v.labels::text[]"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		"  pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6))"
		"  v (ctid, status, error, turn, outside_id, labels)"
		" WHERE c.ctid = v.ctid",
		6, {TIDARRAYOID, TEXTARRAYOID, JSONBARRAYOID, INT8ARRAYOID, UUIDARRAYOID, TEXTARRAYOID}
	};
	int			n = verdicts->n;
	Datum		values[] = {
		make_array(verdicts->ctids, NULL, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT),
		make_array(verdicts->states, NULL, n, TEXTOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->errors, verdicts->error_isnull, n, JSONBOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->turns, verdicts->no_turn, n, INT8OID, sizeof(int64),
				   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE),
		make_array(verdicts->outside_ids, verdicts->not_relayed, n, UUIDOID, UUID_LEN,
				   false, TYPALIGN_CHAR),
		make_array(verdicts->labels, NULL, n, TEXTOID, -1, false, TYPALIGN_INT),
	};

	asb_commit_may_be_lost();	/* the trigger knows better of calls that end */
	if (asb_query(&update, values, NULL) != n)
		elog(ERROR, "calls that were locked have gone");
	if (verdicts->relayed == 0)
		return;
	Async_Notify(ASB_READY_CHANNEL, "");
	asb_wakeup_set_alarm(TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ASB_YOUNG_MS));
}

/* Judges one call whose batch went wrong; its error becomes its outcome. */
static AsbVerdict
judge_carefully(SPITupleTable *rows, int row)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	ResourceOwner oldowner = CurrentResourceOwner;
	AsbVerdict	verdict;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(oldcontext);
	PG_TRY();
	{
		Submitted	call = get_submitted(rows, row);

		verdict = judge(&call);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(oldcontext);
		errcontext("validation of call %s",
				   SPI_getvalue(rows->vals[row], rows->tupdesc, COLUMN_ID));
		EmitErrorReport();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;

		verdict = ended(ASB_CALL_FAILED, asb_call_error(ASB_ERROR_INTERNAL, NULL));
	}
	PG_END_TRY();
	return verdict;
}

uint64
asb_oldest_unjudged(void)
{
	return watermark.xid;
}

bool
asb_task_validate(bool careful, bool rescan)
{
	int			limit = careful ? 1 : ASB_TASK_BATCH;
	Verdicts   *verdicts;
	uint64		oldest_running = oldest_running_xid();
	uint64		n;
	SPITupleTable *rows;

	if (rescan)
		watermark = (AsbCallKey) {asb_young_from(), 0};
	n = read_submitted(limit);
	rows = SPI_tuptable;
	if (n < limit)
		watermark = (AsbCallKey) {oldest_running, 0};
	if (n > 0 || rescan)
		asb_turns_begin(rescan);
	if (n == 0)
		return false;

	verdicts = palloc0(sizeof(Verdicts));
	verdicts->fresh_room = asb_fresh_room();
	for (int i = 0; i < n; i++)
	{
		AsbVerdict	verdict;

		if (careful)
			verdict = judge_carefully(rows, i);
		else
		{
			Submitted	call = get_submitted(rows, i);

			verdict = judge(&call);
		}
		add_verdict(verdicts, rows, i, &verdict);
	}
	apply_verdicts(verdicts);

	if (n == limit)
		watermark = get_key(rows, n - 1);
	return n == limit;
}
