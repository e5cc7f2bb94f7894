/*
 * task_refusals.c
 *	  Stores refusals, and forgets old ones.
 *
 * What a conversation can make grow is bounded: rows of a kind are one row
 * with a count, and beyond MAX_KINDS kinds only their number is kept.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "confine/refusal.h"
#include "core/query.h"
#include "core/settings.h"
#include "core/uuid.h"
#include "core/wakeup.h"
#include "worker/task.h"
#include "worker/transaction.h"

#define STORE_INTERVAL_MS	1000
#define FORGET_INTERVAL_MS	(10 * 60 * 1000)

/* kinds of refusals that are kept of one conversation */
#define MAX_KINDS 1000

static void
store_one(const AsbRefusalRecord *record)
{
	static AsbQuery query = {
		"INSERT INTO agentsandbox.refusals AS r "
		"    (conversation, gate, object, reason, privilege, sqlstate, class_id, object_id, count, first_at, last_at) "
		"SELECT $1, "
		/* a new kind beyond the limit is only counted */
		"       CASE WHEN fits THEN $2 ELSE 'limit' END, CASE WHEN fits THEN $3 ELSE '' END, "
		"       CASE WHEN fits THEN $4 ELSE '" ASB_REFUSALS_DROPPED "' END, CASE WHEN fits THEN $5 ELSE '' END, "
		"       CASE WHEN fits THEN $6 END, CASE WHEN fits THEN $7 END, CASE WHEN fits THEN $8 END, $9, $10, $11 "
		"FROM (SELECT (SELECT pg_catalog.count(*) FROM agentsandbox.refusals "
		"              WHERE conversation IS NOT DISTINCT FROM $1) < " CppAsString2(MAX_KINDS)
		"          OR EXISTS (SELECT FROM agentsandbox.refusals "
		"                     WHERE conversation IS NOT DISTINCT FROM $1 AND gate = $2 AND object = $3 "
		"                       AND reason = $4 AND privilege = $5)) AS room (fits) "
		/* a conversation that is gone meanwhile needs no refusals */
		"WHERE $1 IS NULL OR EXISTS (SELECT FROM agentsandbox.conversation_records WHERE id = $1) "
		"ON CONFLICT (conversation, gate, object, reason, privilege) "
		"DO UPDATE SET count = r.count + EXCLUDED.count, last_at = EXCLUDED.last_at",
		11, {UUIDOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		OIDOID, OIDOID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID}
	};
	Datum		values[] = {
		UUIDPGetDatum(&record->conversation),
		CStringGetTextDatum(asb_gate_name(record->gate)),
		CStringGetTextDatum(record->object),
		CStringGetTextDatum(record->reason),
		CStringGetTextDatum(record->privilege),
		CStringGetTextDatum(unpack_sql_state(record->sqlerrcode)),
		ObjectIdGetDatum(record->class_id),
		ObjectIdGetDatum(record->object_id),
		Int64GetDatum(record->count),
		TimestampTzGetDatum(record->first_at),
		TimestampTzGetDatum(record->last_at)
	};
	char		nulls[lengthof(values)];

	memset(nulls, ' ', sizeof(nulls));
	if (asb_uuid_is_zero(&record->conversation))
		nulls[0] = 'n';
	if (record->dropped)
		nulls[5] = 'n';
	if (!OidIsValid(record->object_id))
		nulls[6] = nulls[7] = 'n';

	(void) asb_query(&query, values, nulls);
}

static void
forget_old(void)
{
	static AsbQuery query = {
		"DELETE FROM agentsandbox.refusals "
		"WHERE last_at < pg_catalog.now() - pg_catalog.make_interval(secs => $1)",
		1, {INT4OID}
	};
	Datum		value = Int32GetDatum(asb_retention);

	if (asb_retention == 0)
		return;
	asb_worker_begin("forgetting refusals");
	(void) asb_query(&query, &value, NULL);
	asb_worker_commit();
}

int64
asb_task_refusals(void)
{
	static TimestampTz stored_at = 0;
	static TimestampTz forgot_at = 0;
	TimestampTz now = GetCurrentTimestamp();
	int64		rest = asb_rest_of(STORE_INTERVAL_MS, stored_at, now);
	bool		more = false;
	AsbRefusalRecord *records;
	int			n;

	/* whoever fills an empty place after this wakes the worker again */
	if (rest > 0)
		return rest;

	records = asb_refusal_unsaved(&n);
	if (n > 0)
	{
		asb_worker_begin("storing refusals");
		for (int i = 0; i < n; i++)
			store_one(&records[i]);
		asb_worker_commit();
		more = asb_refusal_saved(records, n);
		stored_at = now;
	}

	if ((now - forgot_at) / 1000 >= FORGET_INTERVAL_MS)
	{
		forget_old();
		forgot_at = now;
	}
	return more ? STORE_INTERVAL_MS : ASB_SAFETY_INTERVAL_MS;
}
