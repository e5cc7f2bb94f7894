/*
 * schema_compile.c
 *	  From a JSON Schema document to its nodes.
 *
 * The document is copied into the schema's memory context first; names,
 * strings and numbers in the nodes point into that copy.
 */
#include "postgres.h"

#include "rpc/schema_node.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

char *
asb_schema_vformat(const char *format, va_list args)
{
	size_t		length = 128;

	for (;;)
	{
		char	   *result = palloc(length);
		va_list		copy;
		size_t		needed;

		va_copy(copy, args);
		needed = pvsnprintf(result, length, format, copy);
		va_end(copy);
		if (needed < length)
			return result;
		pfree(result);
		length = needed;
	}
}

void
asb_schema_refuse(const char *pointer, const char *reason,...)
{
	va_list		args;
	char	   *why;

	va_start(args, reason);
	why = asb_schema_vformat(reason, args);
	va_end(args);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("JSON Schema refused at \"%s\": %s", pointer, why)));
}

char *
asb_pointer_append(const char *pointer, const char *token, int len)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s/", pointer);
	for (int i = 0; i < len; i++)
	{
		if (token[i] == '~')
			appendStringInfoString(&out, "~0");
		else if (token[i] == '/')
			appendStringInfoString(&out, "~1");
		else
			appendStringInfoChar(&out, token[i]);
	}
	return out.data;
}

AsbNode *
asb_schema_node(AsbCompiler *c, const char *pointer, const AsbJValue *v)
{
	AsbNode    *node = palloc0(sizeof(AsbNode));
	AsbJCursor	keys,
				values;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	node->pointer = pointer;
	node->types = ASB_TYPE_ANY;
	node->number = list_length(c->nodes);
	if (node->number >= ASB_SCHEMA_MAX_UNFOLDED)
		asb_schema_refuse(pointer, "more than %d subschemas",
						  ASB_SCHEMA_MAX_UNFOLDED);
	c->nodes = lappend(c->nodes, node);

	if (v->type == ASB_J_BOOL)
	{
		node->is_true = v->len != 0;
		node->is_false = !node->is_true;
		return node;
	}
	if (v->type != ASB_J_OBJECT)
		asb_schema_refuse(pointer, "a schema must be an object or a boolean");

	keys = asb_j_start(v);
	values = asb_j_start_values(v);
	for (int i = asb_j_count(v); i > 0; i--)
	{
		AsbJValue	key,
					value;

		asb_j_next_string(&keys, &key);
		asb_j_next(&values, &value);
		asb_schema_keyword(c, node, key.string, key.len, &value);
	}
	asb_schema_finish_node(node);
	return node;
}

AsbSchema *
asb_schema_compile(Jsonb *document, MemoryContext parent)
{
	MemoryContext context;
	MemoryContext caller;
	AsbSchema  *schema;
	AsbCompiler c = {0};
	AsbJValue	root;
	Jsonb	   *copy;

	asb_j_require_utf8();
	if (!asb_j_depth_ok(document))
		asb_schema_refuse("", "it is nested deeper than %d levels",
						  ASB_JSON_MAX_DEPTH);

	/* A child of the current context until it is complete. */
	context = AllocSetContextCreate(CurrentMemoryContext, "agentsandbox schema",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	copy = palloc(VARSIZE(document));
	memcpy(copy, document, VARSIZE(document));
	asb_j_root(copy, &root);

	schema = palloc0(sizeof(AsbSchema));
	schema->context = context;
	schema->root = asb_schema_node(&c, "", &root);
	asb_schema_link(&c);
	schema->nnodes = list_length(c.nodes);
	list_free(c.nodes);
	list_free_deep(c.references);
	list_free_deep(c.anchors);

	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, parent);
	return schema;
}

void
asb_schema_free(AsbSchema *schema)
{
	MemoryContextDelete(schema->context);
}
