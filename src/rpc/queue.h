/*
 * queue.h
 *	  What gateways do with calls, and what the worker shares of it.
 */
#ifndef ASB_QUEUE_H
#define ASB_QUEUE_H

/* Gateways LISTEN on this; one notification for a batch, without payload. */
#define ASB_READY_CHANNEL "agentsandbox_ready"

/*
 * SQL: how long a call waits after its attempt number "attempt" went wrong.
 * Doubles from a second to five minutes, a quarter more or less by chance, so
 * that what failed together is not tried again together.
 */
#define ASB_RETRY_DELAY_SQL \
	"pg_catalog.make_interval(secs => LEAST(300, pg_catalog.power(2, LEAST(attempt, 20) - 1))" \
	" * (0.75 + 0.5 * pg_catalog.random()))"

/*
 * SQL: a lease lasts no longer than this; a gateway that extends for ever
 * does not keep a call for ever.
 */
#define ASB_LEASE_GRACE_SQL "interval '1 minute'"

#endif							/* ASB_QUEUE_H */
