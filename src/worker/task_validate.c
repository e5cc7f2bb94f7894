/*
 * task_validate.c
 *	  Judges submitted calls: refused with a reason the agent can read, or
 *	  relayed to the gateways.
 *
 * A batch is one transaction.  If an error ends it, the loop has the same
 * calls judged one by one ("careful"), each in a subtransaction; the one that
 * raised the error fails, alone.
 *
 * Durability: a relay that a crash undoes is done again, and nobody outside
 * has seen the id that was drawn, since a claim is a later, synchronous commit.
 * So a batch that only relays does not wait for its WAL; one that ends calls
 * does, because an agent that has read an outcome may act on it.
 *
 * Calls are read in the order of the transactions that inserted them, from
 * "watermark" on: no call of an older transaction can still appear.  That
 * keeps the reading short where an old snapshot keeps the index entries of
 * calls judged long ago.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
#include "utils/xid8.h"

#include "common/call_state.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/error.h"
#include "rpc/method.h"
#include "rpc/queue.h"
#include "session/secret.h"
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
	COLUMN_XID
};

typedef struct Submitted
{
	pg_uuid_t	conversation;
	char	   *method;
	Jsonb	   *arguments;
	TimestampTz deadline;		/* DT_NOEND: none */
	bool		open;			/* the conversation */
	bool		allowed;		/* the method, to the conversation's profile */
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
	Datum		turns[ASB_TASK_BATCH];
	Datum		outside_ids[ASB_TASK_BATCH];
	bool		not_relayed[ASB_TASK_BATCH];
} Verdicts;

static uint64 watermark = 0;

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
		" m.method IS NOT NULL, c.submitted_xid"
		" FROM agentsandbox.remoteprocedurecalls c"
		" LEFT JOIN agentsandbox.conversation_records r ON r.id = c.conversation"
		" LEFT JOIN agentsandbox.profile_methods m ON m.profile = r.profile AND m.method = c.method"
		" WHERE c.status = 'submitted' AND c.submitted_xid >= $1"
		" ORDER BY c.submitted_xid LIMIT $2 FOR UPDATE OF c SKIP LOCKED",
		2, {XID8OID, INT4OID}
	};
	Datum		values[] = {
		FullTransactionIdGetDatum(FullTransactionIdFromU64(watermark)),
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

	call.conversation = *DatumGetUUIDP(SPI_getbinval(tuple, desc, COLUMN_CONVERSATION, &isnull));
	call.method = TextDatumGetCString(SPI_getbinval(tuple, desc, COLUMN_METHOD, &isnull));
	call.arguments = DatumGetJsonbP(SPI_getbinval(tuple, desc, COLUMN_ARGUMENTS, &isnull));
	value = SPI_getbinval(tuple, desc, COLUMN_DEADLINE, &isnull);
	call.deadline = isnull ? DT_NOEND : DatumGetTimestampTz(value);
	call.open = true_column(rows, row, COLUMN_OPEN);
	call.allowed = true_column(rows, row, COLUMN_ALLOWED);
	return call;
}

/* The state that a call goes to, and why if that is not ready. */
static AsbCallState
judge(const Submitted *call, Jsonb **error)
{
	const AsbMethod *method;
	AsbSchemaError fault;
	double		retry_after;

	if (!call->open)
	{
		*error = asb_call_error(ASB_ERROR_CONVERSATION_ENDED, NULL);
		return ASB_CALL_EXPIRED;
	}
	if (call->deadline <= GetCurrentTimestamp())
	{
		*error = asb_call_error(ASB_ERROR_DEADLINE, NULL);
		return ASB_CALL_EXPIRED;
	}

	method = call->allowed ? asb_method_get(call->method) : NULL;
	if (method == NULL)
		*error = asb_call_error(ASB_ERROR_METHOD_NOT_AVAILABLE, NULL);
	else if (!asb_schema_validate(method->request, call->arguments, &fault))
		*error = asb_call_error_invalid(&fault);
	else if (!asb_json_fits(call->arguments, method->max_request_bytes))
		*error = asb_call_error(ASB_ERROR_ARGUMENTS_TOO_LARGE, NULL);
	else if (method->rate_calls > 0 &&
			 !asb_rate_take(&call->conversation, call->method, method->rate_calls,
							method->rate_interval, &retry_after))
		*error = asb_call_error_rate(retry_after);
	else
	{
		*error = NULL;
		if (!TIMESTAMP_NOT_FINITE(call->deadline))
			asb_wakeup_set_alarm(call->deadline);
		return ASB_CALL_READY;
	}
	return ASB_CALL_REFUSED;
}

