/*
 * verdicts.h
 *	  Gives calls what they were judged to become.
 */
#ifndef ASB_VERDICTS_H
#define ASB_VERDICTS_H

#include "worker/egress.h"

/* A batch of calls. */
typedef struct AsbVerdicts
{
	Relation	calls;			/* open for changes */
	Snapshot	snapshot;		/* in which the batch is read */
	/* the rest is verdicts.c's */
	int			fresh_room;
	int			given;
	int			relayed;
	int			held;
	int			metered;
} AsbVerdicts;

/*
 * In the current memory context.  Up to "fresh_room" calls of the batch may do
 * without a turn, see rpc/ready.h.
 */
extern AsbVerdicts *asb_verdicts_begin(int fresh_room);

/* The call that a query has found; NULL if it has gone meanwhile. */
extern AsbCall *asb_verdicts_find(const AsbVerdicts *verdicts, SPITupleTable *rows, int row);

extern void asb_verdicts_add(AsbVerdicts *verdicts, const AsbEgressCall *egress, const AsbVerdict *verdict);

/* Tells gateways and reviewers too, at commit; returns how many were given. */
extern int	asb_verdicts_apply(AsbVerdicts *verdicts);

#endif							/* ASB_VERDICTS_H */
