/*
 * definition.c
 *	  What a function, a view, rules and triggers say, as a digest.
 *
 * The surface follows what they reach.  That they came to say something else
 * about it (other rows, another use of it) shows in a digest of their
 * definitions, which whoever signs a surface signs with it.  The text is the
 * server's own, as a dump has it, so that it outlives one.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "audit/definition.h"
#include "core/catalog.h"

typedef struct Definition
{
	AsbSurface *surface;
	AsbFunction *function;		/* one of the two */
	AsbRelation *relation;
	MemoryContext caller;
	const char *digest;
} Definition;

static void
add_function_text(List **texts, PGFunction deparse, Oid oid)
{
	*texts = lappend(*texts, TextDatumGetCString(DirectFunctionCall1(deparse, ObjectIdGetDatum(oid))));
}

static void
add_options(List **texts, const char *what, List *options)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		*texts = lappend(*texts, psprintf("%s %s = %s", what, option->defname, defGetString(option)));
	}
}

/* Options, rules (of a view, its query among them) and triggers. */
static List *
relation_texts(AsbSurface *surface, AsbRelation *relation)
{
	List	   *texts = NIL;
	ListCell   *cell;

	if (relation->form->relkind == RELKIND_VIEW)
	{
		bool		isnull;
		Datum		options = asb_world_value(surface->world, relation->row, Anum_pg_class_reloptions, &isnull);

		if (!isnull)
			add_options(&texts, "option", untransformRelOptions(options));
	}
	else if (relation->form->relkind == RELKIND_FOREIGN_TABLE)
	{
		ForeignTable *table = GetForeignTable(relation->oid);

		add_options(&texts, "option", table->options);
		add_options(&texts, "server option", GetForeignServer(table->serverid)->options);
	}
	foreach(cell, relation->rules)
		add_function_text(&texts, pg_get_ruledef, ((Form_pg_rewrite) GETSTRUCT((HeapTuple) lfirst(cell)))->oid);
	foreach(cell, relation->triggers)
		add_function_text(&texts, pg_get_triggerdef, ((Form_pg_trigger) GETSTRUCT((HeapTuple) lfirst(cell)))->oid);
	return texts;
}

static int
compare_texts(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static void
make_digest(void *argument)
{
	Definition *definition = argument;
	List	   *texts = NIL;
	StringInfoData all;
	ListCell   *cell;
	bytea	   *hash;
	char		hex[2 * 32 + 1];

	if (definition->function)
		add_function_text(&texts, pg_get_functiondef, definition->function->oid);
	else
		texts = relation_texts(definition->surface, definition->relation);
	if (texts == NIL)
		return;

	/* in an order that a dump keeps; no text has a zero byte in it */
	list_sort(texts, compare_texts);
	initStringInfo(&all);
	foreach(cell, texts)
		appendBinaryStringInfo(&all, lfirst(cell), strlen(lfirst(cell)) + 1);
	hash = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea,
											   PointerGetDatum(cstring_to_text_with_len(all.data, all.len))));
	hex[hex_encode(VARDATA_ANY(hash), VARSIZE_ANY_EXHDR(hash), hex)] = '\0';
	definition->digest = MemoryContextStrdup(definition->caller,
											 psprintf("; SHA-256 of its definition %s", hex));
}

/* An empty string for what has no definition, or is gone. */
static const char *
digest(Definition *definition)
{
	MemoryContext scratch;

	definition->caller = CurrentMemoryContext;
	definition->digest = "";
	scratch = AllocSetContextCreate(definition->caller, "agentsandbox definition", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(scratch);
	if (!asb_surface_looks_up(make_digest, definition))
		definition->digest = "; its definition was changed while this was read";
	MemoryContextSwitchTo(definition->caller);
	MemoryContextDelete(scratch);
	return definition->digest;
}

const char *
asb_function_digest(AsbFunction *function)
{
	Definition	definition = {.function = function};

	if (function->digest == NULL)
		function->digest = function->oid < FirstNormalObjectId ||
			function->form->prokind == PROKIND_AGGREGATE ||
			function->form->pronamespace == asb_schema_oid() ? "" : digest(&definition);
	return function->digest;
}

const char *
asb_relation_digest(AsbSurface *surface, AsbRelation *relation)
{
	Definition	definition = {.surface = surface, .relation = relation};

	if (relation->digest == NULL)
		relation->digest = relation->oid < FirstNormalObjectId ||
			relation->form->relnamespace == asb_schema_oid() ||
			(relation->rules == NIL && relation->triggers == NIL &&
			 relation->form->relkind != RELKIND_FOREIGN_TABLE) ? "" : digest(&definition);
	return relation->digest;
}
