/*
 * verdicts.h
 *	  Gives calls what they were judged to become.
 */
#ifndef ASB_VERDICTS_H
#define ASB_VERDICTS_H

#include "worker/egress.h"

typedef struct AsbVerdicts AsbVerdicts;

/*
 * For a batch of calls; in the current memory context.  Up to "fresh_room" of
 * them may do without a turn, see rpc/ready.h.
 */
extern AsbVerdicts *asb_verdicts_begin(int fresh_room);

/* The call of a row that the query for asb_egress_read() gave. */
extern void asb_verdicts_add(AsbVerdicts *verdicts, SPITupleTable *rows, int row,
							 const AsbVerdict *verdict);

/* Tells gateways and reviewers too, at commit; returns how many were given. */
extern int	asb_verdicts_apply(AsbVerdicts *verdicts);

#endif							/* ASB_VERDICTS_H */
