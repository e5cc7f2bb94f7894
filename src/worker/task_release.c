/*
 * task_release.c
 *	  Releases metered calls: at ticks, in canonical order, paid from the budget.
 *
 * A tick is a multiple of the profile's release_interval.  Shortly before it
 * the calls that wait are judged again, put in order, charged and made ready as
 * of the tick: a claim does not see them earlier (rpc/claim.c), and from the
 * tick on sees all of them at once.  So when within a tick the worker comes to
 * do this, which an agent could influence, shows nowhere; a worker that is late
 * prepares for the next tick, and the gap that is charged says so.
 *
 * A conversation is released at most once a tick, up to releases_per_tick of its
 * calls, those that wait longest.  What is released has neither deadline nor a
 * way to be cancelled any more, and is ordered among the conversation's by
 * method and canonical arguments.  The charge is written in the transaction that
 * releases, which waits for its WAL before the tick: nobody has seen what was
 * not paid for.
 *
 * Why this bounds what leaves: docs/information-flow.md.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/contained.h"
#include "core/interval.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/ready.h"
#include "worker/anomaly.h"
#include "worker/release.h"
#include "worker/task.h"
#include "worker/turns.h"

/* How long before a tick its calls are prepared, and when that is too late. */
#define LEAD		(USECS_PER_SEC / 2)
#define TOO_LATE	(USECS_PER_SEC / 10)

/*
 * A batch that is not done by so long before its tick is undone: what becomes
 * visible when it is committed must not be late.
 */
#define LAST_MOMENT	(USECS_PER_SEC / 50)

/*
 * A pass goes once over the conversations, by their ids, and prepares the ticks
 * up to "horizon".  What comes behind it waits for a later tick, so the order
 * in which conversations are released at a tick tells nobody who called first.
 * Ticks up to "closed" had their pass.
 */
static pg_uuid_t after;			/* where the next batch begins; zero: a new pass */
static TimestampTz horizon = 0;
static TimestampTz closed = 0;

/* Gateways have been told of what became visible up to here; 0: of nothing yet. */
static TimestampTz announced = 0;

TimestampTz
asb_next_tick(TimestampTz now, int64 interval)
{
	return ((now + TOO_LATE) / interval + 1) * interval;
}

int64
asb_interval_column(SPITupleTable *rows, int row, int column)
{
	bool		isnull;

	return asb_interval_microseconds(DatumGetIntervalP(SPI_getbinval(rows->vals[row], rows->tupdesc,
																	 column, &isnull)));
}

/*
 * Tells gateways, at the tick and no earlier, that calls can be claimed.
 * Returns when to do so again.
 */
static TimestampTz
announce(TimestampTz now)
{
	static AsbQuery query = {
		"SELECT released_at FROM agentsandbox.egress_charges WHERE released_at > $1"
		" ORDER BY released_at LIMIT 1",
		1, {TIMESTAMPTZOID}
	};
	Datum		from = TimestampTzGetDatum(announced);
	TimestampTz first = DT_NOEND;
	bool		isnull;

	if (announced == 0)
		first = now;			/* of this worker; nobody knows what the last one told */
	else if (asb_query(&query, &from, NULL) > 0)
		first = DatumGetTimestampTz(asb_query_datum(0, 1, &isnull));
	if (first > now)
		return first;

	asb_ready_announce_at_commit();
	announced = now;
	from = TimestampTzGetDatum(now);
	if (asb_query(&query, &from, NULL) == 0)
		return DT_NOEND;
	return DatumGetTimestampTz(asb_query_datum(0, 1, &isnull));
}

/*
 * When calls of a metered profile are to be prepared next, if any wait; those
 * of a profile that is not metered any more are due at once.
 */
static TimestampTz
next_due(TimestampTz now)
{
	static AsbQuery query = {
		"SELECT DISTINCT release_interval FROM agentsandbox.profiles WHERE egress = 'meter'"
		" AND EXISTS (SELECT FROM agentsandbox.remoteprocedurecalls c WHERE " ASB_METERED_SQL ")"
	};
	uint64		n = asb_query(&query, NULL, NULL);
	/* sooner or later for an interval that was shortened meanwhile */
	TimestampTz due = n > 0 ? TimestampTzPlusMilliseconds(now, ASB_SAFETY_INTERVAL_MS) : DT_NOEND;

	for (uint64 i = 0; i < n; i++)
	{
		TimestampTz tick = asb_next_tick(now, asb_interval_column(SPI_tuptable, i, 1));

		due = Min(due, tick - LEAD);
	}
	/* what is left of this tick waits for the next */
	return due > now ? due : now + LEAD;
}

