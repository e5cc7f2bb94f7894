/*
 * error.h
 *	  Why a call did not complete: what its column "error" holds.
 */
#ifndef ASB_ERROR_H
#define ASB_ERROR_H

#include "utils/jsonb.h"

#include "rpc/schema.h"

/* Largest error that a gateway may give, in jsonb's binary form. */
#define ASB_MAX_GATEWAY_ERROR_BYTES 8192

typedef enum AsbCallErrorCode
{
	ASB_ERROR_METHOD_NOT_AVAILABLE,
	ASB_ERROR_INVALID_ARGUMENTS,
	ASB_ERROR_ARGUMENTS_TOO_LARGE,
	ASB_ERROR_RATE_LIMITED,
	ASB_ERROR_DEADLINE,
	ASB_ERROR_CONVERSATION_ENDED,
	ASB_ERROR_INTERNAL,
	ASB_ERROR_METHOD_DROPPED,
	ASB_ERROR_RESPONSE_TOO_LARGE,
	ASB_ERROR_INVALID_RESPONSE,
	ASB_ERROR_GATEWAY,
	ASB_ERROR_NO_ANSWER,
	ASB_ERROR_LABELS_NOT_ACCEPTED,
	ASB_ERROR_REJECTED,
	ASB_ERROR_NOT_REVIEWED,
	ASB_ERROR_TOO_MANY_HELD,
	ASB_ERROR_OVER_BUDGET
} AsbCallErrorCode;

/*
 * An object with "code" and "message"; with "gateway", what the gateway said,
 * if "detail" is not NULL.
 */
extern Jsonb *asb_call_error(AsbCallErrorCode code, Jsonb *detail);

/* ... with "instance", "keyword" and the validator's message. */
extern Jsonb *asb_call_error_invalid(const AsbSchemaError *error);

/* ... with "note", what a reviewer says about the rejection, if it is not NULL. */
extern Jsonb *asb_call_error_rejected(const char *note);

/* ... with "retry_after" in seconds. */
extern Jsonb *asb_call_error_rate(double retry_after);

/*
 * ... with the "labels" that the method does not accept and what can be done,
 * "hints": arrays of strings.
 */
extern Jsonb *asb_call_error_labels(char **labels, int nlabels, const char *const *hints, int nhints);

/* ... with the bits that the release would "cost" and those that are "left". */
extern Jsonb *asb_call_error_budget(double cost, double left);

#endif							/* ASB_ERROR_H */
