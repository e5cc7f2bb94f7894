/*
 * slot.h
 *	  One shared slot for each backend that runs a sandboxed session.
 *
 * Slots answer who is connected, count the sessions of a conversation, and
 * let close_conversation() end them.
 */
#ifndef ASB_SLOT_H
#define ASB_SLOT_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

typedef struct AsbSlot
{
	pid_t		pid;			/* 0: free */
	Oid			database;
	Oid			role;			/* that logged in */
	bool		pooled;			/* logged in as a pool role */
	bool		admitted;		/* counts against the connection limit */
	pg_uuid_t	conversation;	/* all zero: a pool session that entered none */
	TimestampTz login_at;
	TimestampTz last_activity;	/* start of the last statement */
	int			statement_time; /* limits in milliseconds; 0: none known */
	int			transaction_time;
} AsbSlot;

/*
 * Publishes this backend, until it exits.  To be called before the row of the
 * conversation is read for the decision, see asb_slot_terminate().
 */
extern void asb_slot_take(Oid role, bool pooled, const pg_uuid_t *conversation);

/* Whether this backend has published itself. */
extern bool asb_slot_taken(void);

/*
 * Counts this session among those of its conversation; false if "limit" are
 * counted already.
 */
extern bool asb_slot_admit(int limit);

/* Pool session: enters a conversation, or none (NULL). */
extern void asb_slot_enter(const pg_uuid_t *conversation);

/* Publishes the limits that the worker watches over. */
extern void asb_slot_set_limits(int statement_time, int transaction_time);

/* Sends a signal to the sandboxed session of this pid, if it still is one. */
extern void asb_slot_signal(pid_t pid, int signal);

/* Notes that a statement started. */
extern void asb_slot_touch(TimestampTz now);

/*
 * Sends SIGTERM to all sessions of conversations whose close has committed.
 * Sorts "closed".  A login publishes its slot first and then
 * reads the row with a new snapshot; the closer commits first and then reads
 * the slots.  So one of the two sees the other.
 */
extern void asb_slot_terminate(pg_uuid_t *closed, int n);

/* A session that has ended, or a pool's that has left its conversation */
typedef struct AsbDeparture
{
	Oid			database;
	pg_uuid_t	conversation;
	TimestampTz last_activity;
	uint64		number;			/* grows */
	bool		wakes;			/* the worker, unless one before it does */
} AsbDeparture;

/*
 * Worker: the departures in this database, palloc'd.  The table has room for
 * some hundred; beyond that the oldest are lost.
 */
extern AsbDeparture *asb_slot_departures(int *n);

/*
 * ... which are stored and committed, up to that number: it may forget them.
 * Returns whether others came meanwhile that rely on it to come again.
 */
extern bool asb_slot_departures_saved(uint64 last);

/* Whether there may be any. */
extern bool asb_slot_has_departures(void);

/* A copy of the slots in use, palloc'd. */
extern AsbSlot *asb_slot_list(int *n);

extern void asb_slot_init(void);

#endif							/* ASB_SLOT_H */
