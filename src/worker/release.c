/*
 * release.c
 *	  Releases the metered calls of a batch: judged again, put in order, charged.
 *
 * Conversation by conversation.  Within one the calls go by method and canonical
 * arguments: the order in which rules and budgets meet them too, so that it
 * says nothing of when they were made.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/commit.h"
#include "core/contained.h"
#include "rpc/canonical.h"
#include "rpc/error.h"
#include "worker/anomaly.h"
#include "worker/charges.h"
#include "worker/holds.h"
#include "worker/release.h"
#include "worker/verdicts.h"

/* Columns of ASB_RELEASE_SQL. */
enum
{
	COLUMN_CONVERSATION = ASB_EGRESS_MORE,
	COLUMN_EGRESS,
	COLUMN_INTERVAL,
	COLUMN_BUDGET,
	COLUMN_METHODS,
	COLUMN_NUMBER,
	COLUMN_LAST,
	COLUMN_SPENT,
	COLUMN_APPROVED
};

typedef struct Batch
{
	AsbCharges *charges;
	AsbVerdicts *verdicts;		/* of what is not released */
	TimestampTz horizon;
	TimestampTz first_tick;		/* at which something is released */
} Batch;

/* A call that wants to be released. */
typedef struct Candidate
{
	SPITupleTable *rows;
	int			row;
	Snapshot	snapshot;
	AsbEgressCall call;
	AsbVerdict	verdict;
	bool		metered;		/* to be charged and released; else it ends */
	bool		approved;		/* by a reviewer, although rules held it */
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
	HeapTuple	tuple = c->rows->vals[c->row];
	TupleDesc	desc = c->rows->tupdesc;
	bool		isnull;
	Datum		egress;

	c->call = asb_egress_read(c->call.row, c->snapshot);
	egress = SPI_getbinval(tuple, desc, COLUMN_EGRESS, &isnull);
	c->call.egress = isnull ? ASB_EGRESS_REFUSE : asb_egress_parse(TextDatumGetCString(egress));
	c->approved = DatumGetBool(SPI_getbinval(tuple, desc, COLUMN_APPROVED, &isnull));
	c->verdict = asb_egress_check(&c->call);
	if (c->verdict.state != ASB_CALL_READY)
		return;
	c->verdict = asb_egress_judge(&c->call);
	if (asb_call_state_is_terminal(c->verdict.state))
		return;
	if (c->call.egress != ASB_EGRESS_METER)
	{
		c->verdict = (AsbVerdict) {ASB_CALL_REFUSED, asb_egress_refusal(&c->call)};
		return;
	}
	c->capacity = asb_method_capacity(c->call.method);
	c->canonical = asb_canonical_json(c->call.arguments, &c->length);
	c->metered = true;			/* not before: after an error it ends */
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

	account.interval = asb_interval_column(c->rows, c->row, COLUMN_INTERVAL);
	account.budget = DatumGetFloat8(SPI_getbinval(tuple, desc, COLUMN_BUDGET, &isnull));
	account.methods = DatumGetInt32(SPI_getbinval(tuple, desc, COLUMN_METHODS, &isnull));
	account.number = DatumGetInt32(SPI_getbinval(tuple, desc, COLUMN_NUMBER, &isnull));
	account.last = DatumGetTimestampTz(SPI_getbinval(tuple, desc, COLUMN_LAST, &isnull));
	account.spent = DatumGetFloat8(SPI_getbinval(tuple, desc, COLUMN_SPENT, &isnull));
	return account;
}

static void
end_call(const Candidate *c, AsbVerdicts *verdicts)
{
	asb_verdicts_add(verdicts, &c->call, &c->verdict);
	asb_anomaly_note(&c->call, c->verdict.state, false);
}

