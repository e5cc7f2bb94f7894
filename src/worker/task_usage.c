/*
 * task_usage.c
 *	  Stores what conversations have used up for good.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "confine/usage.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "worker/task.h"
#include "worker/transaction.h"

/* What is lost in a crash was changed since the last time. */
#define STORE_INTERVAL_MS 1000

static void
store(const AsbUsageReport *reports, int n)
{
	/* a conversation that is gone meanwhile needs no total */
	static AsbQuery query = {
		"INSERT INTO agentsandbox.usage (conversation, rows_changed, bytes_changed)"
		" SELECT id, $2, $3 FROM agentsandbox.conversation_records WHERE id = $1"
		" ON CONFLICT (conversation) DO UPDATE SET"
		" rows_changed = EXCLUDED.rows_changed, bytes_changed = EXCLUDED.bytes_changed",
		3, {UUIDOID, INT8OID, INT8OID}
	};

	asb_worker_begin("storing usage");
	for (int i = 0; i < n; i++)
	{
		Datum		values[] = {
			UUIDPGetDatum(&reports[i].conversation),
			Int64GetDatum(reports[i].rows_changed),
			Int64GetDatum(reports[i].bytes_changed)
		};

		(void) asb_query(&query, values, NULL);
	}
	asb_worker_commit();
}

int64
asb_task_usage(void)
{
	static TimestampTz stored_at = 0;
	TimestampTz now = GetCurrentTimestamp();
	int64		rest = asb_rest_of(STORE_INTERVAL_MS, stored_at, now);
	AsbUsageReport *reports;
	int			n;

	/* the first change after this wakes the worker again, see usage.c */
	if (rest > 0)
		return rest;

	reports = asb_usage_unsaved(&n);
	if (n > 0)
	{
		store(reports, n);
		asb_usage_saved(reports, n);
		stored_at = now;
	}
	return ASB_SAFETY_INTERVAL_MS;
}
