/*
 * task_timers.c
 *	  Deadlines that pass, leases that lapse, backoffs that end.
 *
 * A row that somebody has locked is left for later; so what is due and stays
 * due does not mean that there is work to do at once.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "core/query.h"
#include "rpc/error.h"
#include "rpc/queue.h"
#include "worker/task.h"

/* Columns of the oldest so many rows of an index, locked. */
#define DUE_SQL(condition, time) \
	" WHERE c.ctid = ANY (ARRAY(SELECT ctid FROM agentsandbox.remoteprocedurecalls" \
	" WHERE " condition " AND " time " <= pg_catalog.clock_timestamp()" \
	" ORDER BY " time " LIMIT $1 FOR UPDATE SKIP LOCKED))"

static uint64
expire_deadlines(void)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls c SET status = 'expired', error = $2"
		DUE_SQL("finished_at IS NULL AND deadline IS NOT NULL", "deadline"),
		2, {INT4OID, JSONBOID}
	};
	Datum		values[] = {
		Int32GetDatum(ASB_TASK_BATCH),
		PointerGetDatum(asb_call_error(ASB_ERROR_DEADLINE, NULL))
	};

	return asb_query(&update, values, NULL);
}

/* Back to ready while attempts are left.  A method that is gone has none. */
static uint64
take_back_lapsed(void)
{
#define ATTEMPTS_LEFT_SQL \
	"c.attempt < COALESCE((SELECT max_attempts FROM agentsandbox.method_definitions" \
	" WHERE name = c.method), 0)"
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls c SET"
		" status = CASE WHEN " ATTEMPTS_LEFT_SQL " THEN 'ready' ELSE 'failed' END,"
		" error = CASE WHEN " ATTEMPTS_LEFT_SQL " THEN NULL ELSE $2 END,"
		" retry_at = pg_catalog.clock_timestamp() + " ASB_RETRY_DELAY_SQL ","
		" lease_token = NULL, lease_expires_at = NULL"
		DUE_SQL("status = 'claimed'", "lease_expires_at"),
		2, {INT4OID, JSONBOID}
	};
	Datum		values[] = {
		Int32GetDatum(ASB_TASK_BATCH),
		PointerGetDatum(asb_call_error(ASB_ERROR_NO_ANSWER, NULL))
	};

	return asb_query(&update, values, NULL);
}

static uint64
end_backoffs(void)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls c SET retry_at = NULL, turn = $2"
		DUE_SQL("status = 'ready' AND retry_at IS NOT NULL", "retry_at"),
		2, {INT4OID, INT8OID}
	};
	Datum		values[] = {
		Int32GetDatum(ASB_TASK_BATCH),
		Int64GetDatum(asb_turns_current())
	};
	uint64		n = asb_query(&update, values, NULL);

	if (n > 0)
		Async_Notify(ASB_READY_CHANNEL, "");
	return n;
}

/* When the first of all that is to come comes. */
static TimestampTz
next_due(void)
{
#define FIRST_SQL(time, condition) \
	"(SELECT " time " FROM agentsandbox.remoteprocedurecalls WHERE " condition \
	" ORDER BY " time " LIMIT 1)"
	static AsbQuery query = {
		"SELECT LEAST("
		FIRST_SQL("deadline", "finished_at IS NULL AND deadline IS NOT NULL") ","
		FIRST_SQL("lease_expires_at", "status = 'claimed'") ","
		FIRST_SQL("retry_at", "status = 'ready' AND retry_at IS NOT NULL") ")"
	};
	bool		isnull;
	Datum		due;

	(void) asb_query(&query, NULL, NULL);
	due = asb_query_datum(0, 1, &isnull);
	return isnull ? DT_NOEND : DatumGetTimestampTz(due);
}

bool
asb_task_timers(TimestampTz *next)
{
	uint64		most = expire_deadlines();

	most = Max(most, take_back_lapsed());
	most = Max(most, end_backoffs());
	*next = Min(*next, next_due());
	return most == ASB_TASK_BATCH;
}
