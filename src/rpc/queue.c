/*
 * queue.c
 *	  The SQL contract with gateways: extend, complete, fail.  claim.c has the rest.
 *
 * A gateway proves with the lease token that it holds a call.  What it then
 * does to the row fails if somebody has changed the row since the token was
 * compared, and is tried again; so of a gateway, the worker that takes a
 * lapsed lease back and another gateway exactly one succeeds.
 *
 * These functions run as their owner, with a fixed search path.
 */
#include "postgres.h"

#include <math.h>

#include "access/table.h"
#include "access/xact.h"
#include "common/pg_prng.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/arguments.h"
#include "core/catalog.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/uuid.h"
#include "core/wakeup.h"
#include "rpc/canonical.h"
#include "rpc/error.h"
#include "rpc/method.h"
#include "rpc/queue.h"
#include "rpc/row.h"

/*
 * A lease lasts no longer than this beyond the method's time limit; a gateway
 * that extends for ever does not keep a call for ever.
 */
#define LEASE_GRACE USECS_PER_MINUTE

void
asb_check_lease_length(const Interval *lease)
{
	if (lease->month == 0 && lease->day == 0 &&
		lease->time >= USECS_PER_SEC / 10 && lease->time <= USECS_PER_HOUR)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("lease must be between 100 milliseconds and an hour")));
}

static void pg_attribute_noreturn()
stale_lease(const pg_uuid_t *id)
{
	ereport(ERROR,
			(errcode(ASB_ERRCODE_STALE_LEASE),
			 errmsg("the lease of call %s is not held any more", asb_uuid_text(id)),
			 errdetail("The call has ended, or has been given to somebody else.")));
}

/* Reads the call if the token is that of its last lease; else an error. */
static void
read_leased(Relation calls, const pg_uuid_t *id, const pg_uuid_t *token, AsbCall *call)
{
	AsbCallKey	key = asb_lease_token_key(token);
	Snapshot	snapshot = asb_latest_snapshot();
	bool		found = asb_call_find(calls, &key, snapshot, call);

	UnregisterSnapshot(snapshot);
	if (!found ||
		call->isnull[Anum_call_outside_id - 1] || call->isnull[Anum_call_lease_token - 1] ||
		memcmp(DatumGetUUIDP(call->values[Anum_call_outside_id - 1]), id, UUID_LEN) != 0 ||
		memcmp(DatumGetUUIDP(call->values[Anum_call_lease_token - 1]), token, UUID_LEN) != 0)
		stale_lease(id);
}

static const AsbMethod *
method_of(const AsbCall *call)
{
	return asb_method_get(TextDatumGetCString(call->values[Anum_call_method - 1]));
}

/*
 * Stores the call, visible to the statements that follow; false if somebody
 * has changed it since it was read.
 */
static bool
store(Relation calls, AsbCall *call)
{
	TM_Result	result = asb_call_write(calls, call, true);

	if (result == TM_SelfModified)
		elog(ERROR, "call was changed twice by one command");
	CommandCounterIncrement();
	return result == TM_Ok;
}

/* When a lease that is extended now ends. */
static TimestampTz
extended_lease(const AsbCall *call, const AsbMethod *method, const Interval *lease)
{
	TimestampTz wanted = GetCurrentTimestamp() + lease->time;
	TimestampTz longest = DatumGetTimestampTz(
		DirectFunctionCall2(timestamptz_pl_interval, call->values[Anum_call_claimed_at - 1],
							IntervalPGetDatum(&method->time_limit)));

	return Min(wanted, longest + LEASE_GRACE);
}

/*
 * extend(id uuid, lease_token uuid, lease interval) RETURNS timestamptz
 *
 * The worker finds the call when the old lease ends, and looks again later.
 */
ASB_FUNCTION(asb_extend);

Datum
asb_extend(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *id;
	Relation	calls;
	AsbCall		call;

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2), "id, lease_token and lease");
	id = PG_GETARG_UUID_P(0);
	asb_check_lease_length(PG_GETARG_INTERVAL_P(2));
	calls = asb_calls_open();
	do
	{
		const AsbMethod *method;

		read_leased(calls, id, PG_GETARG_UUID_P(1), &call);
		method = method_of(&call);
		if (call.state != ASB_CALL_CLAIMED || method == NULL)
			stale_lease(id);
		asb_call_set(&call, Anum_call_lease_expires_at,
					 TimestampTzGetDatum(extended_lease(&call, method, PG_GETARG_INTERVAL_P(2))));
	} while (!store(calls, &call));
	table_close(calls, NoLock);
	PG_RETURN_DATUM(call.values[Anum_call_lease_expires_at - 1]);
}

