/*
 * verdicts.h
 *	  What becomes of the calls of a batch, in one UPDATE.
 */
#ifndef ASB_VERDICTS_H
#define ASB_VERDICTS_H

#include "worker/egress.h"

typedef struct AsbVerdicts AsbVerdicts;

/*
 * For up to ASB_TASK_BATCH calls; in the current memory context.  Up to
 * "fresh_room" of them may do without a turn, see rpc/ready.h.
 */
extern AsbVerdicts *asb_verdicts_begin(int fresh_room);

/* The call of a row that asb_egress_read() could read. */
extern void asb_verdicts_add(AsbVerdicts *verdicts, SPITupleTable *rows, int row,
							 const AsbVerdict *verdict);

/* Tells gateways and reviewers too, at commit. */
extern void asb_verdicts_apply(AsbVerdicts *verdicts);

#endif							/* ASB_VERDICTS_H */
