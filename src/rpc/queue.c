/*
 * queue.c
 *	  The SQL contract with gateways: claim, extend, complete, fail.
 *
 * A gateway proves with the lease token that it holds a call.  The row is
 * locked before the token is compared, so of a gateway, the worker that takes
 * a lapsed lease back and another gateway exactly one succeeds.
 *
 * A claim need not be durable: if a crash undoes it, the call is claimed again,
 * under the same outside id, as if the gateway had died.
 *
 * These functions run as their owner, with a fixed search path.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "common/call_state.h"
#include "core/commit.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/canonical.h"
#include "rpc/error.h"
#include "rpc/frontier.h"
#include "rpc/method.h"
#include "rpc/queue.h"

#define MAX_CLAIM	10000

/* How a call stands whose lease somebody claims to hold. */
typedef struct Lease
{
	ItemPointer ctid;
	AsbCallState state;
	char	   *method;
	int			attempt;
	Jsonb	   *response;		/* of a completed call, else NULL */
} Lease;

static void
check_lease_length(const Interval *lease)
{
	if (lease->month == 0 && lease->day == 0 &&
		lease->time >= USECS_PER_SEC / 10 && lease->time <= USECS_PER_HOUR)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("lease must be between 100 milliseconds and an hour")));
}

static void
stale_lease(const pg_uuid_t *id)
{
	ereport(ERROR,
			(errcode(ASB_ERRCODE_STALE_LEASE),
			 errmsg("the lease of call %s is not held any more",
					DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(id)))),
			 errdetail("The call has ended, or has been given to somebody else.")));
}

/* Locks the call if the token is that of its last lease; else an error. */
static Lease
lock_lease(pg_uuid_t *id, Datum token)
{
	static AsbQuery query = {
		"SELECT ctid, status, method, attempt, response, lease_expires_at"
		" FROM agentsandbox.remoteprocedurecalls"
		" WHERE outside_id = $1 AND lease_token = $2 FOR UPDATE",
		2, {UUIDOID, UUIDOID}
	};
	Datum		values[] = {UUIDPGetDatum(id), token};
	Lease		lease = {0};
	bool		isnull;
	Datum		status;
	Datum		response;

	if (asb_query(&query, values, NULL) == 0)
		stale_lease(id);

	lease.ctid = (ItemPointer) DatumGetPointer(asb_query_datum(0, 1, &isnull));
	status = asb_query_datum(0, 2, &isnull);
	if (!asb_call_state_parse(VARDATA_ANY(DatumGetPointer(status)),
							  VARSIZE_ANY_EXHDR(DatumGetPointer(status)), &lease.state))
		elog(ERROR, "call has no legal status");
	lease.method = TextDatumGetCString(asb_query_datum(0, 3, &isnull));
	lease.attempt = DatumGetInt32(asb_query_datum(0, 4, &isnull));
	response = asb_query_datum(0, 5, &isnull);
	lease.response = isnull ? NULL : DatumGetJsonbP(response);
	return lease;
}

/* A row of claim()'s result out of one of the query's. */
static void
put_claimed(ReturnSetInfo *rsinfo, uint64 row)
{
	Datum		values[8];
	bool		isnull[8] = {0};
	Datum		arguments;
	const AsbMethod *method;
	char	   *canonical;
	int			length;

	values[0] = asb_query_datum(row, 1, &isnull[0]);	/* outside_id */
	values[1] = asb_query_datum(row, 2, &isnull[1]);	/* lease_token */
	values[2] = asb_query_datum(row, 3, &isnull[2]);	/* method */
	arguments = asb_query_datum(row, 4, &isnull[3]);
	canonical = asb_canonical_json(DatumGetJsonbP(arguments), &length);
	values[3] = PointerGetDatum(cstring_to_text_with_len(canonical, length));
	values[4] = asb_query_datum(row, 5, &isnull[4]);	/* attempt */
	values[6] = asb_query_datum(row, 6, &isnull[6]);	/* deadline */

	/* drop_method() left no call of the method to claim; fails as one lapses */
	method = asb_method_get(TextDatumGetCString(values[2]));
	if (method == NULL)
		return;
	values[5] = IntervalPGetDatum(&method->time_limit);
	values[7] = Int32GetDatum(method->max_response_bytes);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, isnull);
}

/*
 * claim(max_calls integer, lease interval, methods text[])
 */
ASB_FUNCTION(asb_claim);

