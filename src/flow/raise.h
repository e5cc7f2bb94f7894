/*
 * raise.h
 *	  The labels that this session's conversation has, and getting more.
 */
#ifndef ASB_RAISE_H
#define ASB_RAISE_H

#include "flow/label.h"
#include "session/session.h"

/*
 * Labels that the session's conversation has now, whichever of its sessions
 * raised them; none for a pool role that entered no conversation.  Read from the
 * table once, then kept up to date by the worker.
 */
extern AsbLabelSet asb_labels_known(const AsbSession *session);

/* The same for the conversation last asked about; reads nothing. */
extern AsbLabelSet asb_labels_known_here(void);

/*
 * Makes sure that the conversation has these labels, durably, before it
 * returns; errors otherwise.  "cause" is for people: what was read.
 */
extern void asb_labels_raise(const AsbSession *session, AsbLabelSet labels, const char *cause);

/* The labels that responses of the session's calls may carry. */
extern AsbLabelSet asb_labels_of_responses(const AsbSession *session);

/*
 * Those of whether and when a call ended: a gateway can say yes or no with it,
 * but nothing that anybody could take for instructions.
 */
extern AsbLabelSet asb_labels_of_outcomes(const AsbSession *session);

/* Raise those: for code that hands a response, or an outcome alone, to the session. */
extern void asb_labels_raise_for_response(const AsbSession *session);
extern void asb_labels_raise_for_outcome(const AsbSession *session);

/*
 * Of these, what a call carries that is not judged yet: the labels that the
 * conversation had when the transaction that made the call was committed.
 */
extern AsbLabelSet asb_labels_carried(const pg_uuid_t *conversation, uint64 xid, Snapshot snapshot);

/* Worker: a conversation has these labels, committed. */
extern void asb_labels_risen(const pg_uuid_t *conversation, AsbLabelSet labels);

extern void asb_raise_init(void);

#endif							/* ASB_RAISE_H */
