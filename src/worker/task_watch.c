/*
 * task_watch.c
 *	  Ends sandboxed sessions that overrun their time, from outside.
 *
 * The server's own timeouts do not reach a session that computes without
 * looking for interrupts, waits for its client to read or to send, or has its
 * transaction open between quick statements.  First the statement is
 * cancelled, as the timeout would have; a session that goes on is terminated.
 *
 * What a session does is read from the server's own activity table, which
 * costs the session nothing; binding made sure that it tells.  An idle session
 * needs no look before a statement that starts right now could be too long, so
 * this is not a poll, and a session whose limits are longer than the worker
 * ever sleeps does not wake it when it is bound (confine/limit.c).
 */
#include "postgres.h"

#include <signal.h>

#include "miscadmin.h"
#include "utils/backend_status.h"
#include "utils/timestamp.h"

#include "core/compat.h"
#include "core/wakeup.h"
#include "session/slot.h"
#include "worker/task.h"

/* How far beyond its limit a session gets, in milliseconds. */
#define CANCEL_AFTER	500
#define TERMINATE_AFTER	2000
/* until a session that was terminated is looked at again */
#define TERMINATE_AGAIN	1000

/* Milliseconds that something begun at "start" has gone beyond its limit; negative: has left. */
static int64
overrun(TimestampTz start, TimestampTz now, int limit)
{
	return (now - start) / 1000 - limit;
}

/* Acts on one session; returns the milliseconds until it is to be looked at. */
static int64
watch(const AsbSlot *slot, const PgBackendStatus *status, TimestampTz now)
{
	bool		running = status->st_state == STATE_RUNNING ||
		status->st_state == STATE_FASTPATH;
	/* the server notes no start of a query for the fastpath message */
	TimestampTz start = status->st_state == STATE_FASTPATH ?
		status->st_state_start_timestamp : status->st_activity_start_timestamp;
	/* what is not going on could start now */
	int64		statement = overrun(running ? start : now, now, slot->statement_time);
	int64		transaction = overrun(status->st_xact_start_timestamp ?
									  status->st_xact_start_timestamp : now,
									  now, slot->transaction_time);
	int64		over = Max(statement, transaction);

	if (over >= TERMINATE_AFTER)
	{
		ereport(LOG,
				(errmsg("terminating sandboxed session %d, which is over its time limit",
						(int) slot->pid)));
		asb_slot_signal(slot->pid, SIGTERM);
		return TERMINATE_AGAIN;
	}
	if (over < CANCEL_AFTER)
		return CANCEL_AFTER - over;
	if (running)
		asb_slot_signal(slot->pid, SIGINT);
	return TERMINATE_AFTER - over;
}

int64
asb_task_watch(void)
{
	TimestampTz now = GetCurrentTimestamp();
	int64		next = ASB_SAFETY_INTERVAL_MS;
	int			nslots;
	AsbSlot    *slots = asb_slot_list(&nslots);
	int			nbackends;

	pgstat_clear_backend_activity_snapshot();
	nbackends = pgstat_fetch_stat_numbackends();

	for (int i = 0; i < nslots; i++)
	{
		if (slots[i].database != MyDatabaseId || slots[i].statement_time == 0)
			continue;
		for (int j = 1; j <= nbackends; j++)
		{
			const PgBackendStatus *status = asb_backend_status(j);
			int64		rest;

			if (status == NULL || status->st_procpid != slots[i].pid)
				continue;
			rest = watch(&slots[i], status, now);
			next = Min(next, rest);
		}
	}

	pfree(slots);
	return next;
}
