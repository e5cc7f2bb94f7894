/*
 * task.h
 *	  The tasks of a worker, task_NAME.c each.
 */
#ifndef ASB_TASK_H
#define ASB_TASK_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "flow/request.h"
#include "rpc/row.h"

/*
 * These are called whenever the worker has woken, but not more often than
 * every ASB_WATCH_INTERVAL_MS, outside a transaction.  Each does what is due
 * and returns after how many milliseconds it wants to be called again at the
 * latest.  What is allocated in the current memory context goes after it.  The
 * watch over time limits needs no transaction, so no lock of any session holds
 * it up.
 */
#define ASB_WATCH_INTERVAL_MS 100

/*
 * Milliseconds that are left of an interval that began at "since"; 0 if it is
 * over, or if the clock was set back meanwhile.
 */
static inline int64
asb_rest_of(int64 interval_ms, TimestampTz since, TimestampTz now)
{
	int64		rest = interval_ms - (now - since) / 1000;

	return rest > 0 && rest <= interval_ms ? rest : 0;
}

extern int64 asb_task_refusals(void);
extern int64 asb_task_departures(void);
extern int64 asb_task_usage(void);
extern int64 asb_task_watch(void);

/*
 * The others do one bounded batch in one transaction, in which the extension
 * is locked, SPI is connected and a snapshot is active.
 */

/* Rows that a task handles in one transaction. */
#define ASB_TASK_BATCH 500

/*
 * task_validate.c: judges submitted calls.  Returns whether there may be more.
 * "careful": one call, after a batch went wrong; see there.  "rescan": from
 * the oldest on.
 */
extern bool asb_task_validate(bool careful, bool rescan);

/*
 * task_release.c: metered calls, at their ticks.  task_reviews.c: what
 * reviewers decided.  task_timers.c, task_young.c, task_conversations.c,
 * task_retention.c: what is due because time passed.  Each returns whether
 * there may be more, and lowers *next to when it has something to do again.
 */
extern bool asb_task_reviews(TimestampTz *next);
extern bool asb_task_release(TimestampTz *next);
extern bool asb_task_timers(TimestampTz *next);
extern bool asb_task_young(TimestampTz *next);
extern bool asb_task_conversations(TimestampTz *next);
extern bool asb_task_retention(TimestampTz *next);

/*
 * task_requests.c: does what sessions wait for and puts the answers in
 * "pending", none for what must be tried again.  The second function gives them,
 * once that has committed.
 */
extern void asb_task_requests(AsbPending *pending, int n);
extern void asb_task_requests_done(const AsbPending *pending, int n);

/* task_young.c: whether a call will still be looked at; from which transaction on. */
extern bool asb_is_young(const AsbCallKey *key);
extern uint64 asb_young_from(void);
extern void asb_young_forget(void);

/* task_conversations.c: a transaction of it was rolled back */
extern void asb_conversations_forget(void);

#endif							/* ASB_TASK_H */
