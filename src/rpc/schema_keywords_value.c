/*
 * schema_keywords_value.c
 *	  Keywords about values of any type, numbers and strings.
 */
#include "postgres.h"

#include "rpc/schema_keywords.h"

#include "common/merge_sort.h"
#include "miscadmin.h"

/* ---- any type ---- */

static uint8
type_bit(const AsbKeyword *k, const AsbJValue *name)
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
do_type(const AsbKeyword *k)
{
	AsbJCursor	cursor;
	AsbJValue	v;

	if (k->value->type != ASB_J_ARRAY)
	{
		k->node->types = type_bit(k, k->value);
		return;
	}
	asb_keyword_unique_strings(k->pointer, k->value);
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
do_const(const AsbKeyword *k)
{
	AsbValueSet *set = palloc(sizeof(AsbValueSet));

	set->values = palloc(sizeof(AsbJValue));
	set->values[0] = *k->value;
	set->count = 1;
	set->keyword = "const";
	k->node->const_ = set;
}

static int
compare_members(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return asb_j_compare(a, b);
}

static void
do_enum(const AsbKeyword *k)
{
	AsbValueSet *set = palloc(sizeof(AsbValueSet));
	AsbJCursor	cursor;
	AsbJValue  *unsorted;
	const void **sorted;

	asb_keyword_array(k);
	set->count = asb_j_count(k->value);
	set->values = palloc(sizeof(AsbJValue) * set->count + 1);
	set->keyword = "enum";
	cursor = asb_j_start(k->value);
	sorted = palloc(sizeof(void *) * 2 * set->count + 1);
	unsorted = palloc(sizeof(AsbJValue) * set->count + 1);
	for (int i = 0; i < set->count; i++)
	{
		asb_j_next(&cursor, &unsorted[i]);
		sorted[i] = &unsorted[i];
	}
	asb_merge_sort(sorted, sorted + set->count, set->count, compare_members);
	for (int i = 0; i < set->count; i++)
		set->values[i] = *(const AsbJValue *) sorted[i];
	pfree(unsorted);
	pfree(sorted);
	k->node->enum_ = set;
}

/* ---- numbers ---- */

static AsbNumberRules *
number_rules(AsbNode *node)
{
	if (node->number_rules == NULL)
		node->number_rules = palloc0(sizeof(AsbNumberRules));
	return node->number_rules;
}

static AsbBound *
bound(const AsbKeyword *k)
{
	AsbBound   *b = palloc(sizeof(AsbBound));

	asb_keyword_expect(k, ASB_J_NUMBER, "a number");
	asb_bound_init(b, k->value->number);
	return b;
}

static void
do_minimum(const AsbKeyword *k)
{
	number_rules(k->node)->minimum = bound(k);
}

static void
do_maximum(const AsbKeyword *k)
{
	number_rules(k->node)->maximum = bound(k);
}

static void
do_exclusive_minimum(const AsbKeyword *k)
{
	number_rules(k->node)->exclusive_minimum = bound(k);
}

static void
do_exclusive_maximum(const AsbKeyword *k)
{
	number_rules(k->node)->exclusive_maximum = bound(k);
}

static void
do_multiple_of(const AsbKeyword *k)
{
	AsbDivisor *divisor = palloc(sizeof(AsbDivisor));
	AsbDecimal	d;

	asb_keyword_expect(k, ASB_J_NUMBER, "a number greater than zero");
	asb_decimal_read(k->value->number, &d);
	if (d.negative || d.ndigits == 0)
		asb_schema_refuse(k->pointer, "\"multipleOf\" must be greater than zero");
	if (!asb_divisor_init(divisor, &d))
		asb_schema_refuse(k->pointer, "\"multipleOf\" has more than %d significant digits",
						  ASB_DIVISOR_MAX_DIGITS);
	number_rules(k->node)->multiple_of = divisor;
}

/* ---- strings ---- */

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

static void
do_min_length(const AsbKeyword *k)
{
	string_rules(k->node)->min_length = asb_keyword_count(k);
}

static void
do_max_length(const AsbKeyword *k)
{
	string_rules(k->node)->max_length = asb_keyword_count(k);
}

static void
do_pattern(const AsbKeyword *k)
{
	asb_keyword_string(k);
	string_rules(k->node)->pattern = asb_keyword_regex(k->pointer, k->value->string,
										   k->value->len);
}

static void
do_format(const AsbKeyword *k)
{
	AsbStringRules *rules = string_rules(k->node);

	asb_keyword_string(k);
	rules->format = asb_format_find(k->value->string, k->value->len);
	if (rules->format == NULL)
		asb_schema_refuse(k->pointer, "\"format\" \"%.*s\" is not supported",
						  k->value->len, k->value->string);
	rules->format_name = pnstrdup(k->value->string, k->value->len);
}

const AsbKeywordEntry asb_value_keywords[] = {
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
	{NULL}
};
