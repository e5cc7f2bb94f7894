/*
 * anomaly.c
 *	  The rules that hold unusual calls (agentsandbox.anomaly_rules).
 *
 * The rules are read when the table has changed, between two batches; what
 * they compare a call with is anomaly_memory.c's.  A rule that cannot be
 * computed holds the call.
 *
 * "Relayed" are the calls that a rule did not hold and those that a reviewer
 * let go.  A held call changes nothing that rules remember: it neither becomes
 * the habit nor ends a row of refusals.
 */
#include "postgres.h"

#include <math.h>

#include "common/sha2.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "core/catalog.h"
#include "core/query.h"
#include "rpc/canonical.h"
#include "rpc/payload.h"
#include "rpc/pointer.h"
#include "session/secret.h"
#include "worker/anomaly.h"
#include "worker/anomaly_memory.h"
#include "worker/contained.h"

/* of one call, that a rule of kind first_value looks at */
#define MAX_VALUES 100

typedef enum RuleKind
{
	RULE_VELOCITY,
	RULE_FIRST_VALUE,
	RULE_SIZE,
	RULE_BITS,
	RULE_HOURS,
	RULE_REFUSALS
} RuleKind;

typedef struct Rule
{
	char		name[NAMEDATALEN];
	RuleKind	kind;
	Oid			profile;		/* InvalidOid: all */
	char	   *method;			/* NULL: any */
	int			calls;
	int64		period;			/* microseconds */
	bool		each_conversation;
	char	   *pointer;
	double		score;
	int			history;
	int			minimum;
	int			from_time;		/* seconds of the day */
	int			until_time;
	pg_tz	   *time_zone;		/* NULL: not known any more */
} Rule;

static const char *const kind_names[] = {
	[RULE_VELOCITY] = "velocity",
	[RULE_FIRST_VALUE] = "first_value",
	[RULE_SIZE] = "size",
	[RULE_BITS] = "bits",
	[RULE_HOURS] = "hours",
	[RULE_REFUSALS] = "refusals",
};

static const pg_uuid_t all_together = {{0}};

static MemoryContext context = NULL;	/* of the rules */
static Rule *rules = NULL;
static int	nrules = 0;
static bool any_refusals = false;	/* a rule that counts them */
static bool stale = true;
static bool in_batch = false;	/* nothing may be read again */
static Oid	rules_relid = InvalidOid;

/* Columns of the query in load(). */
enum
{
	COLUMN_NAME = 1,
	COLUMN_KIND,
	COLUMN_PROFILE,
	COLUMN_METHOD,
	COLUMN_CALLS,
	COLUMN_PERIOD,
	COLUMN_EACH_CONVERSATION,
	COLUMN_POINTER,
	COLUMN_SCORE,
	COLUMN_HISTORY,
	COLUMN_MINIMUM,
	COLUMN_FROM_TIME,
	COLUMN_UNTIL_TIME,
	COLUMN_TIME_ZONE
};

static void
invalidate_rules(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || relid == rules_relid)
		stale = true;
}

static char *
text_column(uint64 row, int column)
{
	bool		isnull;
	Datum		value = asb_query_datum(row, column, &isnull);

	return isnull ? NULL : MemoryContextStrdup(context, TextDatumGetCString(value));
}

/* Zero if it is null. */
static Datum
plain_column(uint64 row, int column)
{
	bool		isnull;
	Datum		value = asb_query_datum(row, column, &isnull);

	return isnull ? (Datum) 0 : value;
}

