/*
 * call.c
 *		The record of one call.
 */
#include "bin/gateway/call.h"

#include <stdlib.h>
#include <string.h>

#define MIN_EXTEND_MS 400

void
asb_outcome_fail(AsbCall *call, const char *error_class, bool final)
{
	free(call->outcome.response);
	memset(&call->outcome, 0, sizeof(call->outcome));
	call->outcome.error_class = error_class;
	call->outcome.final = final;
}

void
asb_call_lease(AsbCall *call, int64_t start, long lease_ms)
{
	long		wait = lease_ms / 2;

	call->lease_until = start + lease_ms;
	/* one that the database does not prolong any more is not asked for all the time */
	call->extend_at = start + (wait > MIN_EXTEND_MS ? wait : MIN_EXTEND_MS);
}

void
asb_call_free(AsbCall *call)
{
	free(call->id);
	free(call->lease_token);
	free(call->method);
	free(call->arguments);
	free(call->outcome.response);
	asb_config_release(call->config);
	free(call);
}
