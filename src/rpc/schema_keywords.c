/*
 * schema_keywords.c
 *	  The keywords of JSON Schema 2020-12: one table, one small function each.
 *
 * A keyword that is not in the table is refused.
 */
#include "postgres.h"

#include "rpc/schema_node.h"

#include <stdlib.h>

#include "miscadmin.h"

#define SCHEMA_2020_12 "https://json-schema.org/draft/2020-12/schema"

/* What a keyword's function gets. */
typedef struct Keyword
{
	AsbCompiler *compiler;
	AsbNode    *node;			/* the schema it stands in */
	const char *pointer;		/* its own JSON pointer */
	const char *name;
	const AsbJValue *value;
} Keyword;

/* The rules of a kind, made when the first keyword of that kind is met. */

static AsbNumberRules *
number_rules(AsbNode *node)
{
	if (node->number_rules == NULL)
		node->number_rules = palloc0(sizeof(AsbNumberRules));
	return node->number_rules;
}

static AsbStringRules *
string_rules(AsbNode *node)
{
	if (node->string_rules == NULL)
	{
		node->string_rules = palloc0(sizeof(AsbStringRules));
		node->string_rules->max_length = ASB_UNLIMITED;
	}
	return node->string_rules;
}

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

static AsbInPlaceRules *
in_place_rules(AsbNode *node)
{
	if (node->in_place == NULL)
		node->in_place = palloc0(sizeof(AsbInPlaceRules));
	return node->in_place;
}

/* ---- values of keywords ---- */

static void
expect(const Keyword *k, AsbJType type, const char *what)
{
	if (k->value->type != type)
		asb_schema_refuse(k->pointer, "\"%s\" must be %s", k->name, what);
}

static void
expect_string(const Keyword *k)
{
	expect(k, ASB_J_STRING, "a string");
}

static void
expect_bool(const Keyword *k)
{
	expect(k, ASB_J_BOOL, "a boolean");
}

static void
expect_array(const Keyword *k)
{
	expect(k, ASB_J_ARRAY, "an array");
}

static void
accept_any(const Keyword *k)
{
}

/* A length or count; what exceeds any possible instance is no limit. */
static int
count_value(const Keyword *k)
{
	AsbDecimal	d;
	int64		small;

	expect(k, ASB_J_NUMBER, "a non-negative integer");
	asb_decimal_read(k->value->number, &d);
	if (d.negative || !asb_decimal_is_integer(&d))
		asb_schema_refuse(k->pointer, "\"%s\" must be a non-negative integer",
						  k->name);
	if (!asb_decimal_small(&d, &small) || small > ASB_UNLIMITED)
		return ASB_UNLIMITED;
	return small;
}

static AsbNode *
schema_value(const Keyword *k)
{
	return asb_schema_node(k->compiler, k->pointer, k->value);
}

static AsbNodeList
schema_array(const Keyword *k)
{
	AsbNodeList list;
	AsbJCursor	cursor;

	if (k->value->type != ASB_J_ARRAY || asb_j_count(k->value) == 0)
		asb_schema_refuse(k->pointer, "\"%s\" must be a non-empty array of schemas",
						  k->name);
	list.count = asb_j_count(k->value);
	list.nodes = palloc(sizeof(AsbNode *) * list.count);
	cursor = asb_j_start(k->value);
	for (int i = 0; i < list.count; i++)
	{
		AsbJValue	v;
		char		index[12];
		int			len = snprintf(index, sizeof(index), "%d", i);

		asb_j_next(&cursor, &v);
		list.nodes[i] = asb_schema_node(k->compiler,
										asb_pointer_append(k->pointer, index, len),
										&v);
	}
	return list;
}

/* Members of an object, one call each with its key and JSON pointer. */
typedef void (*MemberFunction) (const Keyword *k, const AsbJValue *key,
								const char *pointer, const AsbJValue *v,
								int index);

