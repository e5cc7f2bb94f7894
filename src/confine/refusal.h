/*
 * refusal.h
 *	  How a gate says no, and that it did is not lost.
 */
#ifndef ASB_REFUSAL_H
#define ASB_REFUSAL_H

#include "datatype/timestamp.h"
#include "session/session.h"
#include "utils/elog.h"

typedef enum AsbGate
{
	ASB_GATE_STATEMENT,
	ASB_GATE_FUNCTION,
	ASB_GATE_RELATION,
	ASB_GATE_SETTING,
	ASB_GATE_LIMIT,				/* this and the next never observed only: asb_refuse() does not return */
	ASB_GATE_FLOW,
	ASB_GATE_SERVER				/* the server's own checks of privileges */
} AsbGate;

typedef struct AsbRefusal
{
	AsbGate		gate;
	int			sqlerrcode;		/* 0: insufficient_privilege */
	const char *object;			/* as the agent named it, or NULL */
	const char *message;		/* lower case, no full stop, tells nothing hidden */
	const char *hint;			/* a sentence the agent can act on, or NULL */
	int			position;		/* in the statement text as errposition() takes it, or 0 */

	/* for the operator only: what was refused, as far as the gate knows */
	Oid			class_id;		/* catalog that object_id is of */
	Oid			object_id;
	const char *privilege;		/* that would have allowed it, as in GRANT */
} AsbRefusal;

/*
 * Refuses.  A return means that the profile observes only: the refusal was
 * noted and the caller goes on as if it had been allowed.  Cold, so that the
 * compiler keeps what leads to it out of the way of what is allowed.
 */
extern void asb_refuse(const AsbRefusal *refusal) pg_attribute_cold;

/*
 * For hooks.c: notes an error that is about to be reported, if the server
 * raised it because of a privilege.
 */
extern void asb_refusal_note_error(const ErrorData *error);

/* A refusal, or several of a kind, as the worker stores it. */
typedef struct AsbRefusalRecord
{
	pg_uuid_t	conversation;	/* all zero: a pool role that had entered none */
	Oid			database;		/* InvalidOid: this place in the spool is free */
	int			place;			/* of a copy: where in the spool it is from */
	AsbGate		gate;
	int			sqlerrcode;
	Oid			class_id;
	Oid			object_id;
	bool		dropped;		/* a count of those there was no room for */
	char		privilege[160]; /* never cut off: a keyword and a quoted column */
	char		object[128];	/* cut off */
	char		reason[192];	/* the message, cut off */
	int64		count;
	TimestampTz first_at;
	TimestampTz last_at;
} AsbRefusalRecord;

/* The reason of a record that counts what was not recorded one by one. */
#define ASB_REFUSALS_DROPPED "more refusals than were recorded one by one"

/* The name of a gate in agentsandbox.refusals. */
extern const char *asb_gate_name(AsbGate gate);

/* Worker: a copy of this database's records, palloc'd. */
extern AsbRefusalRecord *asb_refusal_unsaved(int *n);

/*
 * ... which are stored and committed: they leave the spool.  Returns whether
 * refusals of one of these kinds were noted meanwhile, which nobody announces.
 */
extern bool asb_refusal_saved(const AsbRefusalRecord *records, int n);

/* For limit.c: whose refusals these are from here on. */
extern void asb_refusal_bind(const AsbSession *session);

extern void asb_refusal_init(void);

#endif							/* ASB_REFUSAL_H */
