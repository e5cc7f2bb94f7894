/*
 * trigger.h
 *	  What every trigger function begins with.
 */
#ifndef ASB_TRIGGER_H
#define ASB_TRIGGER_H

#include "commands/trigger.h"

/* What a trigger function is called for; error if it is called otherwise. */
static inline TriggerData *
asb_trigger(FunctionCallInfo fcinfo, const char *name)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("%s() must be called as a trigger", name)));
	return (TriggerData *) fcinfo->context;
}

#endif							/* ASB_TRIGGER_H */
