/*
 * charges.c
 *	  Charges released calls to the budgets, and releases them.
 *
 * All sums are rounded up, so a budget is never overdrawn by a rounding error.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "common/bits.h"
#include "core/query.h"
#include "rpc/call.h"
#include "rpc/error.h"
#include "worker/charges.h"
#include "worker/task.h"
#include "worker/turns.h"

/* The columns of egress_charges, and what the call needs, as arrays. */
enum
{
	CHARGE_CTID,
	CHARGE_CONVERSATION,
	CHARGE_NUMBER,
	CHARGE_CALL,
	CHARGE_PROFILE,
	CHARGE_METHOD,
	CHARGE_TICK,
	CHARGE_GAP,
	CHARGE_METHODS,
	CHARGE_CAPACITY,
	CHARGE_BITS,
	CHARGE_SPENT,
	CHARGE_OUTSIDE_ID,
	CHARGE_TURN
};
#define CHARGE_COLUMNS (CHARGE_TURN + 1)

struct AsbCharges
{
	int			n;
	Datum		values[CHARGE_COLUMNS][ASB_TASK_BATCH];

	/* what the profiles of the batch may still spend */
	int			nprofiles;
	Oid			profile[ASB_TASK_BATCH];
	double		left[ASB_TASK_BATCH];
};

AsbCharges *
asb_charges_begin(void)
{
	return palloc0(sizeof(AsbCharges));
}

static double
read_profile_left(Oid profile, TimestampTz tick)
{
	static AsbQuery query = {
		"SELECT p.profile_budget_bits, COALESCE((SELECT pg_catalog.sum(e.bits)"
		"  FROM agentsandbox.egress_charges e WHERE e.profile = p.profile"
		"  AND e.released_at > $2 - p.budget_window), 0)"
		" FROM agentsandbox.profiles p WHERE p.profile = $1",
		2, {REGROLEOID, TIMESTAMPTZOID}
	};
	Datum		values[] = {ObjectIdGetDatum(profile), TimestampTzGetDatum(tick)};
	bool		isnull;
	Datum		budget;

	if (asb_query(&query, values, NULL) == 0)
		return 0;
	budget = asb_query_datum(0, 1, &isnull);
	if (isnull)
		return ASB_BITS_UNBOUNDED;
	return DatumGetFloat8(budget) - asb_bits_up(DatumGetFloat8(asb_query_datum(0, 2, &isnull)));
}

static double *
profile_left(AsbCharges *charges, Oid profile, TimestampTz tick)
{
	int			i = 0;

	while (i < charges->nprofiles && charges->profile[i] != profile)
		i++;
	if (i == charges->nprofiles)
	{
		charges->left[i] = read_profile_left(profile, tick);
		charges->profile[i] = profile;
		charges->nprofiles++;
	}
	return &charges->left[i];
}

bool
asb_charges_add(AsbCharges *charges, AsbAccount *account, TimestampTz tick,
				Datum ctid, const pg_uuid_t *id, const char *method,
				double capacity, Jsonb **error)
{
	int			i = charges->n;
	Datum		(*values)[ASB_TASK_BATCH] = charges->values;
	int64		gap = tick / account->interval - account->last / account->interval;
	double		bits = asb_bits_cost(account->methods, capacity, gap);
	double		spent = asb_bits_product(account->spent, bits);
	double	   *left = profile_left(charges, account->profile, tick);
	pg_uuid_t  *conversation = palloc(sizeof(pg_uuid_t));

	*conversation = account->conversation;
	/* also where a figure is none */
	if (!(spent <= account->budget && bits <= *left))
	{
		/* what the profile has left would tell of other conversations */
		*error = asb_call_error_budget(bits, Max(0, account->budget - account->spent));
		return false;
	}

	account->number++;
	account->last = tick;
	account->spent = spent;
	*left = -asb_bits_product(-*left, bits);

	charges->n++;
	values[CHARGE_CTID][i] = ctid;
	values[CHARGE_CONVERSATION][i] = UUIDPGetDatum(conversation);
	values[CHARGE_NUMBER][i] = Int32GetDatum(account->number);
	values[CHARGE_CALL][i] = UUIDPGetDatum(id);
	values[CHARGE_PROFILE][i] = ObjectIdGetDatum(account->profile);
	values[CHARGE_METHOD][i] = CStringGetTextDatum(method);
	values[CHARGE_TICK][i] = TimestampTzGetDatum(tick);
	values[CHARGE_GAP][i] = Int64GetDatum(gap);
	values[CHARGE_METHODS][i] = Int32GetDatum(account->methods);
	values[CHARGE_CAPACITY][i] = Float8GetDatum(capacity);
	values[CHARGE_BITS][i] = Float8GetDatum(bits);
	values[CHARGE_SPENT][i] = Float8GetDatum(spent);
	values[CHARGE_OUTSIDE_ID][i] = UUIDPGetDatum(asb_call_outside_id(conversation, id));
	values[CHARGE_TURN][i] = Int64GetDatum(asb_turns_apart());
	return true;
}