Datum
asb_claim(PG_FUNCTION_ARGS)
{
#define CLAIM_SQL(filter) \
	"WITH chosen AS MATERIALIZED (" \
	" SELECT c.ctid FROM agentsandbox.remoteprocedurecalls c" \
	" WHERE c.status = 'ready' AND c.retry_at IS NULL AND c.turn >= $3" \
	" AND (c.deadline IS NULL OR c.deadline > pg_catalog.clock_timestamp())" \
	" AND EXISTS (SELECT FROM agentsandbox.conversation_records r" \
	"  WHERE r.id = c.conversation AND r.state = 'open')" filter \
	" ORDER BY c.turn, c.submitted_xid LIMIT $1 FOR UPDATE OF c SKIP LOCKED)" \
	" UPDATE agentsandbox.remoteprocedurecalls c SET status = 'claimed'," \
	" attempt = c.attempt + 1, claimed_at = pg_catalog.clock_timestamp()," \
	" lease_token = pg_catalog.gen_random_uuid()," \
	" lease_expires_at = pg_catalog.clock_timestamp() + $2" \
	" FROM chosen WHERE c.ctid = chosen.ctid" \
	" RETURNING c.outside_id, c.lease_token, c.method, c.arguments, c.attempt, c.deadline, c.lease_expires_at"
	static AsbQuery any = {CLAIM_SQL(""), 3, {INT4OID, INTERVALOID, INT8OID}};
	static AsbQuery some = {CLAIM_SQL(" AND c.method = ANY ($4)"), 4, {INT4OID, INTERVALOID, INT8OID, TEXTARRAYOID}};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[4];
	uint64		claimed;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("max_calls and lease must not be null")));
	if (PG_GETARG_INT32(0) < 1 || PG_GETARG_INT32(0) > MAX_CLAIM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_calls must be between 1 and %d", MAX_CLAIM)));
	check_lease_length(PG_GETARG_INTERVAL_P(1));

	values[0] = PG_GETARG_DATUM(0);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = Int64GetDatum(asb_frontier());
	if (!PG_ARGISNULL(2))
		values[3] = PG_GETARG_DATUM(2);

	SPI_connect();
	claimed = asb_query(PG_ARGISNULL(2) ? &any : &some, values, NULL);
	for (uint64 i = 0; i < claimed; i++)
		put_claimed(rsinfo, i);
	if (claimed > 0)
	{
		bool		isnull;

		asb_commit_may_be_lost();
		/* all leases of a claim end within a moment of each other */
		asb_wakeup_alarm_at_commit(DatumGetTimestampTz(asb_query_datum(0, 7, &isnull)));
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * extend(id uuid, lease_token uuid, lease interval) RETURNS timestamptz
 */
ASB_FUNCTION(asb_extend);

Datum
asb_extend(PG_FUNCTION_ARGS)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls SET lease_expires_at ="
		" LEAST(pg_catalog.clock_timestamp() + $2, claimed_at + $3 + " ASB_LEASE_GRACE_SQL ")"
		" WHERE ctid = $1 RETURNING lease_expires_at",
		3, {TIDOID, INTERVALOID, INTERVALOID}
	};
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	const AsbMethod *method;
	Datum		values[3];
	Datum		result;
	Lease		lease;
	bool		isnull;

	check_lease_length(PG_GETARG_INTERVAL_P(2));
	SPI_connect();
	lease = lock_lease(id, PG_GETARG_DATUM(1));
	method = asb_method_get(lease.method);
	if (lease.state != ASB_CALL_CLAIMED || method == NULL)
		stale_lease(id);

	values[0] = PointerGetDatum(lease.ctid);
	values[1] = PG_GETARG_DATUM(2);
	values[2] = IntervalPGetDatum(&method->time_limit);
	(void) asb_query(&update, values, NULL);
	result = asb_query_datum(0, 1, &isnull);
	asb_wakeup_alarm_at_commit(DatumGetTimestampTz(result));
	SPI_finish();
	return result;
}

/* Ends the call, in SPI. */
static void
end_call(const Lease *lease, AsbCallState state, Jsonb *response, Jsonb *error)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls SET status = $2, response = $3, error = $4"
		" WHERE ctid = $1",
		4, {TIDOID, TEXTOID, JSONBOID, JSONBOID}
	};
	Datum		values[] = {
		PointerGetDatum(lease->ctid),
		CStringGetTextDatum(asb_call_state_name(state)),
		PointerGetDatum(response),
		PointerGetDatum(error),
	};
	char		nulls[] = {' ', ' ', response ? ' ' : 'n', error ? ' ' : 'n', '\0'};

	(void) asb_query(&update, values, nulls);
}

