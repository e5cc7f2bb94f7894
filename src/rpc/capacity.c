/*
 * capacity.c
 *	  Upper bounds of how many values a compiled schema accepts.
 *
 * Each subschema is counted once, type by type, whatever the number of
 * references to it; one that is met again while it is being counted recurses
 * and is unbounded there.  Rules that stand side by side intersect, so the
 * lowest of their bounds holds for each type; alternatives add up.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "rpc/capacity.h"
#include "rpc/capacity_count.h"

typedef enum State
{
	UNSEEN = 0,
	OPEN,						/* being counted: where it is met again it is unlimited */
	COUNTED
} State;

typedef struct Counted
{
	State		state;
	const char *pointer;
	AsbCapacity capacity;
} Counted;

struct AsbCapacityWork
{
	Counted    *counted;		/* by node number */
};

static const AsbCapacity unlimited = {{
	0, 1, ASB_BITS_UNBOUNDED, ASB_BITS_UNBOUNDED, ASB_BITS_UNBOUNDED, ASB_BITS_UNBOUNDED,
	ASB_BITS_UNBOUNDED
}};

static const AsbCapacity nothing = {{
	ASB_BITS_NONE, ASB_BITS_NONE, ASB_BITS_NONE, ASB_BITS_NONE, ASB_BITS_NONE,
	ASB_BITS_NONE, ASB_BITS_NONE
}};

static const AsbCapacity *count_node(AsbCapacityWork *work, const AsbNode *node);

/* ---- both of two, one of two ---- */

static void
intersect(AsbCapacity *c, const AsbCapacity *with)
{
	for (int t = 0; t < ASB_CAPACITY_TYPES; t++)
		c->bits[t] = Min(c->bits[t], with->bits[t]);
}

static void
unite(AsbCapacity *c, const AsbCapacity *with)
{
	for (int t = 0; t < ASB_CAPACITY_TYPES; t++)
		c->bits[t] = asb_bits_sum(c->bits[t], with->bits[t]);
}

static double
total(const AsbCapacity *c)
{
	double		all = ASB_BITS_NONE;

	for (int t = 0; t < ASB_CAPACITY_TYPES; t++)
		all = asb_bits_sum(all, c->bits[t]);
	return all;
}

/* ---- rules of one node ---- */

/* Members that are equal, such as 1 and 1.0, have one canonical text. */
static void
intersect_values(AsbCapacity *c, const AsbValueSet *set)
{
	uint64		counts[ASB_CAPACITY_TYPES] = {0};

	for (int i = 0; i < set->count; i++)
		if (i == 0 || asb_j_compare(&set->values[i - 1], &set->values[i]) != 0)
			counts[__builtin_ctz(asb_json_type(&set->values[i]))]++;
	for (int t = 0; t < ASB_CAPACITY_TYPES; t++)
		c->bits[t] = Min(c->bits[t], asb_bits_count(counts[t]));
}

static double
count_strings(const AsbStringRules *r)
{
	/* code points without surrogates and NUL */
	double		characters = asb_bits_count(0x10FFFF - 0x800);
	bool		bounded = r->max_length != ASB_UNLIMITED;
	double		bits = bounded ?
		asb_bits_sequences(characters, r->min_length, r->max_length) : ASB_BITS_UNBOUNDED;

	if (r->pattern)
		bits = Min(bits, asb_regex_bits(r->pattern, r->min_length,
										bounded ? r->max_length : ASB_REGEX_ANY_LENGTH));
	if (r->format)
		bits = Min(bits, asb_format_bits(r->format,
										 bounded ? r->max_length : ASB_FORMAT_ANY_LENGTH));
	return bits;
}

/* ---- subschemas for the same value ---- */

static void
intersect_union(AsbCapacityWork *work, AsbCapacity *c, const AsbNodeList *list)
{
	AsbCapacity any = nothing;

	if (list->count == 0)
		return;
	for (int i = 0; i < list->count; i++)
		unite(&any, count_node(work, list->nodes[i]));
	intersect(c, &any);
}

