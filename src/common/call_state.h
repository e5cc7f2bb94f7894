/*
 * call_state.h
 *	  The states of a call and the one table of legal transitions.
 */
#ifndef ASB_CALL_STATE_H
#define ASB_CALL_STATE_H

#include <stdbool.h>

typedef enum AsbCallState
{
	ASB_CALL_SUBMITTED,			/* committed by the agent, not yet validated */
	ASB_CALL_HELD,				/* waits for a reviewer */
	ASB_CALL_READY,				/* relayed: a gateway may claim it */
	ASB_CALL_CLAIMED,			/* a gateway holds a lease on it */
	ASB_CALL_COMPLETED,			/* from here on terminal */
	ASB_CALL_FAILED,
	ASB_CALL_REFUSED,
	ASB_CALL_EXPIRED,
	ASB_CALL_CANCELLED
} AsbCallState;

#define ASB_CALL_STATES (ASB_CALL_CANCELLED + 1)

/* The name as it stands in the column "status". */
extern const char *asb_call_state_name(AsbCallState state);

/* The state of a name of that length; false if there is none. */
extern bool asb_call_state_parse(const char *name, int length, AsbCallState *state);

/* Terminal calls never change again. */
extern bool asb_call_state_is_terminal(AsbCallState state);

/*
 * May a call go from one state to another?  Staying in a state counts as a
 * transition: a lease is extended, a retry comes due.
 */
extern bool asb_call_state_may_change(AsbCallState from, AsbCallState to);

#endif							/* ASB_CALL_STATE_H */
