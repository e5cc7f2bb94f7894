/*
 * task_validate.c
 *	  Judges submitted calls: refused with a reason the agent can read, or
 *	  relayed to the gateways.
 *
 * A batch is one transaction.  If an error ends it, the loop has the same
 * calls judged one by one ("careful"), each in a subtransaction; the one that
 * raised the error fails, alone.
 *
 * Calls are read in the order of submission.  A call that somebody was changing
 * meanwhile is found by a rescan.
 *
 * A call carries the labels that the conversation has in the snapshot that shows
 * the call, but for those that rose later (task_requests.c).  What is not let out takes nothing from the
 * method's rate, so that no other call tells of it.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "common/call_state.h"
#include "core/contained.h"
#include "core/uuid.h"
#include "core/wakeup.h"
#include "rpc/error.h"
#include "rpc/ready.h"
#include "worker/anomaly.h"
#include "worker/holds.h"
#include "worker/rates.h"
#include "worker/submitted.h"
#include "worker/task.h"
#include "worker/turns.h"
#include "worker/verdicts.h"

/*
 * A batch begins no more calls after so long, in milliseconds: large arguments
 * take time, and sessions and release ticks wait for its end.
 */
#define BATCH_MS 100

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
	AsbEgressCall call;
	Snapshot	snapshot;
	AsbVerdict	verdict;
} Judgement;

static void
judge_call(Judgement *judgement, bool careful)
{
	judgement->call = asb_egress_read(judgement->call.row, judgement->snapshot);
	judgement->verdict = judge(&judgement->call, careful);
	asb_anomaly_note(&judgement->call, judgement->verdict.state, false);
}

static void
judge_contained(void *arg)
{
	judge_call(arg, true);
}

/* Judges one call whose batch went wrong; its error becomes its outcome. */
static void
judge_carefully(Judgement *judgement)
{
	const pg_uuid_t *id = DatumGetUUIDP(judgement->call.row->values[Anum_call_id - 1]);

	if (asb_contained(judge_contained, judgement, psprintf("validation of call %s", asb_uuid_text(id))))
		return;
	asb_anomaly_forget();
	judgement->verdict = (AsbVerdict) {ASB_CALL_FAILED, asb_call_error(ASB_ERROR_INTERNAL, NULL)};
}

bool
asb_task_validate(bool careful, bool rescan)
{
	int			limit = careful ? 1 : ASB_TASK_BATCH;
	TimestampTz until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), BATCH_MS);
	AsbVerdicts *verdicts = asb_verdicts_begin(asb_fresh_room());
	AsbCall   **calls = palloc(sizeof(AsbCall *) * limit);
	MemoryContext oldcontext = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "agentsandbox judgement",
												  ALLOCSET_DEFAULT_SIZES);
	int			n;
	int			judged = 0;
	bool		more;

	if (rescan)
		asb_submitted_from(asb_young_from());
	n = asb_submitted_read(verdicts, calls, limit);
	if (n > 0 || rescan)
		asb_turns_begin(rescan);
	if (n > 0)
		asb_hold_begin();

	while (judged < n && (judged == 0 || GetCurrentTimestamp() < until))
	{
		Judgement	judgement = {{calls[judged++]}, verdicts->snapshot};

		MemoryContextSwitchTo(context);
		if (careful)
			judge_carefully(&judgement);
		else
			judge_call(&judgement, false);
		asb_verdicts_add(verdicts, &judgement.call, &judgement.verdict);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	more = judged < n || n == limit;
	asb_submitted_was_read(verdicts->snapshot, more ? &calls[judged - 1]->key : NULL);
	(void) asb_verdicts_apply(verdicts);
	if (n > 0)
		asb_anomaly_flush();
	return more;
}