/* What matches "if" and "then", or what matches "else". */
static void
intersect_condition(AsbCapacityWork *work, AsbCapacity *c, const AsbInPlaceRules *r)
{
	AsbCapacity any = *count_node(work, r->if_);

	if (r->then)
		intersect(&any, count_node(work, r->then));
	unite(&any, r->else_ ? count_node(work, r->else_) : &unlimited);
	intersect(c, &any);
}

static void
intersect_in_place(AsbCapacityWork *work, AsbCapacity *c, const AsbInPlaceRules *r)
{
	if (r->ref)
		intersect(c, count_node(work, r->ref));
	for (int i = 0; i < r->all_of.count; i++)
		intersect(c, count_node(work, r->all_of.nodes[i]));
	intersect_union(work, c, &r->any_of);
	intersect_union(work, c, &r->one_of);
	if (r->if_)
		intersect_condition(work, c, r);
}

/* ---- nodes ---- */

/* Nothing is computed for a type that is not accepted anyway. */
#define LIMIT_TYPE(c, type, rules, count) \
	do { \
		double	   *bits_ = &(c)->bits[__builtin_ctz(type)]; \
		if ((rules) != NULL && *bits_ != ASB_BITS_NONE) \
			*bits_ = Min(*bits_, (count)); \
	} while (0)

static AsbCapacity
count_rules(AsbCapacityWork *work, const AsbNode *node)
{
	AsbCapacity c = unlimited;

	if (node->is_false)
		return nothing;
	for (int t = 0; t < ASB_CAPACITY_TYPES; t++)
		if (!(node->types & (1 << t)))
			c.bits[t] = ASB_BITS_NONE;
	if (node->const_)
		intersect_values(&c, node->const_);
	if (node->enum_)
		intersect_values(&c, node->enum_);
	LIMIT_TYPE(&c, ASB_TYPE_INTEGER, node->number_rules, asb_capacity_integers(node->number_rules));
	LIMIT_TYPE(&c, ASB_TYPE_FRACTION, node->number_rules, asb_capacity_fractions(node->number_rules));
	LIMIT_TYPE(&c, ASB_TYPE_STRING, node->string_rules, count_strings(node->string_rules));
	LIMIT_TYPE(&c, ASB_TYPE_ARRAY, node->array_rules, asb_capacity_arrays(work, node->array_rules));
	LIMIT_TYPE(&c, ASB_TYPE_OBJECT, node->object_rules, asb_capacity_objects(work, node->object_rules));
	if (node->in_place)
		intersect_in_place(work, &c, node->in_place);
	return c;
}

static const AsbCapacity *
count_node(AsbCapacityWork *work, const AsbNode *node)
{
	Counted    *counted = &work->counted[node->number];

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (counted->state == UNSEEN)
	{
		counted->state = OPEN;
		counted->pointer = node->pointer;
		counted->capacity = unlimited;
		counted->capacity = count_rules(work, node);
		counted->state = COUNTED;
	}
	return &counted->capacity;
}

double
asb_capacity_total(AsbCapacityWork *work, const AsbNode *node)
{
	return total(count_node(work, node));
}

double
asb_capacity_strings(AsbCapacityWork *work, const AsbNode *node)
{
	return count_node(work, node)->bits[__builtin_ctz(ASB_TYPE_STRING)];
}

/* What no value or one value fits has nothing to say. */
static double
reported(const AsbCapacity *c, int max_bytes)
{
	return Max(0, Min(total(c), 8.0 * max_bytes));
}

double
asb_capacity_of_schema(const AsbSchema *schema, int max_bytes,
					   AsbCapacityRow **rows, int *nrows)
{
	AsbCapacityWork work;
	double		bits;

	work.counted = palloc_extended(sizeof(Counted) * schema->nnodes,
								   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	bits = reported(count_node(&work, schema->root), max_bytes);
	if (rows != NULL)
	{
		*rows = palloc(sizeof(AsbCapacityRow) * schema->nnodes);
		*nrows = 0;
		for (int i = 0; i < schema->nnodes; i++)
			if (work.counted[i].state == COUNTED)
				(*rows)[(*nrows)++] = (AsbCapacityRow) {
					work.counted[i].pointer,
					reported(&work.counted[i].capacity, max_bytes)
				};
	}
	pfree(work.counted);
	return bits;
}
