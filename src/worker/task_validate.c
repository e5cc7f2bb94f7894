/*
 * task_validate.c
 *	  Judges submitted calls: refused with a reason the agent can read, or
 *	  relayed to the gateways.
 *
 * A batch is one transaction.  If an error ends it, the loop has the same
 * calls judged one by one ("careful"), each in a subtransaction; the one that
 * raised the error fails, alone.
 *
 * Calls are read in the order of submission, from "watermark" on: what comes
 * before it has been judged, and no call of an older transaction can still
 * appear.  A call that somebody was changing meanwhile is found by a rescan.
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
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "common/call_state.h"
#include "core/contained.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/error.h"
#include "rpc/ready.h"
#include "worker/anomaly.h"
#include "worker/task.h"
#include "worker/verdicts.h"

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
		ASB_EGRESS_SELECT_SQL("NULL") ASB_EGRESS_FROM_SQL
		" WHERE c.status = 'submitted' AND (c.submitted_xid, c.ordinal) >= ($1, $2)"
		" ORDER BY c.submitted_xid, c.ordinal LIMIT $3",
		3, {XID8OID, INT4OID, INT4OID}
	};
	Datum		values[] = {
		FullTransactionIdGetDatum(FullTransactionIdFromU64(watermark.xid)),
		Int32GetDatum(watermark.ordinal),
		Int32GetDatum(limit)
	};

	return asb_query(&query, values, NULL);
}

/*
 * What becomes of a call.  "careful": an error of the rules holds the call,
 * any other is the caller's to contain.
 */
static AsbVerdict
judge(AsbEgressCall *call, bool careful)
{
	AsbVerdict	verdict = asb_egress_check(call);
	double		retry_after;
	Jsonb	   *findings;

	if (verdict.state == ASB_CALL_READY)
		verdict = asb_egress_judge(call);
	if (asb_call_state_is_terminal(verdict.state))
		return verdict;
	if (call->method->rate_calls > 0 &&
		!asb_rate_take(call->conversation, call->method_name, call->method->rate_calls,
					   call->method->rate_interval, &retry_after))
		return (AsbVerdict) {ASB_CALL_REFUSED, asb_call_error_rate(retry_after)};

	if ((verdict.state == ASB_CALL_READY || verdict.metered) &&
		(findings = asb_anomaly_judge(call, careful)) != NULL)
		verdict = (AsbVerdict) {ASB_CALL_HELD, NULL, findings};
	if (verdict.state == ASB_CALL_HELD && !verdict.metered && !asb_hold_take(call->conversation))
		return (AsbVerdict) {ASB_CALL_REFUSED, asb_call_error(ASB_ERROR_TOO_MANY_HELD, NULL)};

	if (!TIMESTAMP_NOT_FINITE(call->deadline))
		asb_wakeup_set_alarm(call->deadline);
	return verdict;
}

typedef struct Judgement
{
	SPITupleTable *rows;
	int			row;
	AsbVerdict	verdict;
} Judgement;

static void
judge_row(void *arg)
{
	Judgement  *judgement = arg;
	AsbEgressCall call = asb_egress_read(judgement->rows, judgement->row);

	judgement->verdict = judge(&call, true);
	asb_anomaly_note(&call, judgement->verdict.state, false);
}

/* Judges one call whose batch went wrong; its error becomes its outcome. */
static AsbVerdict
judge_carefully(SPITupleTable *rows, int row)
{
	Judgement	judgement = {rows, row};

	if (!asb_contained(judge_row, &judgement,
					   psprintf("validation of call %s", SPI_getvalue(rows->vals[row], rows->tupdesc, ASB_EGRESS_ID))))
	{
		asb_anomaly_forget();
		judgement.verdict = (AsbVerdict) {ASB_CALL_FAILED, asb_call_error(ASB_ERROR_INTERNAL, NULL)};
	}
	return judgement.verdict;
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
	AsbVerdicts *verdicts;
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

	asb_hold_begin();
	verdicts = asb_verdicts_begin(asb_fresh_room());
	for (int i = 0; i < n; i++)
	{
		AsbVerdict	verdict;

		if (careful)
			verdict = judge_carefully(rows, i);
		else
		{
			AsbEgressCall call = asb_egress_read(rows, i);

			verdict = judge(&call, false);
			asb_anomaly_note(&call, verdict.state, false);
		}
		asb_verdicts_add(verdicts, rows, i, &verdict);
	}
	asb_verdicts_apply(verdicts);
	asb_anomaly_flush();

	if (n == limit)
		watermark = asb_egress_key(rows, n - 1);
	return n == limit;
}
