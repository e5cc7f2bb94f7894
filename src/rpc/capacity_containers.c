/*
 * capacity_containers.c
 *	  How many arrays and objects the rules for them accept.
 *
 * Not understood as limits: contains, unevaluatedItems, minProperties,
 * dependentRequired, dependentSchemas, unevaluatedProperties.
 */
#include "postgres.h"

#include "rpc/capacity_count.h"

/* Longest array of unique items whose choices are counted one by one. */
#define MAX_UNIQUE 10000

/* A small count of things, from its logarithm; ASB_UNLIMITED if it is not small. */
static int
small_count(double bits)
{
	return bits < 30 ? (int) asb_bits_up(exp2(bits)) : ASB_UNLIMITED;
}

/* ---- arrays ---- */

/*
 * Sequences of min to max different things out of n: the first has n choices,
 * each later one at least one less.
 */
static double
count_unique(int n, int min, int max)
{
	double		all = ASB_BITS_NONE;
	double		these = 0;

	for (int k = 0; k <= max && k <= n; k++)
	{
		if (k >= min)
			all = asb_bits_sum(all, these);
		if (k < n)
			these = asb_bits_product(these, asb_bits_count(n - k));
	}
	return all;
}

/* Items that "items" rules, min to max of them. */
static double
count_rest(AsbCapacityWork *work, const AsbArrayRules *r, int min, int max)
{
	double		item = ASB_BITS_UNBOUNDED;

	if (max == 0)
		return min == 0 ? 0 : ASB_BITS_NONE;
	if (r->items)
		item = asb_capacity_total(work, r->items);
	if (r->unique)
	{
		int			different = item == ASB_BITS_NONE ? 0 : small_count(item);

		max = Min(max, different);
		if (different != ASB_UNLIMITED && max <= MAX_UNIQUE)
			return count_unique(different, min, max);
	}
	if (max == ASB_UNLIMITED && item != ASB_BITS_NONE)
		return ASB_BITS_UNBOUNDED;
	return asb_bits_sequences(item, min, max);
}

double
asb_capacity_arrays(AsbCapacityWork *work, const AsbArrayRules *r)
{
	double		all = ASB_BITS_NONE;
	double		these = 0;
	int			prefix = Min(r->prefix.count, r->max_items);
	int			rest = r->max_items == ASB_UNLIMITED ? ASB_UNLIMITED : r->max_items - prefix;

	/* those that end within prefixItems, each shorter than all of it */
	for (int k = 0; k < prefix; k++)
	{
		if (k >= r->min_items)
			all = asb_bits_sum(all, these);
		these = asb_bits_product(these, asb_capacity_total(work, r->prefix.nodes[k]));
	}
	return asb_bits_sum(all, asb_bits_product(these, count_rest(work, r,
																Max(r->min_items - prefix, 0), rest)));
}

/* ---- objects ---- */

/* Members that "properties" does not name: their names, and the values of one of them. */
typedef struct Others
{
	double		names;
	double		values;
} Others;

static Others
count_others(AsbCapacityWork *work, const AsbObjectRules *r)
{
	double		additional = ASB_BITS_UNBOUNDED;
	double		matching = ASB_BITS_NONE;
	Others		others;

	if (r->additional)
		additional = asb_capacity_total(work, r->additional);
	others.names = r->names ? asb_capacity_strings(work, r->names) : ASB_BITS_UNBOUNDED;
	others.values = additional;
	for (int i = 0; i < r->npatterns; i++)
	{
		others.values = Max(others.values, asb_capacity_total(work, r->patterns[i].node));
		if (additional == ASB_BITS_NONE)
			matching = asb_bits_sum(matching,
									asb_regex_bits(r->patterns[i].regex, 0, ASB_REGEX_ANY_LENGTH));
	}
	if (additional == ASB_BITS_NONE)
		others.names = Min(others.names, matching);
	return others;
}

/* Sets of such members: each name is there with a value, or is not. */
static double
count_sets(const Others *others, int max)
{
	int			names = small_count(others->names);
	double		each = asb_bits_sum(others->values, 0);
	double		all = ASB_BITS_UNBOUNDED;

	if (others->names == ASB_BITS_NONE || others->values == ASB_BITS_NONE)
		return 0;
	if (names != ASB_UNLIMITED)
		all = asb_bits_up(names * each);
	max = Min(max, names);
	if (max != ASB_UNLIMITED)
		all = Min(all, asb_bits_sequences(asb_bits_product(others->names, others->values), 0, max));
	return all;
}

double
asb_capacity_objects(AsbCapacityWork *work, const AsbObjectRules *r)
{
	Others		others = count_others(work, r);
	double		all = count_sets(&others, r->max_properties);

	for (int i = 0; i < r->nproperties; i++)
	{
		const AsbProperty *p = &r->properties[i];
		double		values = p->node ? asb_capacity_total(work, p->node) : others.values;

		all = asb_bits_product(all, p->required ? values : asb_bits_sum(values, 0));
	}
	return all;
}
