/*
 * schema_keywords.c
 *	  The keywords of JSON Schema 2020-12: identifiers, references, annotations,
 *	  applicators, and what the other keyword files share.
 *
 * There is one small function for each keyword and three tables of them; a
 * keyword that is in none is refused.
 */
#include "postgres.h"

#include "rpc/schema_keywords.h"

#include <stdlib.h>

#include "miscadmin.h"

#define SCHEMA_2020_12 "https://json-schema.org/draft/2020-12/schema"

/* ---- values of keywords ---- */

void
asb_keyword_expect(const AsbKeyword *k, AsbJType type, const char *what)
{
	if (k->value->type != type)
		asb_schema_refuse(k->pointer, "\"%s\" must be %s", k->name, what);
}

void
asb_keyword_string(const AsbKeyword *k)
{
	asb_keyword_expect(k, ASB_J_STRING, "a string");
}

void
asb_keyword_bool(const AsbKeyword *k)
{
	asb_keyword_expect(k, ASB_J_BOOL, "a boolean");
}

void
asb_keyword_array(const AsbKeyword *k)
{
	asb_keyword_expect(k, ASB_J_ARRAY, "an array");
}

static void
accept_any(const AsbKeyword *k)
{
}

int
asb_keyword_count(const AsbKeyword *k)
{
	AsbDecimal	d;
	int64		small;

	asb_keyword_expect(k, ASB_J_NUMBER, "a non-negative integer");
	asb_decimal_read(k->value->number, &d);
	if (d.negative || !asb_decimal_is_integer(&d))
		asb_schema_refuse(k->pointer, "\"%s\" must be a non-negative integer",
						  k->name);
	if (!asb_decimal_small(&d, &small) || small > ASB_UNLIMITED)
		return ASB_UNLIMITED;
	return small;
}

AsbNode *
asb_keyword_schema(const AsbKeyword *k)
{
	return asb_schema_node(k->compiler, k->pointer, k->value);
}

AsbNodeList
asb_keyword_schemas(const AsbKeyword *k)
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

