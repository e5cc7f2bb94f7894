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

#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "core/catalog.h"
#include "core/contained.h"
#include "core/json.h"
#include "core/query.h"
#include "worker/anomaly.h"
#include "worker/anomaly_memory.h"
#include "worker/anomaly_rule.h"

static const char *const kind_names[] = {
	[ASB_RULE_VELOCITY] = "velocity",
	[ASB_RULE_FIRST_VALUE] = "first_value",
	[ASB_RULE_SIZE] = "size",
	[ASB_RULE_BITS] = "bits",
	[ASB_RULE_HOURS] = "hours",
	[ASB_RULE_REFUSALS] = "refusals",
};

static MemoryContext context = NULL;	/* of the rules */
static AsbRule *rules = NULL;
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

static AsbRule
read_rule(uint64 row)
{
	AsbRule		rule = {{0}};
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
	rules_relid = asb_relation_oid(ASB_REL_ANOMALY_RULES);
	nrules = 0;
	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "agentsandbox anomaly rule list",
										ALLOCSET_SMALL_SIZES);
	MemoryContextReset(context);
	asb_memory_forget();
	any_refusals = false;

	stale = false;				/* before the rows are read: later changes count */
	n = asb_query(&query, NULL, NULL);
	rules = MemoryContextAlloc(context, sizeof(AsbRule) * Max(n, 1));
	for (uint64 i = 0; i < n; i++)
	{
		rules[i] = read_rule(i);
		any_refusals |= rules[i].kind == ASB_RULE_REFUSALS;
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
applies(const AsbRule *rule, const AsbEgressCall *call)
{
	return (!OidIsValid(rule->profile) || rule->profile == call->profile) &&
		(rule->method == NULL || strcmp(rule->method, call->method_name) == 0);
}

/* {"reason": "anomaly", "rules": {NAME: why, ...}} */
static void
push_finding(JsonbParseState **state, const char *rule, const char *why)
{
	if (*state == NULL)
	{
		(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		asb_json_push_member(state, "reason", "anomaly");
		asb_json_push(state, WJB_KEY, "rules");
		(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	}
	asb_json_push_member(state, rule, why);
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
			asb_rule_judge(&rules[i], judgement->call) : NULL;

		if (why)
			push_finding(&judgement->findings, rules[i].name, why);
	}
}

Jsonb *
asb_anomaly_judge(const AsbEgressCall *call, bool careful)
{
	Judgement	judgement = {call, NULL};

	/* without rules nothing goes wrong */
	if (!careful || (nrules == 0 && !stale))
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
note_relayed(const AsbEgressCall *call, bool reviewed)
{
	if (any_refusals)
		*asb_memory_refusals(call->conversation) = 0;
	for (int i = 0; i < nrules; i++)
	{
		if (applies(&rules[i], call))
			asb_rule_note(&rules[i], call, reviewed);
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
