/*
 * schema_keywords_container.c
 *	  Keywords about arrays and objects.
 */
#include "postgres.h"

#include "rpc/schema_keywords.h"

/* ---- arrays ---- */

static AsbArrayRules *
array_rules(AsbNode *node)
{
	if (node->array_rules == NULL)
	{
		node->array_rules = palloc0(sizeof(AsbArrayRules));
		node->array_rules->max_items = ASB_UNLIMITED;
		node->array_rules->min_contains = 1;
		node->array_rules->max_contains = ASB_UNLIMITED;
	}
	return node->array_rules;
}

static void
do_min_items(const AsbKeyword *k)
{
	array_rules(k->node)->min_items = asb_keyword_count(k);
}

static void
do_max_items(const AsbKeyword *k)
{
	array_rules(k->node)->max_items = asb_keyword_count(k);
}

static void
do_unique_items(const AsbKeyword *k)
{
	asb_keyword_bool(k);
	array_rules(k->node)->unique = k->value->len != 0;
}

static void
do_prefix_items(const AsbKeyword *k)
{
	array_rules(k->node)->prefix = asb_keyword_schemas(k);
}

static void
do_items(const AsbKeyword *k)
{
	array_rules(k->node)->items = asb_keyword_schema(k);
}

static void
do_contains(const AsbKeyword *k)
{
	array_rules(k->node)->contains = asb_keyword_schema(k);
}

static void
do_min_contains(const AsbKeyword *k)
{
	array_rules(k->node)->min_contains = asb_keyword_count(k);
}

static void
do_max_contains(const AsbKeyword *k)
{
	array_rules(k->node)->max_contains = asb_keyword_count(k);
}

static void
do_unevaluated_items(const AsbKeyword *k)
{
	array_rules(k->node)->unevaluated = asb_keyword_schema(k);
}

/* ---- objects ---- */

static AsbObjectRules *
object_rules(AsbNode *node)
{
	if (node->object_rules == NULL)
	{
		node->object_rules = palloc0(sizeof(AsbObjectRules));
		node->object_rules->max_properties = ASB_UNLIMITED;
	}
	return node->object_rules;
}

static void
do_min_properties(const AsbKeyword *k)
{
	object_rules(k->node)->min_properties = asb_keyword_count(k);
}

static void
do_max_properties(const AsbKeyword *k)
{
	object_rules(k->node)->max_properties = asb_keyword_count(k);
}

/*
 * "properties" and "required" share one table; asb_schema_finish_node() joins
 * entries of the same name.
 */
static void
add_property(AsbNode *node, const AsbJValue *name, bool required, AsbNode *child)
{
	AsbObjectRules *rules = object_rules(node);
	Size		size = sizeof(AsbProperty) * (rules->nproperties + 1);

	rules->properties = rules->properties ? repalloc(rules->properties, size) : palloc(size);
	rules->properties[rules->nproperties++] = (AsbProperty) {name->string, name->len, required, child};
}

static void
property(const AsbKeyword *k, const AsbJValue *key, const char *pointer,
		 const AsbJValue *v, int index)
{
	add_property(k->node, key, false, asb_schema_node(k->compiler, pointer, v));
}

static void
do_properties(const AsbKeyword *k)
{
	asb_keyword_members(k, property);
}

static void
do_required(const AsbKeyword *k)
{
	AsbJCursor	cursor;
	AsbJValue	v;

	asb_keyword_unique_strings(k->pointer, k->value);
	cursor = asb_j_start(k->value);
	for (int i = 0; i < asb_j_count(k->value); i++)
	{
		asb_j_next_string(&cursor, &v);
		add_property(k->node, &v, true, NULL);
	}
}

static void
pattern_property(const AsbKeyword *k, const AsbJValue *key, const char *pointer,
				 const AsbJValue *v, int index)
{
	AsbPatternProperty *p = &k->node->object_rules->patterns[index];

	p->regex = asb_keyword_regex(pointer, key->string, key->len);
	p->node = asb_schema_node(k->compiler, pointer, v);
}

