/*
 * call_state.c
 *	  The states of a call and the one table of legal transitions.
 */
#include "common/call_state.h"

#include <string.h>

#define TO(state) (1u << ASB_CALL_##state)

static const struct
{
	const char *name;
	unsigned	next;			/* none: terminal */
}			states[ASB_CALL_STATES] =
{
	/* it gets its labels; a call that cannot be judged at all fails */
	[ASB_CALL_SUBMITTED] = {"submitted",
		TO(SUBMITTED) | TO(HELD) | TO(READY) | TO(REFUSED) | TO(FAILED) | TO(EXPIRED) | TO(CANCELLED)},
	/* the reviewer's verdict */
	[ASB_CALL_HELD] = {"held",
		TO(HELD) | TO(READY) | TO(REFUSED) | TO(FAILED) | TO(EXPIRED) | TO(CANCELLED)},
	/* a backoff ends; a method is dropped */
	[ASB_CALL_READY] = {"ready",
		TO(READY) | TO(CLAIMED) | TO(FAILED) | TO(EXPIRED) | TO(CANCELLED)},
	/* extended; completed; given back or lapsed; given up */
	[ASB_CALL_CLAIMED] = {"claimed",
		TO(CLAIMED) | TO(READY) | TO(COMPLETED) | TO(FAILED) | TO(EXPIRED)},
	[ASB_CALL_COMPLETED] = {"completed", 0},
	[ASB_CALL_FAILED] = {"failed", 0},
	[ASB_CALL_REFUSED] = {"refused", 0},
	[ASB_CALL_EXPIRED] = {"expired", 0},
	[ASB_CALL_CANCELLED] = {"cancelled", 0},
};

const char *
asb_call_state_name(AsbCallState state)
{
	return states[state].name;
}

bool
asb_call_state_parse(const char *name, int length, AsbCallState *state)
{
	for (int i = 0; i < ASB_CALL_STATES; i++)
	{
		if ((int) strlen(states[i].name) == length &&
			memcmp(states[i].name, name, length) == 0)
		{
			*state = (AsbCallState) i;
			return true;
		}
	}
	return false;
}

bool
asb_call_state_is_terminal(AsbCallState state)
{
	return states[state].next == 0;
}

bool
asb_call_state_may_change(AsbCallState from, AsbCallState to)
{
	return (states[from].next & (1u << to)) != 0;
}
