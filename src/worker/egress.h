/*
 * egress.h
 *	  What becomes of a valid call whose labels its method does not accept.
 */
#ifndef ASB_EGRESS_H
#define ASB_EGRESS_H

#include "utils/jsonb.h"
#include "utils/uuid.h"

#include "common/call_state.h"
#include "flow/label.h"
#include "rpc/method.h"

/* profiles.egress */
typedef enum AsbEgress
{
	ASB_EGRESS_REFUSE,
	ASB_EGRESS_HOLD,
	ASB_EGRESS_METER
} AsbEgress;

/* A call that is valid and allowed; "labels" are those that it carries. */
typedef struct AsbEgressCall
{
	const pg_uuid_t *conversation;
	const char *method_name;
	const AsbMethod *method;
	Jsonb	   *arguments;
	AsbLabelSet labels;
	Oid			profile;
	AsbEgress	egress;			/* of the profile */
} AsbEgressCall;

typedef struct AsbVerdict
{
	AsbCallState state;
	Jsonb	   *error;			/* why, or NULL if the state is ready or held */
} AsbVerdict;

/* The column's value; what is unknown refuses. */
extern AsbEgress asb_egress_parse(const char *name);

/*
 * The one place that decides whether a call may leave.  Runs in the worker's
 * transaction, SPI connected.
 */
extern AsbVerdict asb_egress_judge(const AsbEgressCall *call);

#endif							/* ASB_EGRESS_H */
