/*
 * charges.h
 *	  What released calls cost, and the account that is kept of it.
 */
#ifndef ASB_CHARGES_H
#define ASB_CHARGES_H

#include "worker/egress.h"

/* How a conversation stands. */
typedef struct AsbAccount
{
	pg_uuid_t	conversation;
	Oid			profile;
	int64		interval;		/* between ticks, in microseconds */
	int			methods;		/* that the profile allows */
	int			number;			/* of its last released call, from 1 */
	TimestampTz last;			/* tick of that, or when it was opened */
	double		spent;			/* bits */
	double		budget;
} AsbAccount;

typedef struct AsbCharges AsbCharges;

/* For up to ASB_TASK_BATCH calls; in the current memory context. */
extern AsbCharges *asb_charges_begin(void);

/*
 * Charges a call that is released at a tick, if the budgets of the conversation
 * and of its profile allow it; else false and *error says what is missing.
 */
extern bool asb_charges_add(AsbCharges *charges, AsbAccount *account, TimestampTz tick,
							Datum ctid, const pg_uuid_t *id, const char *method,
							double capacity, Jsonb **error);

/* Makes the charged calls ready as of the tick, and writes the account. */
extern void asb_charges_apply(AsbCharges *charges);

#endif							/* ASB_CHARGES_H */
