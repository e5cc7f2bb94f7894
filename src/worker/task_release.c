/*
 * task_release.c
 *	  Releases metered calls: at ticks, in canonical order, paid from the budget.
 *
 * A tick is a multiple of the profile's release_interval.  Shortly before it
 * the calls that wait are judged again, put in order, charged and made ready as
 * of the tick: a claim does not see them earlier (rpc/queue.c), and from the
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
#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "common/bits.h"
#include "core/commit.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/canonical.h"
#include "rpc/error.h"
#include "rpc/queue.h"
#include "worker/charges.h"
#include "worker/contained.h"
#include "worker/task.h"

/* How long before a tick its calls are prepared, and when that is too late. */
#define LEAD		(USECS_PER_SEC / 2)
#define TOO_LATE	(USECS_PER_SEC / 10)

/* Columns of the query in read_waiting(), behind asb_egress_read()'s. */
enum
{
	COLUMN_INTERVAL = ASB_EGRESS_MORE,
	COLUMN_BUDGET,
	COLUMN_METHODS,
	COLUMN_NUMBER,
	COLUMN_LAST,
	COLUMN_SPENT
};

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

/* The first tick that can still be prepared, for an interval in microseconds. */
static TimestampTz
next_tick(TimestampTz now, int64 interval)
{
	return ((now + TOO_LATE) / interval + 1) * interval;
}

static int64
interval_column(SPITupleTable *rows, int row, int column)
{
	bool		isnull;
	Interval   *interval = DatumGetIntervalP(SPI_getbinval(rows->vals[row], rows->tupdesc,
														   column, &isnull));

	return interval->time + interval->day * USECS_PER_DAY;
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

	Async_Notify(ASB_READY_CHANNEL, "");
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
	TimestampTz due = DT_NOEND;

	for (uint64 i = 0; i < n; i++)
	{
		TimestampTz tick = next_tick(now, interval_column(SPI_tuptable, i, 1));

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
		ASB_EGRESS_SELECT_SQL ", p.release_interval, p.budget_bits,"
		" (SELECT pg_catalog.count(*)::integer FROM agentsandbox.profile_methods a WHERE a.profile = r.profile),"
		" COALESCE(e.number, 0), COALESCE(e.released_at, r.opened_at), COALESCE(e.spent, 0)"
		ASB_EGRESS_FROM_SQL
		" LEFT JOIN LATERAL (SELECT number, released_at, spent FROM agentsandbox.egress_charges"
		"  WHERE conversation = c.conversation ORDER BY number DESC LIMIT 1) e ON true"
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

/* ---- one conversation ---- */

/* A call that wants to be released. */
typedef struct Candidate
{
	SPITupleTable *rows;
	int			row;
	AsbEgressCall call;
	AsbVerdict	verdict;
	bool		metered;		/* to be charged and released; else it ends */
	double		capacity;
	char	   *canonical;
	int			length;
} Candidate;

/*
 * Everything can have changed while the call waited.  What is charged is the
 * capacity of the schema that accepts it now.  A call is not let out in another
 * way than it waited for.
 */
static void
judge(void *arg)
{
	Candidate  *c = arg;

	c->call = asb_egress_read(c->rows, c->row);
	c->verdict = asb_egress_check(&c->call);
	if (c->verdict.state != ASB_CALL_READY)
		return;
	c->verdict = asb_egress_judge(&c->call);
	c->metered = c->call.egress == ASB_EGRESS_METER && !asb_call_state_is_terminal(c->verdict.state);
	if (c->metered)
	{
		c->capacity = asb_method_capacity(c->call.method_name);
		c->canonical = asb_canonical_json(c->call.arguments, &c->length);
	}
	else if (!asb_call_state_is_terminal(c->verdict.state))
		c->verdict = (AsbVerdict) {ASB_CALL_REFUSED, asb_egress_refusal(&c->call)};
}

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *x = *(Candidate *const *) a;
	const Candidate *y = *(Candidate *const *) b;
	int			order = strcmp(x->call.method_name, y->call.method_name);

	if (order == 0)
		order = memcmp(x->canonical, y->canonical, Min(x->length, y->length));
	return order != 0 ? order : x->length - y->length;
}

static AsbAccount
read_account(const Candidate *c)
{
	HeapTuple	tuple = c->rows->vals[c->row];
	TupleDesc	desc = c->rows->tupdesc;
	AsbAccount	account = {*c->call.conversation, c->call.profile};
	bool		isnull;

	account.interval = interval_column(c->rows, c->row, COLUMN_INTERVAL);
	account.budget = DatumGetFloat8(SPI_getbinval(tuple, desc, COLUMN_BUDGET, &isnull));
	account.methods = DatumGetInt32(SPI_getbinval(tuple, desc, COLUMN_METHODS, &isnull));
	account.number = DatumGetInt32(SPI_getbinval(tuple, desc, COLUMN_NUMBER, &isnull));
	account.last = DatumGetTimestampTz(SPI_getbinval(tuple, desc, COLUMN_LAST, &isnull));
	account.spent = DatumGetFloat8(SPI_getbinval(tuple, desc, COLUMN_SPENT, &isnull));
	return account;
}

static void
end_call(const Candidate *c)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls SET status = $2, error = $3 WHERE ctid = $1",
		3, {TIDOID, TEXTOID, JSONBOID}
	};
	bool		isnull;
	Datum		values[] = {
		SPI_getbinval(c->rows->vals[c->row], c->rows->tupdesc, ASB_EGRESS_CTID, &isnull),
		CStringGetTextDatum(asb_call_state_name(c->verdict.state)),
		PointerGetDatum(c->verdict.error)
	};

	(void) asb_query(&update, values, NULL);
}

