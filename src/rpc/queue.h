/*
 * queue.h
 *	  What gateways do with calls, and what the worker shares of it.
 */
#ifndef ASB_QUEUE_H
#define ASB_QUEUE_H

#include "datatype/timestamp.h"

/* Gateways LISTEN on this; one notification for a batch, without payload. */
#define ASB_READY_CHANNEL "agentsandbox_ready"

/* Reviewers LISTEN on this, for calls that wait for them; likewise. */
#define ASB_REVIEW_CHANNEL "agentsandbox_review"

/*
 * The worker looks at each call once it is so old, unless it has ended.  What
 * usually happens to a call is over by then.
 */
#define ASB_YOUNG_MS 5000

/* An error unless a lease may have this length. */
extern void asb_check_lease_length(const Interval *lease);

/*
 * Microseconds that a call waits after its attempt of this number went wrong.
 * Doubles from a second to five minutes, a quarter more or less by chance, so
 * that what failed together is not tried again together.
 */
extern int64 asb_retry_delay(int attempt);

#endif							/* ASB_QUEUE_H */