/* What the query wants of a column, as an array. */
static Datum
column(AsbCharges *charges, int column)
{
	static const Oid types[CHARGE_COLUMNS] = {
		[CHARGE_CTID] = TIDOID,
		[CHARGE_CONVERSATION] = UUIDOID,
		[CHARGE_NUMBER] = INT4OID,
		[CHARGE_CALL] = UUIDOID,
		[CHARGE_PROFILE] = REGROLEOID,
		[CHARGE_METHOD] = TEXTOID,
		[CHARGE_TICK] = TIMESTAMPTZOID,
		[CHARGE_GAP] = INT8OID,
		[CHARGE_METHODS] = INT4OID,
		[CHARGE_CAPACITY] = FLOAT8OID,
		[CHARGE_BITS] = FLOAT8OID,
		[CHARGE_SPENT] = FLOAT8OID,
		[CHARGE_OUTSIDE_ID] = UUIDOID,
		[CHARGE_TURN] = INT8OID,
	};

	return asb_query_array(charges->values[column], charges->n, types[column]);
}

static void
write_account(AsbCharges *charges)
{
	static AsbQuery insert = {
		"INSERT INTO agentsandbox.egress_charges"
		" (conversation, number, call, profile, method, released_at, gap, methods, capacity, bits, spent)"
		" SELECT * FROM ROWS FROM ("
		"  pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4),"
		"  pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7), pg_catalog.unnest($8),"
		"  pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11)) v",
		11, {UUIDARRAYOID, INT4ARRAYOID, UUIDARRAYOID, REGROLEARRAYOID, TEXTARRAYOID, TIMESTAMPTZARRAYOID,
		INT8ARRAYOID, INT4ARRAYOID, FLOAT8ARRAYOID, FLOAT8ARRAYOID, FLOAT8ARRAYOID}
	};
	Datum		values[CHARGE_SPENT];

	for (int i = CHARGE_CONVERSATION; i <= CHARGE_SPENT; i++)
		values[i - CHARGE_CONVERSATION] = column(charges, i);
	(void) asb_query(&insert, values, NULL);
}

void
asb_charges_apply(AsbCharges *charges)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls c SET status = 'ready', ready_at = v.tick,"
		" deadline = NULL, bits = v.bits, outside_id = v.outside_id, turn = v.turn"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		"  pg_catalog.unnest($4), pg_catalog.unnest($5)) v (ctid, tick, bits, outside_id, turn)"
		" WHERE c.ctid = v.ctid",
		5, {TIDARRAYOID, TIMESTAMPTZARRAYOID, FLOAT8ARRAYOID, UUIDARRAYOID, INT8ARRAYOID}
	};
	Datum		values[5];

	if (charges->n == 0)
		return;
	values[0] = column(charges, CHARGE_CTID);
	values[1] = column(charges, CHARGE_TICK);
	values[2] = column(charges, CHARGE_BITS);
	values[3] = column(charges, CHARGE_OUTSIDE_ID);
	values[4] = column(charges, CHARGE_TURN);
	if (asb_query(&update, values, NULL) != charges->n)
		elog(ERROR, "calls that were locked have gone");
	write_account(charges);
}