static Rule
read_rule(uint64 row)
{
	Rule		rule = {{0}};
	char	   *kind = text_column(row, COLUMN_KIND);
	char	   *zone = text_column(row, COLUMN_TIME_ZONE);

	strlcpy(rule.name, text_column(row, COLUMN_NAME), sizeof(rule.name));
	while (rule.kind < lengthof(kind_names) && strcmp(kind_names[rule.kind], kind) != 0)
		rule.kind++;
	rule.profile = DatumGetObjectId(plain_column(row, COLUMN_PROFILE));
	rule.method = text_column(row, COLUMN_METHOD);
	rule.calls = DatumGetInt32(plain_column(row, COLUMN_CALLS));
	rule.period = DatumGetInt64(plain_column(row, COLUMN_PERIOD));
	rule.each_conversation = DatumGetBool(plain_column(row, COLUMN_EACH_CONVERSATION));
	rule.pointer = text_column(row, COLUMN_POINTER);
	rule.score = DatumGetFloat8(plain_column(row, COLUMN_SCORE));
	rule.history = DatumGetInt32(plain_column(row, COLUMN_HISTORY));
	rule.minimum = DatumGetInt32(plain_column(row, COLUMN_MINIMUM));
	rule.from_time = DatumGetInt32(plain_column(row, COLUMN_FROM_TIME));
	rule.until_time = DatumGetInt32(plain_column(row, COLUMN_UNTIL_TIME));
	rule.time_zone = zone ? pg_tzset(zone) : NULL;
	return rule;
}

static void
load(void)
{
	static AsbQuery query = {
		"SELECT name, kind, profile, method, calls,"
		" (EXTRACT(epoch FROM period) * 1000000)::bigint, each_conversation, pointer, score,"
		" history, minimum, EXTRACT(epoch FROM from_time)::integer,"
		" EXTRACT(epoch FROM until_time)::integer, time_zone"
		" FROM agentsandbox.anomaly_rules WHERE enabled ORDER BY name"
	};
	static bool registered = false;
	uint64		n;

	if (!registered)
		CacheRegisterRelcacheCallback(invalidate_rules, (Datum) 0);
	registered = true;
	rules_relid = asb_relation_oid("anomaly_rules");
	if (context)
		MemoryContextDelete(context);
	context = AllocSetContextCreate(TopMemoryContext, "agentsandbox anomaly rule list",
									ALLOCSET_SMALL_SIZES);
	asb_memory_forget();
	nrules = 0;
	any_refusals = false;

	stale = false;				/* before the rows are read: later changes count */
	n = asb_query(&query, NULL, NULL);
	rules = MemoryContextAlloc(context, sizeof(Rule) * Max(n, 1));
	for (uint64 i = 0; i < n; i++)
	{
		rules[i] = read_rule(i);
		any_refusals |= rules[i].kind == RULE_REFUSALS;
	}
	nrules = n;
	if (n > 0)
		asb_memory_clean();
}

/* An error leaves it to the caller to forget, so that it is tried again. */
static void
begin(void)
{
	if (stale && !in_batch)
		load();
	in_batch = true;
}

static bool
applies(const Rule *rule, const AsbEgressCall *call)
{
	return (!OidIsValid(rule->profile) || rule->profile == call->profile) &&
		(rule->method == NULL || strcmp(rule->method, call->method_name) == 0);
}

static const pg_uuid_t *
scope_of(const Rule *rule, const AsbEgressCall *call)
{
	return rule->each_conversation ? call->conversation : &all_together;
}

static char *
judge_velocity(const Rule *rule, const AsbEgressCall *call)
{
	const AsbRing *ring = asb_memory_ring(rule->name, scope_of(rule, call), rule->calls);

	if (ring->count < rule->calls ||
		GetCurrentTimestamp() - ring->times[ring->next] >= rule->period)
		return NULL;
	return psprintf("%d calls went within " INT64_FORMAT " seconds already",
					rule->calls, rule->period / USECS_PER_SEC);
}

static void
hash_value(Jsonb *value, void *arg)
{
	List	  **hashes = arg;
	char	   *text;
	int			length;

	if (list_length(*hashes) > MAX_VALUES)
		return;
	text = asb_canonical_json(value, &length);
	*hashes = lappend(*hashes, asb_secret_hash(text, length));
	pfree(text);
}