static void
each_member(const Keyword *k, MemberFunction function)
{
	AsbJCursor	keys,
				values;

	expect(k, ASB_J_OBJECT, "an object");
	keys = asb_j_start(k->value);
	values = asb_j_start_values(k->value);
	for (int i = 0; i < asb_j_count(k->value); i++)
	{
		AsbJValue	key,
					v;

		asb_j_next_string(&keys, &key);
		asb_j_next(&values, &v);
		function(k, &key, asb_pointer_append(k->pointer, key.string, key.len),
				 &v, i);
	}
}

static void
expect_unique_strings(const char *pointer, const AsbJValue *array)
{
	AsbJCursor	cursor;
	AsbJValue  *names;

	if (array->type != ASB_J_ARRAY)
		asb_schema_refuse(pointer, "an array of strings is needed here");
	names = palloc(sizeof(AsbJValue) * asb_j_count(array) + 1);
	cursor = asb_j_start(array);
	for (int i = 0; i < asb_j_count(array); i++)
	{
		asb_j_next(&cursor, &names[i]);
		if (names[i].type != ASB_J_STRING)
			asb_schema_refuse(pointer, "an array of strings is needed here");
		for (int j = 0; j < i; j++)
			if (asb_j_compare(&names[i], &names[j]) == 0)
				asb_schema_refuse(pointer, "the name \"%.*s\" is there twice",
								  names[i].len, names[i].string);
	}
	pfree(names);
}

/* ---- identifiers and references ---- */

static void
do_schema(const Keyword *k)
{
	expect_string(k);
	if (k->node->number != 0)
		asb_schema_refuse(k->pointer, "\"$schema\" is only supported at the root");
	if (k->value->len != strlen(SCHEMA_2020_12) ||
		memcmp(k->value->string, SCHEMA_2020_12, k->value->len) != 0)
		asb_schema_refuse(k->pointer, "\"$schema\" must be \"%s\"", SCHEMA_2020_12);
}

static void
do_id(const Keyword *k)
{
	expect_string(k);
	if (k->node->number != 0)
		asb_schema_refuse(k->pointer, "\"$id\" is only supported at the root");
	if (memchr(k->value->string, '#', k->value->len) != NULL)
		asb_schema_refuse(k->pointer, "\"$id\" must not have a fragment");
	k->compiler->base = k->value->string;
	k->compiler->base_len = k->value->len;
}

