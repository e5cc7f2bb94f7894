/*
 * task_retention.c
 *	  Deletes calls that ended longer than agentsandbox.retention ago.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "core/query.h"
#include "core/settings.h"
#include "worker/task.h"

bool
asb_task_retention(TimestampTz *next)
{
	static AsbQuery delete = {
		"DELETE FROM agentsandbox.remoteprocedurecalls WHERE ctid = ANY (ARRAY("
		" SELECT ctid FROM agentsandbox.remoteprocedurecalls"
		" WHERE finished_at IS NOT NULL AND finished_at <= $1 ORDER BY finished_at LIMIT $2))",
		2, {TIMESTAMPTZOID, INT4OID}
	};
	static AsbQuery oldest = {
		"SELECT finished_at FROM agentsandbox.remoteprocedurecalls"
		" WHERE finished_at IS NOT NULL ORDER BY finished_at LIMIT 1"
	};
	int64		kept = asb_retention * USECS_PER_SEC;
	Datum		values[] = {
		TimestampTzGetDatum(GetCurrentTimestamp() - kept),
		Int32GetDatum(ASB_TASK_BATCH)
	};
	bool		isnull;

	if (asb_retention == 0)
		return false;
	if (asb_query(&delete, values, NULL) == ASB_TASK_BATCH)
		return true;
	if (asb_query(&oldest, NULL, NULL) > 0)
		*next = Min(*next, DatumGetTimestampTz(asb_query_datum(0, 1, &isnull)) + kept);
	return false;
}