static char *
judge_first_value(const Rule *rule, const AsbEgressCall *call)
{
	List	   *hashes = NIL;
	ListCell   *cell;

	asb_pointer_visit(call->arguments, rule->pointer, hash_value, &hashes);
	if (list_length(hashes) > MAX_VALUES)
		return psprintf("more than %d values at %s", MAX_VALUES, rule->pointer);
	foreach(cell, hashes)
	{
		if (!asb_memory_knows(rule->name, (const uint8 *) VARDATA(lfirst(cell))))
			return psprintf("a value at %s was not sent before", rule->pointer);
	}
	return NULL;
}

/* What a rule of kind size or bits compares. */
static double
measure(const Rule *rule, const AsbEgressCall *call)
{
	int			length;
	char	   *text = asb_canonical_json(call->arguments, &length);
	double		result = rule->kind == RULE_SIZE ? length : asb_payload_bits(text, length);

	pfree(text);
	return result;
}

static int
compare_doubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static double
median(double *values, int n)
{
	qsort(values, n, sizeof(double), compare_doubles);
	return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/*
 * How many standard deviations above what is usual, with the median in place
 * of the mean and the median deviation in place of the standard one, so that
 * a few large calls do not make large calls usual.  1.4826 makes the two agree
 * for a normal distribution.  Where all past calls are alike, a twentieth of
 * their size passes for the deviation, and one byte for the smallest.  What is
 * usual is computed again when a twentieth of the calls are others.
 */
static double
robust_score(AsbRing *ring, double value)
{
	if (ring->added > ring->count / 20)
	{
		double	   *values = palloc(sizeof(double) * ring->count);

		memcpy(values, ring->measures, sizeof(double) * ring->count);
		ring->middle = median(values, ring->count);
		for (int i = 0; i < ring->count; i++)
			values[i] = fabs(values[i] - ring->middle);
		ring->deviation = Max(1.4826 * median(values, ring->count), Max(ring->middle / 20, 1));
		ring->added = 0;
		pfree(values);
	}
	return (value - ring->middle) / ring->deviation;
}

static char *
judge_measure(const Rule *rule, const AsbEgressCall *call)
{
	AsbRing    *ring = asb_memory_ring(rule->name, &all_together, rule->history);
	double		value = measure(rule, call);
	double		score;

	if (ring->count < rule->minimum)
		return NULL;
	score = robust_score(ring, value);
	if (score <= rule->score)
		return NULL;
	return psprintf("%.0f %s are %.1f deviations above the last %d calls",
					value, rule->kind == RULE_SIZE ? "bytes" : "bits", score, ring->count);
}

static char *
judge_hours(const Rule *rule, const AsbEgressCall *call)
{
	pg_time_t	now = timestamptz_to_time_t(GetCurrentTimestamp());
	struct pg_tm *local = rule->time_zone ? pg_localtime(&now, rule->time_zone) : NULL;
	int			seconds;
	bool		inside;

	if (local == NULL)
		return pstrdup("the time zone is not known");
	seconds = (local->tm_hour * 60 + local->tm_min) * 60 + local->tm_sec;
	if (rule->from_time < rule->until_time)
		inside = seconds >= rule->from_time && seconds < rule->until_time;
	else
		inside = seconds >= rule->from_time || seconds < rule->until_time;
	return inside ? psprintf("it is %02d:%02d in %s", local->tm_hour, local->tm_min,
							 pg_get_timezone_name(rule->time_zone)) : NULL;
}

static char *
judge_refusals(const Rule *rule, const AsbEgressCall *call)
{
	int			refused = *asb_memory_refusals(call->conversation);

	return refused < rule->calls ? NULL : psprintf("%d calls in a row were refused", refused);
}

/* Why a rule calls this call unusual, or NULL. */
static char *
judge_rule(const Rule *rule, const AsbEgressCall *call)
{
	switch (rule->kind)
	{
		case RULE_VELOCITY:
			return judge_velocity(rule, call);
		case RULE_FIRST_VALUE:
			return judge_first_value(rule, call);
		case RULE_SIZE:
		case RULE_BITS:
			return judge_measure(rule, call);
		case RULE_HOURS:
			return judge_hours(rule, call);
		case RULE_REFUSALS:
			return judge_refusals(rule, call);
	}
	return pstrdup("the kind of the rule is not known");
}

static void
push(JsonbParseState **state, JsonbIteratorToken token, const char *string)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, string);
	value.val.string.len = strlen(string);
	(void) pushJsonbValue(state, token, &value);
}