/* 2020-12 core 8.2.2: ^[A-Za-z_][-A-Za-z0-9._]*$ */
static void
do_anchor(const Keyword *k)
{
	AsbAnchor  *anchor;
	static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	char	   *name;

	expect_string(k);
	name = pnstrdup(k->value->string, k->value->len);
	if (name[0] == '\0' || strchr(letters, name[0]) == NULL ||
		name[strspn(name, "-.0123456789"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")] != '\0')
		asb_schema_refuse(k->pointer, "\"$anchor\" is not a valid name");
	anchor = palloc(sizeof(AsbAnchor));
	*anchor = (AsbAnchor) {name, k->value->len, k->node};
	k->compiler->anchors = lappend(k->compiler->anchors, anchor);
}

static void
do_ref(const Keyword *k)
{
	AsbReference *reference = palloc(sizeof(AsbReference));

	expect_string(k);
	*reference = (AsbReference) {k->node, k->value->string, k->value->len};
	k->compiler->references = lappend(k->compiler->references, reference);
	in_place_rules(k->node);
}

static void
definition(const Keyword *k, const AsbJValue *key, const char *pointer,
		   const AsbJValue *v, int index)
{
	asb_schema_node(k->compiler, pointer, v);
}

static void
do_defs(const Keyword *k)
{
	each_member(k, definition);
}

/* ---- any type ---- */

static uint8
type_bit(const Keyword *k, const AsbJValue *name)
{
	static const struct
	{
		const char *name;
		uint8		bit;
	}			types[] = {
		{"null", ASB_TYPE_NULL},
		{"boolean", ASB_TYPE_BOOL},
		{"integer", ASB_TYPE_INTEGER},
		{"number", ASB_TYPE_NUMBER},
		{"string", ASB_TYPE_STRING},
		{"array", ASB_TYPE_ARRAY},
		{"object", ASB_TYPE_OBJECT},
	};

	if (name->type == ASB_J_STRING)
		for (int i = 0; i < lengthof(types); i++)
			if (name->len == strlen(types[i].name) &&
				memcmp(name->string, types[i].name, name->len) == 0)
				return types[i].bit;
	asb_schema_refuse(k->pointer, "\"type\" must be one of null, boolean, integer, number, string, array, object, or an array of these");
}

static void
do_type(const Keyword *k)
{
	AsbJCursor	cursor;
	AsbJValue	v;

	if (k->value->type != ASB_J_ARRAY)
	{
		k->node->types = type_bit(k, k->value);
		return;
	}
	expect_unique_strings(k->pointer, k->value);
	if (asb_j_count(k->value) == 0)
		asb_schema_refuse(k->pointer, "\"type\" must not be empty");
	k->node->types = 0;
	cursor = asb_j_start(k->value);
	for (int i = 0; i < asb_j_count(k->value); i++)
	{
		asb_j_next(&cursor, &v);
		k->node->types |= type_bit(k, &v);
	}
}

static void
do_const(const Keyword *k)
{
	AsbValueSet *set = palloc(sizeof(AsbValueSet));

	set->values = palloc(sizeof(AsbJValue));
	set->values[0] = *k->value;
	set->count = 1;
	set->keyword = "const";
	k->node->const_ = set;
}

static void
do_enum(const Keyword *k)
{
	AsbValueSet *set = palloc(sizeof(AsbValueSet));
	AsbJCursor	cursor;

	expect_array(k);
	set->count = asb_j_count(k->value);
	set->values = palloc(sizeof(AsbJValue) * set->count + 1);
	set->keyword = "enum";
	cursor = asb_j_start(k->value);
	for (int i = 0; i < set->count; i++)
		asb_j_next(&cursor, &set->values[i]);
	k->node->enum_ = set;
}

/* ---- numbers ---- */

static AsbBound *
bound(const Keyword *k)
{
	AsbBound   *b = palloc(sizeof(AsbBound));

	expect(k, ASB_J_NUMBER, "a number");
	asb_bound_init(b, k->value->number);
	return b;
}

static void
do_minimum(const Keyword *k)
{
	number_rules(k->node)->minimum = bound(k);
}

static void
do_maximum(const Keyword *k)
{
	number_rules(k->node)->maximum = bound(k);
}

static void
do_exclusive_minimum(const Keyword *k)
{
	number_rules(k->node)->exclusive_minimum = bound(k);
}

static void
do_exclusive_maximum(const Keyword *k)
{
	number_rules(k->node)->exclusive_maximum = bound(k);
}

static void
do_multiple_of(const Keyword *k)
{
	AsbDivisor *divisor = palloc(sizeof(AsbDivisor));
	AsbDecimal	d;

	expect(k, ASB_J_NUMBER, "a number greater than zero");
	asb_decimal_read(k->value->number, &d);
	if (d.negative || d.ndigits == 0)
		asb_schema_refuse(k->pointer, "\"multipleOf\" must be greater than zero");
	if (!asb_divisor_init(divisor, &d))
		asb_schema_refuse(k->pointer, "\"multipleOf\" has more than %d significant digits",
						  ASB_DIVISOR_MAX_DIGITS);
	number_rules(k->node)->multiple_of = divisor;
}

/* ---- strings ---- */

static void
do_min_length(const Keyword *k)
{
	string_rules(k->node)->min_length = count_value(k);
}

static void
do_max_length(const Keyword *k)
{
	string_rules(k->node)->max_length = count_value(k);
}

/* Compile a pattern into the current memory context. */
static AsbRegex *
regex(const char *pointer, const char *pattern, int len)
{
	const char *why;
	AsbRegex   *compiled = asb_regex_compile(pattern, len, &why);
	AsbRegex   *re;

	if (compiled == NULL)
		asb_schema_refuse(pointer, "the regular expression \"%.*s\" is not supported: %s",
						  len, pattern, why);
	re = MemoryContextAllocExtended(CurrentMemoryContext, compiled->size,
									MCXT_ALLOC_NO_OOM);
	if (re != NULL)
		memcpy(re, compiled, compiled->size);
	free(compiled);
	if (re == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return re;
}

static void
do_pattern(const Keyword *k)
{
	expect_string(k);
	string_rules(k->node)->pattern = regex(k->pointer, k->value->string,
										   k->value->len);
}

static void
do_format(const Keyword *k)
{
	AsbStringRules *rules = string_rules(k->node);

	expect_string(k);
	rules->format = asb_format_find(k->value->string, k->value->len);
	if (rules->format == NULL)
		asb_schema_refuse(k->pointer, "\"format\" \"%.*s\" is not supported",
						  k->value->len, k->value->string);
	rules->format_name = pnstrdup(k->value->string, k->value->len);
}

/* ---- arrays ---- */

static void
do_min_items(const Keyword *k)
{
	array_rules(k->node)->min_items = count_value(k);
}

static void
do_max_items(const Keyword *k)
{
	array_rules(k->node)->max_items = count_value(k);
}

static void
do_unique_items(const Keyword *k)
{
	expect_bool(k);
	array_rules(k->node)->unique = k->value->len != 0;
}

static void
do_prefix_items(const Keyword *k)
{
	array_rules(k->node)->prefix = schema_array(k);
}

static void
do_items(const Keyword *k)
{
	array_rules(k->node)->items = schema_value(k);
}

static void
do_contains(const Keyword *k)
{
	array_rules(k->node)->contains = schema_value(k);
}

static void
do_min_contains(const Keyword *k)
{
	array_rules(k->node)->min_contains = count_value(k);
}

static void
do_max_contains(const Keyword *k)
{
	array_rules(k->node)->max_contains = count_value(k);
}

static void
do_unevaluated_items(const Keyword *k)
{
	array_rules(k->node)->unevaluated = schema_value(k);
}

/* ---- objects ---- */

static void
do_min_properties(const Keyword *k)
{
	object_rules(k->node)->min_properties = count_value(k);
}

static void
do_max_properties(const Keyword *k)
{
	object_rules(k->node)->max_properties = count_value(k);
}

/*
 * "properties" and "required" share one table; asb_schema_finish_node() joins
 * entries of the same name.
 */
static AsbProperty *
add_properties(AsbNode *node, int more)
{
	AsbObjectRules *rules = object_rules(node);
	int			n = rules->nproperties;

	if (rules->properties == NULL)
		rules->properties = palloc0(sizeof(AsbProperty) * more + 1);
	else
		rules->properties = repalloc(rules->properties,
									 sizeof(AsbProperty) * (n + more) + 1);
	rules->nproperties += more;
	return memset(rules->properties + n, 0, sizeof(AsbProperty) * more);
}

static void
property(const Keyword *k, const AsbJValue *key, const char *pointer,
		 const AsbJValue *v, int index)
{
	AsbNode    *child = asb_schema_node(k->compiler, pointer, v);
	AsbProperty *p = add_properties(k->node, 1);

	*p = (AsbProperty) {key->string, key->len, false, child};
}

static void
do_properties(const Keyword *k)
{
	each_member(k, property);
}

static void
do_required(const Keyword *k)
{
	AsbJCursor	cursor;
	AsbJValue	v;

	expect_unique_strings(k->pointer, k->value);
	cursor = asb_j_start(k->value);
	for (int i = 0; i < asb_j_count(k->value); i++)
	{
		asb_j_next_string(&cursor, &v);
		*add_properties(k->node, 1) = (AsbProperty) {v.string, v.len, true, NULL};
	}
}

static void
pattern_property(const Keyword *k, const AsbJValue *key, const char *pointer,
				 const AsbJValue *v, int index)
{
	AsbPatternProperty *p = &k->node->object_rules->patterns[index];

	p->pattern = key->string;
	p->len = key->len;
	p->regex = regex(pointer, key->string, key->len);
	p->node = asb_schema_node(k->compiler, pointer, v);
}

static void
do_pattern_properties(const Keyword *k)
{
	AsbObjectRules *rules = object_rules(k->node);

	expect(k, ASB_J_OBJECT, "an object");
	rules->npatterns = asb_j_count(k->value);
	rules->patterns = palloc0(sizeof(AsbPatternProperty) * rules->npatterns + 1);
	each_member(k, pattern_property);
}

static void
do_additional_properties(const Keyword *k)
{
	object_rules(k->node)->additional = schema_value(k);
}

static void
do_property_names(const Keyword *k)
{
	object_rules(k->node)->names = schema_value(k);
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
dependent_required(const Keyword *k, const AsbJValue *key, const char *pointer,
				   const AsbJValue *v, int index)
{
	expect_unique_strings(pointer, v);
	add_dependency(k->node, key)->required = *v;
}

static void
do_dependent_required(const Keyword *k)
{
	each_member(k, dependent_required);
}

static void
dependent_schema(const Keyword *k, const AsbJValue *key, const char *pointer,
				 const AsbJValue *v, int index)
{
	AsbNode    *child = asb_schema_node(k->compiler, pointer, v);

	add_dependency(k->node, key)->node = child;
}

static void
do_dependent_schemas(const Keyword *k)
{
	each_member(k, dependent_schema);
}

static void
do_unevaluated_properties(const Keyword *k)
{
	object_rules(k->node)->unevaluated = schema_value(k);
}

/* ---- applicators ---- */

static void
do_all_of(const Keyword *k)
{
	in_place_rules(k->node)->all_of = schema_array(k);
}

static void
do_any_of(const Keyword *k)
{
	in_place_rules(k->node)->any_of = schema_array(k);
}

static void
do_one_of(const Keyword *k)
{
	in_place_rules(k->node)->one_of = schema_array(k);
}

static void
do_not(const Keyword *k)
{
	in_place_rules(k->node)->not = schema_value(k);
}

static void
do_if(const Keyword *k)
{
	in_place_rules(k->node)->if_ = schema_value(k);
}

static void
do_then(const Keyword *k)
{
	in_place_rules(k->node)->then = schema_value(k);
}

static void
do_else(const Keyword *k)
{
	in_place_rules(k->node)->else_ = schema_value(k);
}

/* contentSchema describes decoded content; checked to be a schema, not used */
static void
do_content_schema(const Keyword *k)
{
	schema_value(k);
}

void
asb_schema_keyword(AsbCompiler *c, AsbNode *node, const char *name, int len,
				   const AsbJValue *v)
{
	static const struct
	{
		const char *name;
		void		(*function) (const Keyword *k);
	}			keywords[] = {
		{"$schema", do_schema},
		{"$id", do_id},
		{"$anchor", do_anchor},
		{"$ref", do_ref},
		{"$defs", do_defs},
		{"$comment", expect_string},
		{"title", expect_string},
		{"description", expect_string},
		{"default", accept_any},
		{"examples", expect_array},
		{"deprecated", expect_bool},
		{"readOnly", expect_bool},
		{"writeOnly", expect_bool},
		{"contentEncoding", expect_string},
		{"contentMediaType", expect_string},
		{"contentSchema", do_content_schema},
		{"type", do_type},
		{"const", do_const},
		{"enum", do_enum},
		{"minimum", do_minimum},
		{"maximum", do_maximum},
		{"exclusiveMinimum", do_exclusive_minimum},
		{"exclusiveMaximum", do_exclusive_maximum},
		{"multipleOf", do_multiple_of},
		{"minLength", do_min_length},
		{"maxLength", do_max_length},
		{"pattern", do_pattern},
		{"format", do_format},
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
		{"allOf", do_all_of},
		{"anyOf", do_any_of},
		{"oneOf", do_one_of},
		{"not", do_not},
		{"if", do_if},
		{"then", do_then},
		{"else", do_else},
	};
	Keyword		k = {.compiler = c, .node = node, .value = v,
	.pointer = asb_pointer_append(node->pointer, name, len)};

	for (int i = 0; i < lengthof(keywords); i++)
		if (strlen(keywords[i].name) == len &&
			memcmp(keywords[i].name, name, len) == 0)
		{
			k.name = keywords[i].name;
			keywords[i].function(&k);
			return;
		}
	asb_schema_refuse(k.pointer, "keyword \"%.*s\" is not supported", len, name);
}

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
