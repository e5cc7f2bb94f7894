/*
 * anomaly_rule.c
 *	  What each kind of rule calls unusual, and what it remembers of the calls
 *	  that went.
 */
#include "postgres.h"

#include <math.h>

#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "rpc/canonical.h"
#include "rpc/payload.h"
#include "rpc/pointer.h"
#include "session/secret.h"
#include "worker/anomaly_memory.h"
#include "worker/anomaly_rule.h"

/* of one call, that a rule of kind first_value looks at */
#define MAX_VALUES 100

static const pg_uuid_t all_together = {{0}};

static const pg_uuid_t *
scope_of(const AsbRule *rule, const AsbEgressCall *call)
{
	return rule->each_conversation ? call->conversation : &all_together;
}

static char *
judge_velocity(const AsbRule *rule, const AsbEgressCall *call)
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
judge_first_value(const AsbRule *rule, const AsbEgressCall *call)
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
measure(const AsbRule *rule, const AsbEgressCall *call)
{
	int			length;
	char	   *text = asb_canonical_json(call->arguments, &length);
	double		result = rule->kind == ASB_RULE_SIZE ? length : asb_bits_of_payload(text, length);

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
judge_measure(const AsbRule *rule, const AsbEgressCall *call)
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
					value, rule->kind == ASB_RULE_SIZE ? "bytes" : "bits", score, ring->count);
}

static char *
judge_hours(const AsbRule *rule, const AsbEgressCall *call)
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
judge_refusals(const AsbRule *rule, const AsbEgressCall *call)
{
	int			refused = *asb_memory_refusals(call->conversation);

	return refused < rule->calls ? NULL : psprintf("%d calls in a row were refused", refused);
}

char *
asb_rule_judge(const AsbRule *rule, const AsbEgressCall *call)
{
	switch (rule->kind)
	{
		case ASB_RULE_VELOCITY:
			return judge_velocity(rule, call);
		case ASB_RULE_FIRST_VALUE:
			return judge_first_value(rule, call);
		case ASB_RULE_SIZE:
		case ASB_RULE_BITS:
			return judge_measure(rule, call);
		case ASB_RULE_HOURS:
			return judge_hours(rule, call);
		case ASB_RULE_REFUSALS:
			return judge_refusals(rule, call);
	}
	return pstrdup("the kind of the rule is not known");
}

static void
learn_values(const AsbRule *rule, const AsbEgressCall *call)
{
	List	   *hashes = NIL;
	ListCell   *cell;

	asb_pointer_visit(call->arguments, rule->pointer, hash_value, &hashes);
	foreach(cell, hashes)
		asb_memory_learn(rule->name, (const uint8 *) VARDATA(lfirst(cell)));
}

void
asb_rule_note(const AsbRule *rule, const AsbEgressCall *call, bool reviewed)
{
	TimestampTz now = GetCurrentTimestamp();

	switch (rule->kind)
	{
		case ASB_RULE_VELOCITY:
			asb_memory_add(asb_memory_ring(rule->name, scope_of(rule, call), rule->calls),
						   rule->name, scope_of(rule, call), now, 1);
			break;
		case ASB_RULE_SIZE:
		case ASB_RULE_BITS:
			asb_memory_add(asb_memory_ring(rule->name, &all_together, rule->history),
						   rule->name, &all_together, now, measure(rule, call));
			break;
		case ASB_RULE_FIRST_VALUE:
			/* what no reviewer has seen is known, or it would be held */
			if (reviewed)
				learn_values(rule, call);
			break;
		case ASB_RULE_HOURS:
		case ASB_RULE_REFUSALS:
			break;
	}
}
