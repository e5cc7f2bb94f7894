/*
 * refusal.c
 *	  How a gate says no.
 */
#include "postgres.h"

#include "confine/refusal.h"

void
asb_refuse(const AsbRefusal *refusal)
{
	ereport(ERROR,
			(errcode(refusal->sqlerrcode ? refusal->sqlerrcode :
					 ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg_internal("%s", refusal->message),
			 refusal->hint ? errhint("%s", refusal->hint) : 0,
			 refusal->position > 0 ? errposition(refusal->position) : 0));
}
