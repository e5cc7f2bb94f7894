/*
 * schema_containers.c
 *	  Validate arrays and objects.
 */
#include "postgres.h"

#include "rpc/schema_validate.h"

#include "common/merge_sort.h"
#include "miscadmin.h"

/* ---- arrays ---- */

static int
compare_items(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return asb_j_compare(a, b);
}

/* By sorting, so that a long array costs no more than n log n. */
static bool
items_are_unique(const AsbJValue *v)
{
	int			count = asb_j_count(v);
	AsbJValue  *items;
	const void **sorted;
	AsbJCursor	cursor = asb_j_start(v);
	bool		unique = true;

	if (count < 2)
		return true;
	items = palloc(sizeof(AsbJValue) * count);
	sorted = palloc(sizeof(void *) * 2 * count);
	for (int i = 0; i < count; i++)
	{
		asb_j_next(&cursor, &items[i]);
		sorted[i] = &items[i];
	}
	asb_merge_sort(sorted, sorted + count, count, compare_items);
	for (int i = 1; i < count && unique; i++)
		unique = asb_j_compare(sorted[i - 1], sorted[i]) != 0;
	pfree(sorted);
	pfree(items);
	return unique;
}

static bool
check_contains(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			   const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbArrayRules *r = node->array_rules;
	AsbJCursor	cursor = asb_j_start(v);
	int			count = asb_j_count(v);
	int			matches = 0;

	vn->speculative++;
	for (int i = 0; i < count && matches <= r->max_contains; i++)
	{
		AsbJValue	item;

		/* enough is known as soon as nobody needs to know the others */
		if (evaluated == NULL && r->max_contains == ASB_UNLIMITED &&
			matches >= r->min_contains)
			break;
		asb_j_next(&cursor, &item);
		if (asb_validate_node(vn, r->contains, &item, NULL, NULL))
		{
			matches++;
			asb_evaluated_mark(evaluated, i);
		}
	}
	vn->speculative--;
	if (matches > r->max_contains)
		return asb_fault(vn, node, "maxContains", place,
						 "more than %d items match \"contains\"", r->max_contains);
	if (matches < r->min_contains)
		return asb_fault(vn, node, r->min_contains == 1 ? "contains" : "minContains", place,
						 "%d items match \"contains\", fewer than %d",
						 matches, r->min_contains);
	return true;
}

/* prefixItems and items */
static bool
check_items(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbArrayRules *r = node->array_rules;
	AsbJCursor	cursor = asb_j_start(v);
	int			count = asb_j_count(v);

	if (r->items == NULL)
		count = Min(count, r->prefix.count);
	for (int i = 0; i < count; i++)
	{
		const AsbNode *child = i < r->prefix.count ? r->prefix.nodes[i] : r->items;
		AsbPlace	here = {place, NULL, i};
		AsbJValue	item;

		asb_j_next(&cursor, &item);
		if (!asb_validate_node(vn, child, &item, &here, NULL))
			return false;
		asb_evaluated_mark(evaluated, i);
	}
	return true;
}

static bool
check_unevaluated_items(AsbValidation *vn, const AsbNode *node,
						const AsbJValue *v, const AsbPlace *place,
						AsbEvaluated *evaluated)
{
	AsbJCursor	cursor = asb_j_start(v);

	for (int i = 0; i < evaluated->count; i++)
	{
		AsbPlace	here = {place, NULL, i};
		AsbJValue	item;

		asb_j_next(&cursor, &item);
		if (asb_evaluated_has(evaluated, i))
			continue;
		if (!asb_validate_node(vn, node->array_rules->unevaluated, &item, &here, NULL))
			return false;
		asb_evaluated_mark(evaluated, i);
	}
	return true;
}

bool
asb_check_array(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
				const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbArrayRules *r = node->array_rules;
	int			count = asb_j_count(v);

	if (count < r->min_items)
		return asb_fault(vn, node, "minItems", place,
						 "the array has %d items, fewer than %d", count, r->min_items);
	if (count > r->max_items)
		return asb_fault(vn, node, "maxItems", place,
						 "the array has %d items, more than %d", count, r->max_items);
	if ((r->items || r->prefix.count > 0) &&
		!check_items(vn, node, v, place, evaluated))
		return false;
	if (r->contains && !check_contains(vn, node, v, place, evaluated))
		return false;
	if (r->unique && !items_are_unique(v))
		return asb_fault(vn, node, "uniqueItems", place, "two items of the array are equal");
	return r->unevaluated == NULL ||
		check_unevaluated_items(vn, node, v, place, evaluated);
}

/* ---- objects ---- */

static bool
missing(AsbValidation *vn, const AsbNode *node, const char *keyword,
		const AsbPlace *place, const char *name, int len)
{
	return asb_fault(vn, node, keyword, place, "member \"%.*s\" is missing", len, name);
}