/* Releases what the budgets allow of a conversation's calls. */
static void
release(Candidate **calls, int n, AsbCharges *charges)
{
	AsbAccount	account = read_account(calls[0]);
	TimestampTz tick = next_tick(GetCurrentTimestamp(), account.interval);

	/* once a tick, also if the clock was set back; and in its own pass */
	if (account.last >= tick || tick > horizon)
		return;
	qsort(calls, n, sizeof(Candidate *), compare_candidates);
	for (int i = 0; i < n; i++)
	{
		Candidate  *c = calls[i];
		HeapTuple	tuple = c->rows->vals[c->row];
		TupleDesc	desc = c->rows->tupdesc;
		bool		isnull;

		if (asb_charges_add(charges, &account, tick,
							SPI_getbinval(tuple, desc, ASB_EGRESS_CTID, &isnull),
							DatumGetUUIDP(SPI_getbinval(tuple, desc, ASB_EGRESS_ID, &isnull)),
							c->call.method_name, c->capacity, &c->verdict.error))
			continue;
		c->verdict.state = ASB_CALL_REFUSED;
		end_call(c);
	}
}

/* ---- a batch ---- */

static Candidate *
judge_rows(SPITupleTable *rows, uint64 n)
{
	Candidate  *all = palloc0(sizeof(Candidate) * n);

	for (int i = 0; i < n; i++)
	{
		Candidate  *c = &all[i];

		c->rows = rows;
		c->row = i;
		if (!asb_contained(judge, c, psprintf("release of call %s",
											  SPI_getvalue(rows->vals[i], rows->tupdesc, ASB_EGRESS_ID))))
			c->verdict = (AsbVerdict) {.state = ASB_CALL_FAILED,
				.error = asb_call_error(ASB_ERROR_INTERNAL, NULL)};
	}
	return all;
}

static const pg_uuid_t *
conversation_of(const Candidate *c)
{
	bool		isnull;

	return DatumGetUUIDP(SPI_getbinval(c->rows->vals[c->row], c->rows->tupdesc,
									   ASB_EGRESS_CONVERSATION, &isnull));
}

/* Releases conversation by conversation, and ends what cannot be released. */
static void
release_rows(Candidate *all, int n)
{
	AsbCharges *charges = asb_charges_begin();
	Candidate **calls = palloc(sizeof(Candidate *) * n);

	for (int i = 0, first = 0; i < n; i = first)
	{
		int			ncalls = 0;

		for (; first < n && memcmp(conversation_of(&all[i]), conversation_of(&all[first]), UUID_LEN) == 0; first++)
		{
			if (all[first].metered)
				calls[ncalls++] = &all[first];
			else
				end_call(&all[first]);
		}
		if (ncalls > 0)
			release(calls, ncalls, charges);
	}
	asb_charges_apply(charges);
}

/* Of a batch that is full the last conversation may not be complete. */
static int
complete_rows(SPITupleTable *rows, int n)
{
	Candidate	last = {rows, n - 1};
	int			complete = n;

	if (n < ASB_TASK_BATCH)
		return n;
	while (complete > 0)
	{
		Candidate	c = {rows, complete - 1};

		if (memcmp(conversation_of(&c), conversation_of(&last), UUID_LEN) != 0)
			return complete;
		complete--;
	}
	return n;
}

bool
asb_task_release(TimestampTz *next)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz visible = announce(now);
	pg_uuid_t	none = {{0}};
	uint64		n;
	SPITupleTable *rows;

	if (memcmp(&after, &none, UUID_LEN) == 0)
		horizon = now + TOO_LATE + LEAD;
	n = read_waiting(now);
	rows = SPI_tuptable;

	/* to the microsecond, so not by *next */
	asb_wakeup_set_alarm(visible);
	if (n == 0)
	{
		after = none;
		closed = horizon;
		asb_wakeup_set_alarm(next_due(now));
		return false;
	}

	n = complete_rows(rows, n);
	asb_commit_must_last();
	asb_turns_begin(false);
	release_rows(judge_rows(rows, n), n);
	after = *conversation_of(&(Candidate) {rows, n - 1});
	return true;
}
