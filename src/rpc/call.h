/*
 * call.h
 *	  Rows of agentsandbox.RemoteProcedureCalls, as C code reads them.
 */
#ifndef ASB_CALL_H
#define ASB_CALL_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "common/call_state.h"

/* Columns, in the order of tables/40_calls.sql. */
enum
{
	Anum_call_conversation = 1,
	Anum_call_id,
	Anum_call_method,
	Anum_call_arguments,
	Anum_call_deadline,
	Anum_call_submitted_at,
	Anum_call_submitted_xid,
	Anum_call_ordinal,
	Anum_call_labels,
	Anum_call_ready_at,
	Anum_call_outside_id,
	Anum_call_lease_token,
	Anum_call_lease_expires_at,
	Anum_call_claimed_at,
	Anum_call_attempt,
	Anum_call_status,
	Anum_call_response,
	Anum_call_error,
	Anum_call_finished_at,
	Anum_call_turn,
	Anum_call_retry_at,
	Anum_call_due,
	Anum_call_held_until,
	Anum_call_held_for,
	Anum_call_bits,
	Anum_call_awaits_tick
};

/* held_until of a call that a reviewer has decided about */
#define ASB_HELD_DECIDED DT_NOBEGIN

#define Natts_call Anum_call_awaits_tick

/*
 * The columns of a row, from 0; both arrays have Natts_call places.  An error
 * if the table has other columns than these.
 */
extern void asb_call_deform(HeapTuple tuple, TupleDesc desc, Datum *values, bool *isnull);

/* The state that a status is the name of; error if it is none. */
extern AsbCallState asb_call_state(Datum status);

/*
 * The id by which the outside knows a call; palloc'd.  An agent cannot foresee
 * it, so choosing among its calls' ids says nothing.  It is always the same for
 * the same call, so a relay or a claim that a crash undoes can be done again.
 */
extern pg_uuid_t *asb_call_outside_id(const pg_uuid_t *conversation, const pg_uuid_t *id);

/*
 * The rules for a change from one row to another, given as columns from 0; an
 * error if it breaks them.  Completes the new row.
 */
extern void asb_call_check_change(TupleDesc desc, const Datum *old_values, const bool *old_isnull,
								  Datum *values, bool *isnull);

/*
 * When the worker has to look at a call of these columns: DT_NOEND if never.
 * One that is ready is supposed to have a turn.
 */
extern TimestampTz asb_call_due(const Datum *values, const bool *isnull);

#endif							/* ASB_CALL_H */