/* patternProperties of one member; sets *matched if there was one. */
static bool
check_patterns(AsbValidation *vn, const AsbNode *node, const AsbJValue *key,
			   const AsbJValue *value, const AsbPlace *here, bool *matched)
{
	const AsbObjectRules *r = node->object_rules;

	for (int i = 0; i < r->npatterns; i++)
	{
		if (!asb_regex_match(r->patterns[i].regex, key->string, key->len))
			continue;
		*matched = true;
		if (!asb_validate_node(vn, r->patterns[i].node, value, here, NULL))
			return false;
	}
	return true;
}

/*
 * properties, required, patternProperties, additionalProperties, propertyNames
 * in one walk along the object's keys and the schema's properties.
 */
static bool
check_members(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
			  const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbObjectRules *r = node->object_rules;
	const AsbProperty *p = r->properties;
	const AsbProperty *end = p + r->nproperties;
	AsbJCursor	keys = asb_j_start(v);
	AsbJCursor	values = asb_j_start_values(v);
	int			count = asb_j_count(v);

	for (int i = 0; i < count; i++)
	{
		AsbJValue	key,
					value;
		AsbPlace	here;
		bool		matched = false;

		asb_j_next_string(&keys, &key);
		asb_j_next(&values, &value);
		here = (AsbPlace) {place, key.string, key.len};
		for (; p < end; p++)
		{
			int			order = asb_j_key_compare(p->name, p->len, key.string, key.len);

			if (order > 0)
				break;
			if (order == 0)
			{
				matched = p->node != NULL;
				if (matched && !asb_validate_node(vn, p->node, &value, &here, NULL))
					return false;
				p++;
				break;
			}
			if (p->required)
				return missing(vn, node, "required", place, p->name, p->len);
		}
		if (r->npatterns > 0 &&
			!check_patterns(vn, node, &key, &value, &here, &matched))
			return false;
		if (!matched && r->additional)
		{
			if (r->additional->is_false)
				return asb_fault(vn, node, "additionalProperties", &here,
								 "no member of this name is allowed");
			if (!asb_validate_node(vn, r->additional, &value, &here, NULL))
				return false;
			matched = true;
		}
		if (r->names && !asb_validate_node(vn, r->names, &key, &here, NULL))
			return false;
		if (matched)
			asb_evaluated_mark(evaluated, i);
	}
	for (; p < end; p++)
		if (p->required)
			return missing(vn, node, "required", place, p->name, p->len);
	return true;
}

static bool
check_dependency(AsbValidation *vn, const AsbNode *node, const AsbDependency *d,
				 const AsbJValue *v, const AsbPlace *place,
				 AsbEvaluated *evaluated)
{
	AsbJValue	ignored;
	AsbJCursor	names;

	if (!asb_j_member(v, d->name, d->len, &ignored))
		return true;
	if (d->node != NULL)
		return asb_validate_node(vn, d->node, v, place, evaluated);
	names = asb_j_start(&d->required);
	for (int i = 0; i < asb_j_count(&d->required); i++)
	{
		AsbJValue	name;

		asb_j_next_string(&names, &name);
		if (!asb_j_member(v, name.string, name.len, &ignored))
			return missing(vn, node, "dependentRequired", place, name.string, name.len);
	}
	return true;
}

static bool
check_unevaluated_members(AsbValidation *vn, const AsbNode *node,
						  const AsbJValue *v, const AsbPlace *place,
						  AsbEvaluated *evaluated)
{
	const AsbNode *unevaluated = node->object_rules->unevaluated;
	AsbJCursor	keys = asb_j_start(v);
	AsbJCursor	values = asb_j_start_values(v);

	for (int i = 0; i < evaluated->count; i++)
	{
		AsbJValue	key,
					value;
		AsbPlace	here;

		asb_j_next_string(&keys, &key);
		asb_j_next(&values, &value);
		if (asb_evaluated_has(evaluated, i))
			continue;
		here = (AsbPlace) {place, key.string, key.len};
		if (unevaluated->is_false)
			return asb_fault(vn, node, "unevaluatedProperties", &here,
							 "no member of this name is allowed");
		if (!asb_validate_node(vn, unevaluated, &value, &here, NULL))
			return false;
		asb_evaluated_mark(evaluated, i);
	}
	return true;
}

bool
asb_check_object(AsbValidation *vn, const AsbNode *node, const AsbJValue *v,
				 const AsbPlace *place, AsbEvaluated *evaluated)
{
	const AsbObjectRules *r = node->object_rules;
	int			count = asb_j_count(v);

	if (count < r->min_properties)
		return asb_fault(vn, node, "minProperties", place,
						 "the object has %d members, fewer than %d",
						 count, r->min_properties);
	if (count > r->max_properties)
		return asb_fault(vn, node, "maxProperties", place,
						 "the object has %d members, more than %d",
						 count, r->max_properties);
	if (!check_members(vn, node, v, place, evaluated))
		return false;
	for (int i = 0; i < r->ndependencies; i++)
		if (!check_dependency(vn, node, &r->dependencies[i], v, place, evaluated))
			return false;
	return r->unevaluated == NULL ||
		check_unevaluated_members(vn, node, v, place, evaluated);
}
