/*
 * review.c
 *	  The trigger on agentsandbox.review_decisions.
 *
 * A decision is made once, by somebody who is not sandboxed, and stays.
 */
#include "postgres.h"

#include "core/commit.h"
#include "core/compat.h"
#include "core/trigger.h"
#include "session/session.h"

ASB_FUNCTION(asb_keep_decision);

Datum
asb_keep_decision(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = asb_trigger(fcinfo, __func__);

	if (!TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a reviewer's decision is neither changed nor deleted")));

	/* whatever roles an administrator gave it */
	if (OidIsValid(asb_session_role()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("a conversation cannot decide about calls")));

	asb_commit_must_last();
	return PointerGetDatum(trigger->tg_trigtuple);
}
