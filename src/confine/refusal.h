/*
 * refusal.h
 *	  How a gate says no.
 */
#ifndef ASB_REFUSAL_H
#define ASB_REFUSAL_H

typedef enum AsbGate
{
	ASB_GATE_STATEMENT,
	ASB_GATE_FUNCTION,
	ASB_GATE_RELATION,
	ASB_GATE_SETTING,
	ASB_GATE_LIMIT				/* not observed only: asb_refuse() does not return */
} AsbGate;

typedef struct AsbRefusal
{
	AsbGate		gate;
	int			sqlerrcode;		/* 0: insufficient_privilege */
	const char *object;			/* as the agent named it, or NULL */
	const char *message;		/* lower case, no full stop, tells nothing hidden */
	const char *hint;			/* a sentence the agent can act on, or NULL */
	int			position;		/* in the statement text as errposition() takes it, or 0 */
} AsbRefusal;

/*
 * Refuses.  A return means that the profile observes only: the refusal was
 * noted and the caller goes on as if it had been allowed.
 */
extern void asb_refuse(const AsbRefusal *refusal);

#endif							/* ASB_REFUSAL_H */
