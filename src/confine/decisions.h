/*
 * decisions.h
 *	  Decisions of the gates, remembered by this backend.
 */
#ifndef ASB_DECISIONS_H
#define ASB_DECISIONS_H

#include "session/session.h"

struct EState;

typedef enum AsbDecisionKind
{
	ASB_DECISION_FUNCTION,		/* AsbFunctionVerdict */
	ASB_DECISION_TYPE,			/* bool */
	ASB_DECISION_RELATION,		/* AclMode: on the whole relation */
	ASB_DECISION_COLUMNS		/* AclMode: on at least one column */
} AsbDecisionKind;

typedef struct AsbDecision
{
	AsbDecisionKind kind;
	Oid			role;			/* conversation, pool role or profile */
	Oid			object;
	uint32		value;
	uint64		generation;		/* of the catalogs when it was begun */
} AsbDecision;

/* The value of what was decided, until the next decision is remembered; NULL if nothing is. */
extern const uint32 *asb_decision_find(AsbDecisionKind kind, Oid role, Oid object);

/* One that is to be made: the caller sets value and calls asb_decision_remember(). */
extern AsbDecision asb_decision_begin(AsbDecisionKind kind, Oid role, Oid object);

/*
 * Remembers a decision until a catalog that it could come from changes, or not
 * at all if one has changed since it was begun.
 */
extern void asb_decision_remember(const AsbDecision *decision);

/*
 * Notes a row of a catalog, by its hash value in a system cache, that gives a
 * function or type to the role: should it change, see asb_decisions_check().
 */
extern void asb_decision_rests_on(int cacheid, uint32 hashvalue);

/*
 * For hooks.c, wherever a statement is judged: drops all plans if the profile
 * opens less to the analysis than when they were made.
 */
extern void asb_decisions_follow_profile(const AsbSession *session);

/*
 * For hooks.c, before a plan of the client's is executed: errors if what
 * a plan may rest on has changed without our having heard of it before.
 */
extern void asb_decisions_check(void);

/* The state of the catalogs that something was judged by. */
typedef struct AsbJudged
{
	uint64		grants;
	uint64		generation;
} AsbJudged;

extern AsbJudged asb_decisions_now(void);

/*
 * When an execution has begun, for a role as it was judged; and each time it
 * goes on, once invalidations were asked for.  The latter errors too, and tells
 * whether judging its relations again would give the same.
 */
extern void asb_decisions_execution_began(struct EState *estate, Oid role, AsbJudged judged);
extern bool asb_decisions_execution_goes_on(struct EState *estate, const AsbSession *session);

extern void asb_decisions_init(void);

#endif							/* ASB_DECISIONS_H */