/* {"reason": "anomaly", "rules": {NAME: why, ...}} */
static void
push_finding(JsonbParseState **state, const char *rule, const char *why)
{
	if (*state == NULL)
	{
		(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		push(state, WJB_KEY, "reason");
		push(state, WJB_VALUE, "anomaly");
		push(state, WJB_KEY, "rules");
		(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	}
	push(state, WJB_KEY, rule);
	push(state, WJB_VALUE, why);
}

static Jsonb *
finish(JsonbParseState **state)
{
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(pushJsonbValue(state, WJB_END_OBJECT, NULL));
}

typedef struct Judgement
{
	const AsbEgressCall *call;
	JsonbParseState *findings;	/* NULL: none */
} Judgement;

static void
judge(void *arg)
{
	Judgement  *judgement = arg;

	begin();
	for (int i = 0; i < nrules; i++)
	{
		char	   *why = applies(&rules[i], judgement->call) ?
			judge_rule(&rules[i], judgement->call) : NULL;

		if (why)
			push_finding(&judgement->findings, rules[i].name, why);
	}
}

Jsonb *
asb_anomaly_judge(const AsbEgressCall *call, bool careful)
{
	Judgement	judgement = {call, NULL};

	if (!careful)
		judge(&judgement);
	else if (!asb_contained(judge, &judgement, "judging by the anomaly rules"))
	{
		asb_anomaly_forget();
		judgement.findings = NULL;
		push_finding(&judgement.findings, "*", "the rules could not be computed");
	}
	return judgement.findings ? finish(&judgement.findings) : NULL;
}

static void
learn_values(const Rule *rule, const AsbEgressCall *call)
{
	List	   *hashes = NIL;
	ListCell   *cell;

	asb_pointer_visit(call->arguments, rule->pointer, hash_value, &hashes);
	foreach(cell, hashes)
		asb_memory_learn(rule->name, (const uint8 *) VARDATA(lfirst(cell)));
}

static void
note_relayed(const AsbEgressCall *call, bool reviewed)
{
	TimestampTz now = GetCurrentTimestamp();

	if (any_refusals)
		*asb_memory_refusals(call->conversation) = 0;
	for (int i = 0; i < nrules; i++)
	{
		const Rule *rule = &rules[i];

		if (!applies(rule, call))
			continue;
		if (rule->kind == RULE_VELOCITY)
			asb_memory_add(asb_memory_ring(rule->name, scope_of(rule, call), rule->calls),
						   rule->name, scope_of(rule, call), now, 1);
		else if (rule->kind == RULE_SIZE || rule->kind == RULE_BITS)
			asb_memory_add(asb_memory_ring(rule->name, &all_together, rule->history),
						   rule->name, &all_together, now, measure(rule, call));
		else if (rule->kind == RULE_FIRST_VALUE && reviewed)
			learn_values(rule, call);
	}
}

void
asb_anomaly_note(const AsbEgressCall *call, AsbCallState state, bool reviewed)
{
	begin();
	if (state == ASB_CALL_READY)
		note_relayed(call, reviewed);
	else if (state == ASB_CALL_REFUSED && any_refusals)
		++*asb_memory_refusals(call->conversation);
}

void
asb_anomaly_flush(void)
{
	asb_memory_flush();
	in_batch = false;
}

void
asb_anomaly_forget(void)
{
	asb_memory_forget();
	stale = true;
	in_batch = false;
}