static void
do_pattern_properties(const AsbKeyword *k)
{
	AsbObjectRules *rules = object_rules(k->node);

	asb_keyword_expect(k, ASB_J_OBJECT, "an object");
	rules->npatterns = asb_j_count(k->value);
	rules->patterns = palloc0(sizeof(AsbPatternProperty) * rules->npatterns + 1);
	asb_keyword_members(k, pattern_property);
}

static void
do_additional_properties(const AsbKeyword *k)
{
	object_rules(k->node)->additional = asb_keyword_schema(k);
}

static void
do_property_names(const AsbKeyword *k)
{
	object_rules(k->node)->names = asb_keyword_schema(k);
}

static AsbDependency *
add_dependency(AsbNode *node, const AsbJValue *key)
{
	AsbObjectRules *rules = object_rules(node);
	int			n = rules->ndependencies++;

	if (n == 0)
		rules->dependencies = palloc(sizeof(AsbDependency));
	else
		rules->dependencies = repalloc(rules->dependencies,
									   sizeof(AsbDependency) * (n + 1));
	rules->dependencies[n] = (AsbDependency) {.name = key->string, .len = key->len};
	return &rules->dependencies[n];
}

static void
dependent_required(const AsbKeyword *k, const AsbJValue *key, const char *pointer,
				   const AsbJValue *v, int index)
{
	asb_keyword_unique_strings(pointer, v);
	add_dependency(k->node, key)->required = *v;
}

static void
do_dependent_required(const AsbKeyword *k)
{
	asb_keyword_members(k, dependent_required);
}

static void
dependent_schema(const AsbKeyword *k, const AsbJValue *key, const char *pointer,
				 const AsbJValue *v, int index)
{
	AsbNode    *child = asb_schema_node(k->compiler, pointer, v);

	add_dependency(k->node, key)->node = child;
}

static void
do_dependent_schemas(const AsbKeyword *k)
{
	asb_keyword_members(k, dependent_schema);
}

static void
do_unevaluated_properties(const AsbKeyword *k)
{
	object_rules(k->node)->unevaluated = asb_keyword_schema(k);
}

const AsbKeywordEntry asb_container_keywords[] = {
	{"minItems", do_min_items},
	{"maxItems", do_max_items},
	{"uniqueItems", do_unique_items},
	{"prefixItems", do_prefix_items},
	{"items", do_items},
	{"contains", do_contains},
	{"minContains", do_min_contains},
	{"maxContains", do_max_contains},
	{"unevaluatedItems", do_unevaluated_items},
	{"minProperties", do_min_properties},
	{"maxProperties", do_max_properties},
	{"properties", do_properties},
	{"required", do_required},
	{"patternProperties", do_pattern_properties},
	{"additionalProperties", do_additional_properties},
	{"propertyNames", do_property_names},
	{"dependentRequired", do_dependent_required},
	{"dependentSchemas", do_dependent_schemas},
	{"unevaluatedProperties", do_unevaluated_properties},
	{NULL}
};

static int
compare_properties(const void *a, const void *b)
{
	const AsbProperty *x = a;
	const AsbProperty *y = b;

	return asb_j_key_compare(x->name, x->len, y->name, y->len);
}

/* Sort the properties as jsonb sorts keys and join those of the same name. */
static void
join_properties(AsbObjectRules *rules)
{
	AsbProperty *p = rules->properties;
	int			n = 0;

	qsort(p, rules->nproperties, sizeof(AsbProperty), compare_properties);
	for (int i = 0; i < rules->nproperties; i++)
	{
		if (n > 0 && compare_properties(&p[n - 1], &p[i]) == 0)
		{
			p[n - 1].required |= p[i].required;
			if (p[i].node != NULL)
				p[n - 1].node = p[i].node;
		}
		else
			p[n++] = p[i];
	}
	rules->nproperties = n;
}

void
asb_schema_finish_node(AsbNode *node)
{
	if (node->object_rules != NULL && node->object_rules->nproperties > 0)
		join_properties(node->object_rules);
	node->is_true = node->types == ASB_TYPE_ANY && node->enum_ == NULL &&
		node->const_ == NULL && node->number_rules == NULL &&
		node->string_rules == NULL && node->array_rules == NULL &&
		node->object_rules == NULL && node->in_place == NULL;
}