/* Has a call that rules call unusual wait for a reviewer; false if none does. */
static bool
hold(Candidate *c, AsbVerdicts *verdicts)
{
	Jsonb	   *findings = c->approved ? NULL : asb_anomaly_judge(&c->call, true);

	if (findings == NULL)
		return false;
	if (asb_hold_take(c->call.conversation))
	{
		c->verdict = (AsbVerdict) {ASB_CALL_HELD, NULL, findings};
		asb_verdicts_add(verdicts, &c->call, &c->verdict);
		return true;
	}
	c->verdict = (AsbVerdict) {ASB_CALL_REFUSED, asb_call_error(ASB_ERROR_TOO_MANY_HELD, NULL)};
	end_call(c, verdicts);
	return true;
}

/* Releases what rules and budgets allow of a conversation's calls. */
static void
release(Candidate **calls, int n, Batch *batch)
{
	AsbAccount	account = read_account(calls[0]);
	TimestampTz tick = asb_next_tick(GetCurrentTimestamp(), account.interval);

	/* once a tick, also if the clock was set back; and in its own pass */
	if (account.last >= tick || tick > batch->horizon)
		return;
	batch->first_tick = Min(batch->first_tick, tick);
	qsort(calls, n, sizeof(Candidate *), compare_candidates);
	for (int i = 0; i < n; i++)
	{
		Candidate  *c = calls[i];
		AsbCall    *row = c->call.row;
		Jsonb	   *error;

		if (hold(c, batch->verdicts))
			continue;
		if (asb_charges_add(batch->charges, &account, tick,
							PointerGetDatum(&row->tuple->t_self),
							DatumGetUUIDP(row->values[Anum_call_id - 1]),
							c->call.method_name, c->capacity, &error))
		{
			asb_anomaly_note(&c->call, ASB_CALL_READY, c->approved);
			continue;
		}
		c->verdict = (AsbVerdict) {ASB_CALL_REFUSED, error};
		end_call(c, batch->verdicts);
	}
}

static Candidate *
judge_rows(SPITupleTable *rows, int n, const AsbVerdicts *verdicts)
{
	Candidate  *all = palloc0(sizeof(Candidate) * n);

	for (int i = 0; i < n; i++)
	{
		Candidate  *c = &all[i];

		c->rows = rows;
		c->row = i;
		c->snapshot = verdicts->snapshot;
		c->call.row = asb_verdicts_find(verdicts, rows, i);
		if (c->call.row == NULL)
			elog(ERROR, "a call that is locked has gone");
		if (!asb_contained(judge, c, psprintf("release of call %s",
											  SPI_getvalue(rows->vals[i], rows->tupdesc, ASB_EGRESS_ID))))
			c->verdict = (AsbVerdict) {.state = ASB_CALL_FAILED,
				.error = asb_call_error(ASB_ERROR_INTERNAL, NULL)};
	}
	return all;
}

const pg_uuid_t *
asb_release_conversation(SPITupleTable *rows, int row)
{
	bool		isnull;

	return DatumGetUUIDP(SPI_getbinval(rows->vals[row], rows->tupdesc,
									   COLUMN_CONVERSATION, &isnull));
}

static bool
same_conversation(const Candidate *a, const Candidate *b)
{
	return memcmp(asb_release_conversation(a->rows, a->row),
				  asb_release_conversation(b->rows, b->row), UUID_LEN) == 0;
}

TimestampTz
asb_release_rows(SPITupleTable *rows, int n, TimestampTz horizon)
{
	Batch		batch = {asb_charges_begin(), asb_verdicts_begin(0), horizon, DT_NOEND};
	Candidate  *all = judge_rows(rows, n, batch.verdicts);
	Candidate **calls = palloc(sizeof(Candidate *) * n);

	asb_hold_begin();
	for (int i = 0, first = 0; i < n; i = first)
	{
		int			ncalls = 0;

		for (; first < n && same_conversation(&all[i], &all[first]); first++)
		{
			if (all[first].metered)
				calls[ncalls++] = &all[first];
			else
				end_call(&all[first], batch.verdicts);
		}
		if (ncalls > 0)
			release(calls, ncalls, &batch);
	}
	asb_charges_apply(batch.charges);
	(void) asb_verdicts_apply(batch.verdicts);
	asb_anomaly_flush();
	asb_commit_must_last();
	return batch.first_tick;
}
