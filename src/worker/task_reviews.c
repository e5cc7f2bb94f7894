/*
 * task_reviews.c
 *	  Acts on what reviewers decided: an approved call goes, a rejected one is
 *	  refused.
 *
 * A decision counts for the call as it stood: the digest is computed again
 * here, and a call that has another one ends.  What does not depend on a
 * reviewer is checked again too, for a method can be altered, or taken from
 * the profile, while a call waits.  Labels and rules are not: they are what
 * was decided about.
 *
 * A decided call is held until -infinity.  That is when it is due too, so one
 * that somebody has locked is tried again by and by.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "core/contained.h"
#include "core/query.h"
#include "rpc/error.h"
#include "worker/anomaly.h"
#include "worker/task.h"
#include "worker/turns.h"
#include "worker/verdicts.h"

/* Columns of the query in read_decided(). */
enum
{
	COLUMN_APPROVED = ASB_EGRESS_MORE,
	COLUMN_SAME,
	COLUMN_NOTE
};

typedef struct Decision
{
	SPITupleTable *rows;
	int			row;
	AsbEgressCall call;
	Snapshot	snapshot;
	AsbVerdict	verdict;
} Decision;

static uint64
read_decided(void)
{
	static AsbQuery query = {
		ASB_EGRESS_SELECT_SQL ", d.verdict = 'approved',"
		" d.digest = agentsandbox.review_digest(c.method, c.labels, c.arguments),"
		" CASE WHEN d.told THEN d.note END"
		" FROM agentsandbox.remoteprocedurecalls c"
		" JOIN agentsandbox.review_decisions d ON d.conversation = c.conversation AND d.call = c.id"
		" WHERE c.status = 'held' AND c.held_until = '-infinity'"
		" ORDER BY c.submitted_xid, c.ordinal LIMIT $1",
		1, {INT4OID}
	};
	Datum		limit = Int32GetDatum(ASB_TASK_BATCH);

	return asb_query(&query, &limit, NULL);
}

/*
 * What only a rule held of a metered conversation still waits for its tick.
 * What labels held leaves without its deadline: nobody has approved what the
 * agent may have said with it.
 */
static AsbVerdict
judge_approved(AsbEgressCall *call)
{
	AsbVerdict	verdict = asb_egress_check(call);

	if (verdict.state != ASB_CALL_READY)
		return verdict;
	if (asb_egress_of(call) == ASB_EGRESS_METER)
		verdict = asb_egress_judge(call);
	if (verdict.state == ASB_CALL_READY)
		verdict.undated = (call->labels & ~call->method->accepts) != 0;
	return verdict;
}

static AsbVerdict
judge(Decision *decision)
{
	HeapTuple	tuple = decision->rows->vals[decision->row];
	TupleDesc	desc = decision->rows->tupdesc;
	bool		isnull;
	Datum		note;

	if (!DatumGetBool(SPI_getbinval(tuple, desc, COLUMN_SAME, &isnull)))
		elog(ERROR, "the call is not what was decided about");
	if (DatumGetBool(SPI_getbinval(tuple, desc, COLUMN_APPROVED, &isnull)))
		return judge_approved(&decision->call);
	note = SPI_getbinval(tuple, desc, COLUMN_NOTE, &isnull);
	return (AsbVerdict) {ASB_CALL_REFUSED,
		asb_call_error_rejected(isnull ? NULL : TextDatumGetCString(note))};
}

static void
act(void *arg)
{
	Decision   *decision = arg;

	decision->call = asb_egress_read(decision->call.row, decision->snapshot);
	decision->verdict = judge(decision);
	asb_anomaly_note(&decision->call, decision->verdict.state, true);
}

bool
asb_task_reviews(TimestampTz *next)
{
	uint64		n = read_decided();
	Decision	decision = {SPI_tuptable};
	AsbVerdicts *verdicts;
	int			given;

	if (n > 0)
		asb_turns_begin(false);
	verdicts = asb_verdicts_begin(0);
	decision.snapshot = verdicts->snapshot;
	for (decision.row = 0; decision.row < n; decision.row++)
	{
		char	   *id = SPI_getvalue(decision.rows->vals[decision.row],
									  decision.rows->tupdesc, ASB_EGRESS_ID);

		decision.call = (AsbEgressCall) {asb_verdicts_find(verdicts, decision.rows, decision.row)};
		if (decision.call.row == NULL)
			continue;
		if (!asb_contained(act, &decision, psprintf("decision about call %s", id)))
		{
			asb_anomaly_forget();
			decision.verdict = (AsbVerdict) {ASB_CALL_FAILED,
				asb_call_error(ASB_ERROR_INTERNAL, NULL)};
		}
		asb_verdicts_add(verdicts, &decision.call, &decision.verdict);
	}
	given = asb_verdicts_apply(verdicts);
	asb_anomaly_flush();

	/* a batch that somebody has locked would be read again and again */
	return n == ASB_TASK_BATCH && given > 0;
}
