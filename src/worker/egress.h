/*
 * egress.h
 *	  What becomes of a valid call whose labels its method does not accept.
 */
#ifndef ASB_EGRESS_H
#define ASB_EGRESS_H

#include "executor/spi.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "common/call_state.h"
#include "flow/label.h"
#include "rpc/method.h"
#include "rpc/row.h"

/* profiles.egress */
typedef enum AsbEgress
{
	ASB_EGRESS_REFUSE,
	ASB_EGRESS_HOLD,
	ASB_EGRESS_METER,
	ASB_EGRESS_UNREAD			/* asb_egress_of() reads it: few calls ask */
} AsbEgress;

/*
 * A call that wants to leave, and what is known of it in one snapshot: that
 * which shows the call.
 */
typedef struct AsbEgressCall
{
	AsbCall    *row;
	bool		known;			/* the rest has been read */
	const pg_uuid_t *conversation;
	const char *method_name;
	const AsbMethod *method;	/* by asb_egress_check() */
	Jsonb	   *arguments;
	TimestampTz deadline;		/* DT_NOEND: none */
	AsbLabelSet labels;			/* that it carries */
	bool		open;			/* the conversation */
	bool		allowed;		/* the method, to the conversation's profile */
	Oid			profile;
	AsbEgress	egress;			/* asb_egress_of() */
} AsbEgressCall;

typedef struct AsbVerdict
{
	AsbCallState state;
	Jsonb	   *error;			/* why, or NULL if the state is ready or held */
	Jsonb	   *held_for;		/* why, if it is held */
	bool		metered;		/* held not for a reviewer, but for a release tick */
	bool		undated;		/* its deadline, which gateways see, is taken away */
} AsbVerdict;

/* Calls "c" that wait for a release tick. */
#define ASB_METERED_SQL "c.awaits_tick"

/*
 * Queries for calls "c" say with these columns, the first, which they found;
 * what is known of a call asb_egress_read() finds out.
 */
#define ASB_EGRESS_SELECT_SQL "SELECT c.submitted_xid, c.ordinal, c.id"

enum
{
	ASB_EGRESS_XID = 1,
	ASB_EGRESS_ORDINAL,
	ASB_EGRESS_ID,
	ASB_EGRESS_MORE				/* the caller's own columns */
};

extern AsbCallKey asb_egress_key(SPITupleTable *rows, int row);

/* Valid as long as the row. */
extern AsbEgressCall asb_egress_read(AsbCall *row, Snapshot snapshot);

/*
 * Ready if the call is in time, allowed and as its method wants it; sets
 * call->method.
 */
extern AsbVerdict asb_egress_check(AsbEgressCall *call);

/* What the call's profile does with labels that the method does not accept. */
extern AsbEgress asb_egress_of(const AsbEgressCall *call);

/* Why a call whose labels its method does not accept is refused. */
extern Jsonb *asb_egress_refusal(const AsbEgressCall *call);

/* The column's value; what is unknown refuses. */
extern AsbEgress asb_egress_parse(const char *name);

/*
 * The one place that decides whether a checked call may leave.  Runs in the worker's
 * transaction, SPI connected.
 */
extern AsbVerdict asb_egress_judge(const AsbEgressCall *call);

#endif							/* ASB_EGRESS_H */