static void
add_verdict(Verdicts *verdicts, Datum ctid, const pg_uuid_t *conversation,
			AsbCallState state, Jsonb *error)
{
	int			n = verdicts->n++;

	verdicts->ctids[n] = ctid;
	verdicts->states[n] = CStringGetTextDatum(asb_call_state_name(state));
	verdicts->errors[n] = PointerGetDatum(error);
	verdicts->error_isnull[n] = error == NULL;
	verdicts->not_relayed[n] = state != ASB_CALL_READY;
	if (state == ASB_CALL_READY)
	{
		pg_uuid_t  *outside_id = palloc(sizeof(pg_uuid_t));

		asb_uuid_random(outside_id);
		verdicts->outside_ids[n] = UUIDPGetDatum(outside_id);
		verdicts->turns[n] = Int64GetDatum(asb_turns_next(conversation));
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
		" attempt = 0"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		"  pg_catalog.unnest($4), pg_catalog.unnest($5)) v (ctid, status, error, turn, outside_id)"
		" WHERE c.ctid = v.ctid",
		5, {TIDARRAYOID, TEXTARRAYOID, JSONBARRAYOID, INT8ARRAYOID, UUIDARRAYOID}
	};
	int			n = verdicts->n;
	Datum		values[] = {
		make_array(verdicts->ctids, NULL, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT),
		make_array(verdicts->states, NULL, n, TEXTOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->errors, verdicts->error_isnull, n, JSONBOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->turns, verdicts->not_relayed, n, INT8OID, sizeof(int64),
				   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE),
		make_array(verdicts->outside_ids, verdicts->not_relayed, n, UUIDOID, UUID_LEN,
				   false, TYPALIGN_CHAR),
	};

	if (verdicts->relayed == n)
		(void) set_config_option("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_LOCAL, true, 0, false);
	if (asb_query(&update, values, NULL) != n)
		elog(ERROR, "calls that were locked have gone");
	if (verdicts->relayed > 0)
		Async_Notify(ASB_READY_CHANNEL, "");
}

/* Judges one call whose batch went wrong; its error becomes its outcome. */
static AsbCallState
judge_carefully(SPITupleTable *rows, int row, Jsonb **error)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	ResourceOwner oldowner = CurrentResourceOwner;
	AsbCallState state;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(oldcontext);
	PG_TRY();
	{
		Submitted	call = get_submitted(rows, row);

		state = judge(&call, error);
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

		*error = asb_call_error(ASB_ERROR_INTERNAL, NULL);
		state = ASB_CALL_FAILED;
	}
	PG_END_TRY();
	return state;
}

bool
asb_task_validate(bool careful, bool rescan)
{
	int			limit = careful ? 1 : ASB_TASK_BATCH;
	Verdicts   *verdicts;
	uint64		oldest_running = oldest_running_xid();
	uint64		n;
	SPITupleTable *rows;
	bool		isnull;

	if (rescan)
		watermark = 0;
	n = read_submitted(limit);
	rows = SPI_tuptable;
	if (n < limit)
		watermark = oldest_running;
	if (n > 0 || rescan)
		asb_turns_begin(rescan);
	if (n == 0)
		return false;

	verdicts = palloc0(sizeof(Verdicts));
	for (int i = 0; i < n; i++)
	{
		Datum		ctid = SPI_getbinval(rows->vals[i], rows->tupdesc, COLUMN_CTID, &isnull);
		Datum		conversation = SPI_getbinval(rows->vals[i], rows->tupdesc, COLUMN_CONVERSATION, &isnull);
		AsbCallState state;
		Jsonb	   *error;

		if (careful)
			state = judge_carefully(rows, i, &error);
		else
		{
			Submitted	call = get_submitted(rows, i);

			state = judge(&call, &error);
		}
		add_verdict(verdicts, ctid, DatumGetUUIDP(conversation), state, error);
	}
	apply_verdicts(verdicts);

	if (n == limit)
		watermark = U64FromFullTransactionId(
			DatumGetFullTransactionId(SPI_getbinval(rows->vals[n - 1], rows->tupdesc, COLUMN_XID, &isnull)));
	return n == limit;
}