void
asb_keyword_members(const AsbKeyword *k, AsbMemberFunction function)
{
	AsbJCursor	keys,
				values;

	asb_keyword_expect(k, ASB_J_OBJECT, "an object");
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

void
asb_keyword_unique_strings(const char *pointer, const AsbJValue *array)
{
	AsbJCursor	cursor;
	AsbJValue  *names;

	if (array->type != ASB_J_ARRAY)
		asb_schema_refuse(pointer, "an array of strings is needed here");
	names = palloc(sizeof(AsbJValue) * asb_j_count(array) + 1);
	cursor = asb_j_start(array);
	for (int i = 0; i < asb_j_count(array); i++)
	{
		CHECK_FOR_INTERRUPTS();
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

AsbRegex *
asb_keyword_regex(const char *pointer, const char *pattern, int len)
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

static AsbInPlaceRules *
in_place_rules(AsbNode *node)
{
	if (node->in_place == NULL)
		node->in_place = palloc0(sizeof(AsbInPlaceRules));
	return node->in_place;
}

/* ---- identifiers and references ---- */

static void
do_schema(const AsbKeyword *k)
{
	asb_keyword_string(k);
	if (k->node->number != 0)
		asb_schema_refuse(k->pointer, "\"$schema\" is only supported at the root");
	if (k->value->len != strlen(SCHEMA_2020_12) ||
		memcmp(k->value->string, SCHEMA_2020_12, k->value->len) != 0)
		asb_schema_refuse(k->pointer, "\"$schema\" must be \"%s\"", SCHEMA_2020_12);
}

static void
do_id(const AsbKeyword *k)
{
	asb_keyword_string(k);
	if (k->node->number != 0)
		asb_schema_refuse(k->pointer, "\"$id\" is only supported at the root");
	if (memchr(k->value->string, '#', k->value->len) != NULL)
		asb_schema_refuse(k->pointer, "\"$id\" must not have a fragment");
	k->compiler->base = k->value->string;
	k->compiler->base_len = k->value->len;
}

/* 2020-12 core 8.2.2: ^[A-Za-z_][-A-Za-z0-9._]*$ */
static void
do_anchor(const AsbKeyword *k)
{
	AsbAnchor  *anchor;
	static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	char	   *name;

	asb_keyword_string(k);
	name = pnstrdup(k->value->string, k->value->len);
	if (name[0] == '\0' || strchr(letters, name[0]) == NULL ||
		name[strspn(name, "-.0123456789"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")] != '\0')
		asb_schema_refuse(k->pointer, "\"$anchor\" is not a valid name");
	anchor = palloc(sizeof(AsbAnchor));
	*anchor = (AsbAnchor) {name, k->node};
	k->compiler->anchors = lappend(k->compiler->anchors, anchor);
}

static void
do_ref(const AsbKeyword *k)
{
	AsbReference *reference = palloc(sizeof(AsbReference));

	asb_keyword_string(k);
	*reference = (AsbReference) {k->node, k->value->string, k->value->len};
	k->compiler->references = lappend(k->compiler->references, reference);
	in_place_rules(k->node);
}

static void
definition(const AsbKeyword *k, const AsbJValue *key, const char *pointer,
		   const AsbJValue *v, int index)
{
	asb_schema_node(k->compiler, pointer, v);
}

static void
do_defs(const AsbKeyword *k)
{
	asb_keyword_members(k, definition);
}

/* ---- applicators ---- */

static void
do_all_of(const AsbKeyword *k)
{
	in_place_rules(k->node)->all_of = asb_keyword_schemas(k);
}

static void
do_any_of(const AsbKeyword *k)
{
	in_place_rules(k->node)->any_of = asb_keyword_schemas(k);
}

static void
do_one_of(const AsbKeyword *k)
{
	in_place_rules(k->node)->one_of = asb_keyword_schemas(k);
}

static void
do_not(const AsbKeyword *k)
{
	in_place_rules(k->node)->not = asb_keyword_schema(k);
}

static void
do_if(const AsbKeyword *k)
{
	in_place_rules(k->node)->if_ = asb_keyword_schema(k);
}

static void
do_then(const AsbKeyword *k)
{
	in_place_rules(k->node)->then = asb_keyword_schema(k);
}

static void
do_else(const AsbKeyword *k)
{
	in_place_rules(k->node)->else_ = asb_keyword_schema(k);
}

/* contentSchema describes decoded content; checked to be a schema, not used */
static void
do_content_schema(const AsbKeyword *k)
{
	asb_keyword_schema(k);
}

static const AsbKeywordEntry general_keywords[] = {
	{"$schema", do_schema},
	{"$id", do_id},
	{"$anchor", do_anchor},
	{"$ref", do_ref},
	{"$defs", do_defs},
	{"$comment", asb_keyword_string},
	{"title", asb_keyword_string},
	{"description", asb_keyword_string},
	{"default", accept_any},
	{"examples", asb_keyword_array},
	{"deprecated", asb_keyword_bool},
	{"readOnly", asb_keyword_bool},
	{"writeOnly", asb_keyword_bool},
	{"contentEncoding", asb_keyword_string},
	{"contentMediaType", asb_keyword_string},
	{"contentSchema", do_content_schema},
	{"allOf", do_all_of},
	{"anyOf", do_any_of},
	{"oneOf", do_one_of},
	{"not", do_not},
	{"if", do_if},
	{"then", do_then},
	{"else", do_else},
	{NULL}
};

static const AsbKeywordEntry *
find_keyword(const char *name, int len)
{
	const AsbKeywordEntry *tables[] = {
		general_keywords, asb_value_keywords, asb_container_keywords
	};

	for (int i = 0; i < lengthof(tables); i++)
		for (const AsbKeywordEntry *e = tables[i]; e->name != NULL; e++)
			if (strlen(e->name) == len && memcmp(e->name, name, len) == 0)
				return e;
	return NULL;
}

void
asb_schema_keyword(AsbCompiler *c, AsbNode *node, const char *name, int len,
				   const AsbJValue *v)
{
	const AsbKeywordEntry *entry = find_keyword(name, len);
	const char *pointer = asb_pointer_append(node->pointer, name, len);

	if (entry == NULL)
		asb_schema_refuse(pointer, "keyword \"%.*s\" is not supported", len, name);
	entry->function(&(AsbKeyword) {c, node, pointer, entry->name, v});
}
