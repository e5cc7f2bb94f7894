/*
 * call.c
 *		The record of one call.
 */
#include "bin/gateway/call.h"

#include <stdlib.h>
#include <string.h>

void
asb_outcome_fail(AsbCall *call, const char *error_class, bool final)
{
	free(call->outcome.response);
	memset(&call->outcome, 0, sizeof(call->outcome));
	call->outcome.error_class = error_class;
	call->outcome.final = final;
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
