/*
 * seal.c
 *	  The airlock: seal() of the agent and of the operator.
 *
 * "sealed" is a label like others that no method accepts and no relation has.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "fmgr.h"
#include "miscadmin.h"

#include "core/arguments.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/uuid.h"
#include "flow/raise.h"
#include "flow/request.h"

/*
 * seal(): the session's own conversation
 */
ASB_FUNCTION(asb_seal);

Datum
asb_seal(PG_FUNCTION_ARGS)
{
	asb_labels_raise(asb_conversation_session("can seal itself", "Use agentsandbox.seal(conversation)."),
					 ASB_LABEL_SEALED, "seal() by the agent");
	PG_RETURN_VOID();
}

/*
 * seal(conversation uuid): for the operator, who is not sandboxed
 */
ASB_FUNCTION(asb_seal_conversation);

Datum
asb_seal_conversation(PG_FUNCTION_ARGS)
{
	AsbRequest	request = {
		.kind = ASB_REQUEST_RAISE,
		.labels = ASB_LABEL_SEALED
	};

	asb_refuse_null(PG_ARGISNULL(0), "conversation");
	request.conversation = *PG_GETARG_UUID_P(0);
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("a conversation cannot be sealed on a standby server")));
	snprintf(request.cause, sizeof(request.cause), "seal() by %s",
			 GetUserNameFromId(GetSessionUserId(), false));
	switch (asb_request(&request))
	{
		case ASB_ANSWER_DONE:
			PG_RETURN_VOID();
		case ASB_ANSWER_REFUSED:
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("conversation \"%s\" is not open", asb_uuid_text(&request.conversation))));
			break;
		default:
			ereport(ERROR,
					(errcode(ASB_ERRCODE_LABELS_NOT_RAISED),
					 errmsg("the conversation was not sealed in time"),
					 errdetail("The worker of agentsandbox has not answered; it may still do it."),
					 errhint("Look at agentsandbox.conversation_labels, or try again.")));
	}
	PG_RETURN_VOID();
}