/* Ends the call as asb_call_write() will store it. */
static void
end_call(AsbCall *call, AsbCallState state, Jsonb *response, Jsonb *error)
{
	asb_call_set_state(call, state);
	asb_call_set_null(call, Anum_call_response);
	asb_call_set_null(call, Anum_call_error);
	if (response)
		asb_call_set(call, Anum_call_response, JsonbPGetDatum(response));
	if (error)
		asb_call_set(call, Anum_call_error, JsonbPGetDatum(error));
}

/* Why a response cannot be shown, or NULL. */
static Jsonb *
judge_response(const AsbMethod *method, Jsonb *response)
{
	AsbSchemaError error;

	if (method == NULL)
		return asb_call_error(ASB_ERROR_METHOD_DROPPED, NULL);
	if (!asb_json_fits(response, method->max_response_bytes) ||
		asb_json_digits(response) > method->max_response_bytes)
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
	pg_uuid_t  *id;
	Jsonb	   *response;
	Relation	calls;
	AsbCall		call;

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2), "id, lease_token and response");
	id = PG_GETARG_UUID_P(0);
	response = PG_GETARG_JSONB_P(2);
	calls = asb_calls_open();
	for (;;)
	{
		Jsonb	   *error;

		read_leased(calls, id, PG_GETARG_UUID_P(1), &call);
		if (call.state == ASB_CALL_COMPLETED)
		{
			if (compareJsonbContainers(&DatumGetJsonbP(call.values[Anum_call_response - 1])->root,
									   &response->root) != 0)
				stale_lease(id);
			break;
		}
		error = judge_response(method_of(&call), response);
		if (call.state == ASB_CALL_FAILED && error != NULL)
			break;
		if (call.state != ASB_CALL_CLAIMED)
			stale_lease(id);
		end_call(&call, error ? ASB_CALL_FAILED : ASB_CALL_COMPLETED, error ? NULL : response, error);
		if (store(calls, &call))
			break;
	}
	table_close(calls, NoLock);
	PG_RETURN_TEXT_P(cstring_to_text(asb_call_state_name(call.state)));
}

int64
asb_retry_delay(int attempt)
{
	double		seconds = Min(300.0, pow(2.0, Min(attempt, 20) - 1));

	return (int64) (seconds * (0.75 + 0.5 * pg_prng_double(&pg_global_prng_state)) * USECS_PER_SEC);
}

/* Back to ready, after a while: what the gateway asks for, within reason. */
static void
give_back(AsbCall *call, const Interval *retry_after)
{
	int64		delay = asb_retry_delay(DatumGetInt32(call->values[Anum_call_attempt - 1]));

	if (retry_after)
	{
		if (retry_after->month > 0 || retry_after->day > 0)
			delay = USECS_PER_DAY;
		delay = Min(Max(delay, retry_after->time), USECS_PER_DAY);
	}
	asb_call_set_state(call, ASB_CALL_READY);
	asb_call_set_null(call, Anum_call_lease_token);
	asb_call_set_null(call, Anum_call_lease_expires_at);
	asb_call_set(call, Anum_call_retry_at, TimestampTzGetDatum(GetCurrentTimestamp() + delay));
	asb_wakeup_alarm_at_commit(asb_call_set_due(call));
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
	Jsonb	   *error;
	Relation	calls;
	AsbCall		call;

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(4),
					"id, lease_token, error and final");
	id = PG_GETARG_UUID_P(0);
	error = PG_GETARG_JSONB_P(2);
	if (VARSIZE(error) > ASB_MAX_GATEWAY_ERROR_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("error must not be larger than %d bytes", ASB_MAX_GATEWAY_ERROR_BYTES)));

	calls = asb_calls_open();
	for (;;)
	{
		const AsbMethod *method;

		read_leased(calls, id, PG_GETARG_UUID_P(1), &call);
		if (call.state == ASB_CALL_FAILED)
			break;
		if (call.state != ASB_CALL_CLAIMED)
			stale_lease(id);
		method = method_of(&call);
		if (PG_GETARG_BOOL(4) || method == NULL ||
			DatumGetInt32(call.values[Anum_call_attempt - 1]) >= method->max_attempts)
			end_call(&call, ASB_CALL_FAILED, NULL, asb_call_error(ASB_ERROR_GATEWAY, error));
		else
			give_back(&call, PG_ARGISNULL(3) ? NULL : PG_GETARG_INTERVAL_P(3));
		if (store(calls, &call))
			break;
	}
	table_close(calls, NoLock);
	PG_RETURN_TEXT_P(cstring_to_text(asb_call_state_name(call.state)));
}