/* The calls of the next conversations for which a tick is near, locked. */
static uint64
read_waiting(TimestampTz now)
{
	static AsbQuery query = {
		ASB_RELEASE_SQL
		" WHERE c.ctid = ANY (ARRAY("
		"  WITH RECURSIVE waiting (conversation) AS ("
		"   (SELECT c.conversation FROM agentsandbox.remoteprocedurecalls c"
		"    WHERE " ASB_METERED_SQL " AND c.conversation > $1 ORDER BY c.conversation LIMIT 1)"
		"   UNION ALL"
		"   SELECT (SELECT c.conversation FROM agentsandbox.remoteprocedurecalls c"
		"    WHERE " ASB_METERED_SQL " AND c.conversation > w.conversation ORDER BY c.conversation LIMIT 1)"
		"   FROM waiting w WHERE w.conversation IS NOT NULL),"
		"  due AS (SELECT w.conversation, p.releases_per_tick FROM waiting w"
		"   JOIN agentsandbox.conversation_records r ON r.id = w.conversation"
		"   JOIN agentsandbox.profiles p ON p.profile = r.profile"
		"   CROSS JOIN LATERAL (SELECT p.release_interval + pg_catalog.date_bin("
		"    p.release_interval, $2, timestamptz '2000-01-01 00:00:00+00') AS next) tick"
		"   WHERE p.egress <> 'meter' OR (tick.next > $3 AND tick.next <= $4))"
		"  SELECT picked.ctid FROM due, LATERAL (SELECT c.ctid FROM agentsandbox.remoteprocedurecalls c"
		"   WHERE " ASB_METERED_SQL " AND c.conversation = due.conversation"
		"   ORDER BY c.submitted_xid, c.ordinal LIMIT due.releases_per_tick FOR UPDATE SKIP LOCKED) picked"
		"  LIMIT $5)) ORDER BY c.conversation",
		5, {UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID}
	};
	Datum		values[] = {
		UUIDPGetDatum(&after),
		TimestampTzGetDatum(now + TOO_LATE),
		TimestampTzGetDatum(closed),
		TimestampTzGetDatum(horizon),
		Int32GetDatum(ASB_TASK_BATCH)
	};

	return asb_query(&query, values, NULL);
}

/* Of a batch that is full the last conversation may not be complete. */
static int
complete_rows(SPITupleTable *rows, int n)
{
	const pg_uuid_t *last = asb_release_conversation(rows, n - 1);
	int			complete = n;

	if (n < ASB_TASK_BATCH)
		return n;
	while (complete > 0)
	{
		if (memcmp(asb_release_conversation(rows, complete - 1), last, UUID_LEN) != 0)
			return complete;
		complete--;
	}
	return n;
}

typedef struct Batch
{
	SPITupleTable *rows;
	int			n;
} Batch;

static void
release_batch(void *arg)
{
	Batch	   *batch = arg;
	TimestampTz tick = asb_release_rows(batch->rows, batch->n, horizon);

	if (GetCurrentTimestamp() > tick - LAST_MOMENT)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the release of metered calls took longer than there was time"),
				 errdetail("They are released at a later tick.")));
}

bool
asb_task_release(TimestampTz *next)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz visible = announce(now);
	pg_uuid_t	none = {{0}};
	uint64		n;
	Batch		batch;

	if (memcmp(&after, &none, UUID_LEN) == 0)
		horizon = now + TOO_LATE + LEAD;
	n = read_waiting(now);

	/* to the microsecond, so not by *next */
	asb_wakeup_set_alarm(visible);
	if (n == 0)
	{
		after = none;
		closed = horizon;
		asb_wakeup_set_alarm(next_due(now));
		return false;
	}

	batch = (Batch) {SPI_tuptable, complete_rows(SPI_tuptable, n)};
	after = *asb_release_conversation(batch.rows, batch.n - 1);
	asb_turns_begin(false);
	if (!asb_contained(release_batch, &batch, "release of metered calls"))
		asb_anomaly_forget();
	return true;
}