/* Why a response cannot be shown, or NULL. */
static Jsonb *
judge_response(const AsbMethod *method, Jsonb *response)
{
	AsbSchemaError error;

	if (method == NULL)
		return asb_call_error(ASB_ERROR_METHOD_DROPPED, NULL);
	if (!asb_json_fits(response, method->max_response_bytes))
		return asb_call_error(ASB_ERROR_RESPONSE_TOO_LARGE, NULL);
	if (!asb_schema_validate(method->response, response, &error))
		return asb_call_error(ASB_ERROR_INVALID_RESPONSE, NULL);
	return NULL;
}

/*
 * complete(id uuid, lease_token uuid, response jsonb) RETURNS text
 *
 * Given again for the same lease, after a connection was lost, it says again
 * what became of the call.
 */
ASB_FUNCTION(asb_complete);

Datum
asb_complete(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *id = PG_GETARG_UUID_P(0);
	Jsonb	   *response = PG_GETARG_JSONB_P(2);
	AsbCallState state;
	Jsonb	   *error;
	Lease		lease;

	SPI_connect();
	lease = lock_lease(id, PG_GETARG_DATUM(1));
	switch (lease.state)
	{
		case ASB_CALL_CLAIMED:
			error = judge_response(asb_method_get(lease.method), response);
			state = error ? ASB_CALL_FAILED : ASB_CALL_COMPLETED;
			end_call(&lease, state, error ? NULL : response, error);
			break;
		case ASB_CALL_COMPLETED:
			if (compareJsonbContainers(&lease.response->root, &response->root) != 0)
				stale_lease(id);
			state = ASB_CALL_COMPLETED;
			break;
		case ASB_CALL_FAILED:
			if (judge_response(asb_method_get(lease.method), response) == NULL)
				stale_lease(id);
			state = ASB_CALL_FAILED;
			break;
		default:
			stale_lease(id);
			pg_unreachable();
	}
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(asb_call_state_name(state)));
}

/* Back to ready, after a while; in SPI. */
static void
give_back(const Lease *lease, Datum retry_after, bool retry_after_isnull)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls SET status = 'ready',"
		" lease_token = NULL, lease_expires_at = NULL,"
		" retry_at = pg_catalog.clock_timestamp() +"
		"  LEAST(GREATEST($2, " ASB_RETRY_DELAY_SQL "), interval '1 day')"
		" WHERE ctid = $1 RETURNING retry_at",
		2, {TIDOID, INTERVALOID}
	};
	Datum		values[] = {PointerGetDatum(lease->ctid), retry_after};
	bool		isnull;

	(void) asb_query(&update, values, retry_after_isnull ? " n" : NULL);
	asb_wakeup_alarm_at_commit(DatumGetTimestampTz(asb_query_datum(0, 1, &isnull)));
}

/*
 * fail(id uuid, lease_token uuid, error jsonb, retry_after interval, final boolean)
 * RETURNS text
 */
ASB_FUNCTION(asb_fail);

Datum
asb_fail(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *id;
	const AsbMethod *method;
	AsbCallState state = ASB_CALL_FAILED;
	Jsonb	   *error;
	Lease		lease;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("id, lease_token, error and final must not be null")));
	id = PG_GETARG_UUID_P(0);
	error = PG_GETARG_JSONB_P(2);
	if (VARSIZE(error) > ASB_MAX_GATEWAY_ERROR_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("error must not be larger than %d bytes", ASB_MAX_GATEWAY_ERROR_BYTES)));

	SPI_connect();
	lease = lock_lease(id, PG_GETARG_DATUM(1));
	if (lease.state == ASB_CALL_CLAIMED)
	{
		method = asb_method_get(lease.method);
		if (PG_GETARG_BOOL(4) || method == NULL || lease.attempt >= method->max_attempts)
			end_call(&lease, state, NULL, asb_call_error(ASB_ERROR_GATEWAY, error));
		else
		{
			state = ASB_CALL_READY;
			give_back(&lease, PG_GETARG_DATUM(3), PG_ARGISNULL(3));
		}
	}
	else if (lease.state != ASB_CALL_FAILED)
		stale_lease(id);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(asb_call_state_name(state)));
}
