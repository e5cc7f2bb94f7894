/*
 * error.c
 *	  Why a call did not complete: what its column "error" holds.
 *
 * The agent reads these.  They tell what it did wrong and what it can do,
 * nothing of gateways' endpoints or of what the sandbox hides: an unknown
 * method and one that is not allowed read the same.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/json.h"
#include "rpc/error.h"

static const struct
{
	const char *code;
	const char *message;
}			errors[] =
{
	[ASB_ERROR_METHOD_NOT_AVAILABLE] = {"method_not_available",
	"this conversation cannot call this method; agentsandbox.methods lists those it can"},
	[ASB_ERROR_INVALID_ARGUMENTS] = {"invalid_arguments", NULL},
	[ASB_ERROR_ARGUMENTS_TOO_LARGE] = {"arguments_too_large",
	"the arguments are larger than the method allows"},
	[ASB_ERROR_RATE_LIMITED] = {"rate_limited",
	"this conversation has made all calls of this method that it may make for now"},
	[ASB_ERROR_DEADLINE] = {"deadline", "the deadline passed before the call completed"},
	[ASB_ERROR_CONVERSATION_ENDED] = {"conversation_ended",
	"the conversation ended before the call completed"},
	[ASB_ERROR_INTERNAL] = {"internal", "the call could not be validated"},
	[ASB_ERROR_METHOD_DROPPED] = {"method_dropped", "the method does not exist any more"},
	[ASB_ERROR_RESPONSE_TOO_LARGE] = {"response_too_large",
	"the response was larger than the method allows and is not shown"},
	[ASB_ERROR_INVALID_RESPONSE] = {"invalid_response",
	"the response did not have the form that the method promises and is not shown"},
	[ASB_ERROR_GATEWAY] = {"gateway", "the call was tried and did not work"},
	[ASB_ERROR_NO_ANSWER] = {"no_answer", "the call was tried and was not answered in time"},
	[ASB_ERROR_LABELS_NOT_ACCEPTED] = {"labels_not_accepted",
	"the method does not accept labels that the conversation has collected"},
	[ASB_ERROR_REJECTED] = {"rejected", "a reviewer rejected the call"},
	[ASB_ERROR_NOT_REVIEWED] = {"not_reviewed", "no reviewer decided about the call in time"},
	[ASB_ERROR_TOO_MANY_HELD] = {"too_many_held",
	"as many calls of this conversation wait for a reviewer as may wait; try again when some have been decided"},
	[ASB_ERROR_OVER_BUDGET] = {"over_budget",
	"the call would tell the outside more bits than the conversation, or all of its profile together, have left"},
};

static JsonbParseState *
begin(AsbCallErrorCode code, const char *message)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	asb_json_push_member(&state, "code", errors[code].code);
	asb_json_push_member(&state, "message", message);
	return state;
}

static Jsonb *
end(JsonbParseState **state)
{
	return JsonbValueToJsonb(pushJsonbValue(state, WJB_END_OBJECT, NULL));
}

Jsonb *
asb_call_error(AsbCallErrorCode code, Jsonb *detail)
{
	JsonbParseState *state = begin(code, errors[code].message);

	if (detail)
	{
		JsonbValue	value;

		asb_json_push(&state, WJB_KEY, "gateway");
		if (!JsonbExtractScalar(&detail->root, &value))
		{
			value.type = jbvBinary;
			value.val.binary.data = &detail->root;
			value.val.binary.len = VARSIZE(detail) - VARHDRSZ;
		}
		(void) pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return end(&state);
}

Jsonb *
asb_call_error_invalid(const AsbSchemaError *error)
{
	JsonbParseState *state = begin(ASB_ERROR_INVALID_ARGUMENTS, error->message);

	asb_json_push_member(&state, "instance", error->instance_pointer);
	asb_json_push_member(&state, "keyword", error->keyword_pointer);
	return end(&state);
}

static void
push_integer(JsonbParseState **state, const char *key, double integer)
{
	JsonbValue	value;

	asb_json_push(state, WJB_KEY, key);
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric((int64) integer);
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

Jsonb *
asb_call_error_rejected(const char *note)
{
	JsonbParseState *state = begin(ASB_ERROR_REJECTED, errors[ASB_ERROR_REJECTED].message);

	if (note)
		asb_json_push_member(&state, "note", note);
	return end(&state);
}

Jsonb *
asb_call_error_rate(double retry_after)
{
	JsonbParseState *state = begin(ASB_ERROR_RATE_LIMITED, errors[ASB_ERROR_RATE_LIMITED].message);

	push_integer(&state, "retry_after", ceil(retry_after));
	return end(&state);
}

Jsonb *
asb_call_error_budget(double cost, double left)
{
	JsonbParseState *state = begin(ASB_ERROR_OVER_BUDGET, errors[ASB_ERROR_OVER_BUDGET].message);

	push_integer(&state, "cost", ceil(cost));
	push_integer(&state, "left", floor(left));
	return end(&state);
}

Jsonb *
asb_call_error_labels(char **labels, int nlabels, const char *const *hints, int nhints)
{
	JsonbParseState *state = begin(ASB_ERROR_LABELS_NOT_ACCEPTED,
								   errors[ASB_ERROR_LABELS_NOT_ACCEPTED].message);

	asb_json_push_strings(&state, "labels", (const char *const *) labels, nlabels);
	asb_json_push_strings(&state, "hints", hints, nhints);
	return end(&state);
}
