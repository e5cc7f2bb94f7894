/*
 * submitted.h
 *	  Reads submitted calls in the order of submission, each once.
 *
 * The position is in memory, and moves on before the transaction commits: after
 * an error it has to be set back.
 */
#ifndef ASB_SUBMITTED_H
#define ASB_SUBMITTED_H

#include "worker/verdicts.h"

/* Reads again what transactions from this one on have submitted. */
extern void asb_submitted_from(uint64 xid);

/*
 * The next submitted calls in order, up to so many, as the batch's snapshot has
 * them; returns how many.  Without SQL: to start a query takes as long as to
 * judge a call.
 */
extern int	asb_submitted_read(const AsbVerdicts *verdicts, AsbCall **calls, int limit);

/* They need not be read again: up to the last, or (NULL) all that the snapshot shows. */
extern void asb_submitted_was_read(Snapshot snapshot, const AsbCallKey *last);

/* Calls of this transaction and later ones are still to be judged. */
extern uint64 asb_oldest_unjudged(void);

#endif							/* ASB_SUBMITTED_H */
