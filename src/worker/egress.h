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
	ASB_EGRESS_UNREAD			/* asb_egress_judge() reads it if it matters */
} AsbEgress;

/* A call that wants to leave. */
typedef struct AsbEgressCall
{
	const pg_uuid_t *conversation;
	const char *method_name;
	const AsbMethod *method;	/* by asb_egress_check() */
	Jsonb	   *arguments;
	TimestampTz deadline;		/* DT_NOEND: none */
	AsbLabelSet labels;			/* that it carries */
	bool		open;			/* the conversation */
	bool		allowed;		/* the method, to the conversation's profile */
	Oid			profile;
	AsbEgress	egress;			/* of the profile */
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
 * The query that asb_egress_read() reads: these columns first, from these
 * tables, of which "c" is the call.  "egress": of the profile, or null.
 */
#define ASB_EGRESS_SELECT_SQL(egress) \
	"SELECT c.ctid, c.id, c.conversation, c.method, c.arguments, c.deadline," \
	" r.state = 'open' AND r.expires_at > pg_catalog.clock_timestamp()," \
	" m.method IS NOT NULL, c.submitted_xid, c.ordinal," \
	" COALESCE(c.labels, ARRAY(SELECT l.label FROM agentsandbox.conversation_labels l" \
	"  WHERE l.conversation = c.conversation))," \
	" r.profile, " egress
#define ASB_EGRESS_FROM_SQL \
	" FROM agentsandbox.remoteprocedurecalls c" \
	" LEFT JOIN agentsandbox.conversation_records r ON r.id = c.conversation" \
	" LEFT JOIN agentsandbox.profile_methods m ON m.profile = r.profile AND m.method = c.method"
#define ASB_EGRESS_PROFILE_SQL \
	" LEFT JOIN agentsandbox.profiles p ON p.profile = r.profile"

enum
{
	ASB_EGRESS_CTID = 1,
	ASB_EGRESS_ID,
	ASB_EGRESS_CONVERSATION,
	ASB_EGRESS_METHOD,
	ASB_EGRESS_ARGUMENTS,
	ASB_EGRESS_DEADLINE,
	ASB_EGRESS_OPEN,
	ASB_EGRESS_ALLOWED,
	ASB_EGRESS_XID,
	ASB_EGRESS_ORDINAL,
	ASB_EGRESS_LABELS,
	ASB_EGRESS_PROFILE,
	ASB_EGRESS_EGRESS,
	ASB_EGRESS_MORE				/* the caller's own columns */
};

/* A row of it; valid as long as the row. */
extern AsbEgressCall asb_egress_read(SPITupleTable *rows, int row);
extern AsbCallKey asb_egress_key(SPITupleTable *rows, int row);
extern AsbLabelSet asb_egress_labels(SPITupleTable *rows, int row);

/*
 * Ready if the call is in time, allowed and as its method wants it; sets
 * call->method.
 */
extern AsbVerdict asb_egress_check(AsbEgressCall *call);

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
