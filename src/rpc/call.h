/*
 * call.h
 *	  Rows of agentsandbox.RemoteProcedureCalls, as C code reads them.
 */
#ifndef ASB_CALL_H
#define ASB_CALL_H

#include "utils/uuid.h"

/* Columns, in the order of tables/40_calls.sql. */
enum
{
	Anum_call_conversation = 1,
	Anum_call_id,
	Anum_call_method,
	Anum_call_arguments,
	Anum_call_deadline,
	Anum_call_status,
	Anum_call_response,
	Anum_call_error,
	Anum_call_submitted_at,
	Anum_call_ready_at,
	Anum_call_claimed_at,
	Anum_call_finished_at,
	Anum_call_submitted_xid,
	Anum_call_turn,
	Anum_call_outside_id,
	Anum_call_attempt,
	Anum_call_retry_at,
	Anum_call_lease_token,
	Anum_call_lease_expires_at,
	Anum_call_labels,
	Anum_call_held_until,
	Anum_call_held_for,
	Anum_call_bits
};

#define Natts_call Anum_call_bits

/*
 * The id by which the outside knows a call; palloc'd.  An agent cannot foresee
 * it, so choosing among its calls' ids says nothing.  It is always the same for
 * the same call, so a relay or a claim that a crash undoes can be done again.
 */
extern pg_uuid_t *asb_call_outside_id(const pg_uuid_t *conversation, const pg_uuid_t *id);

#endif							/* ASB_CALL_H */
