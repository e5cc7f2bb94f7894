/*
 * definition.c
 *	  What functions, relations and types say, as a digest.
 *
 * The surface follows what they reach.  That they came to say something else
 * about it (other rows, another use of it) shows in a digest of their
 * definitions, which whoever signs a surface signs with it.  The text is the
 * server's own, as a dump has it, so that it outlives one.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_index.h"
#include "catalog/pg_range.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "audit/definition.h"
#include "core/catalog.h"

typedef struct Definition
{
	AsbSurface *surface;
	AsbFunction *function;		/* one of the three */
	AsbRelation *relation;
	Oid			typid;
	bool		written;		/* what writing the relation does, too */
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

/* An expression that a column of a catalog's row has the tree of, if it has. */
static void
add_expression(List **texts, AsbSurface *surface, const char *what, HeapTuple row, AttrNumber attnum, Oid relid)
{
	bool		isnull;
	Datum		tree = asb_world_value(surface->world, row, attnum, &isnull);

	if (!isnull)
		*texts = lappend(*texts, psprintf("%s %s", what,
										  TextDatumGetCString(DirectFunctionCall2(pg_get_expr, tree,
																				  ObjectIdGetDatum(relid)))));
}

static void
add_foreign_options(List **texts, AsbRelation *relation)
{
	ForeignTable *table = GetForeignTable(relation->oid);
	ForeignServer *server = GetForeignServer(table->serverid);

	add_options(texts, "option", table->options);
	add_options(texts, "server option", server->options);
	add_options(texts, "wrapper option", GetForeignDataWrapper(server->fdwid)->options);
	for (AttrNumber attnum = 1; attnum <= relation->form->relnatts; attnum++)
	{
		if (relation->columns[attnum - 1])
			add_options(texts, psprintf("column %s option", quote_identifier(relation->columns[attnum - 1])),
						GetForeignColumnOptions(relation->oid, attnum));
	}
}

/* Defaults are for those who write; not so those that say what a column holds. */
static void
add_defaults(List **texts, AsbSurface *surface, AsbRelation *relation, bool written)
{
	ListCell   *cell;

	foreach(cell, relation->defaults)
	{
		AttrNumber	column = ((Form_pg_attrdef) GETSTRUCT((HeapTuple) lfirst(cell)))->adnum;
		bool		generated = bms_is_member(column, relation->generated);

		if (relation->columns[column - 1] && (written || generated))
			add_expression(texts, surface,
						   psprintf("%s %s", quote_identifier(relation->columns[column - 1]),
									generated ? "generated" : "default"),
						   lfirst(cell), Anum_pg_attrdef_adbin, relation->oid);
	}
}

/* What is asked of rows that are written, and where they go. */
static void
add_writing(List **texts, AsbSurface *surface, AsbRelation *relation)
{
	ListCell   *cell;
	int			attnum = -1;

	while ((attnum = bms_next_member(relation->required, attnum)) >= 0)
		*texts = lappend(*texts, psprintf("%s not null", quote_identifier(relation->columns[attnum - 1])));
	foreach(cell, relation->triggers)
		add_function_text(texts, pg_get_triggerdef, ((Form_pg_trigger) GETSTRUCT((HeapTuple) lfirst(cell)))->oid);
	foreach(cell, relation->constraints)
		add_function_text(texts, pg_get_constraintdef, ((Form_pg_constraint) GETSTRUCT((HeapTuple) lfirst(cell)))->oid);
	foreach(cell, relation->indexes)
		add_function_text(texts, pg_get_indexdef, ((Form_pg_index) GETSTRUCT((HeapTuple) lfirst(cell)))->indexrelid);
	if (relation->partition_keys)
		add_function_text(texts, pg_get_partkeydef, relation->oid);
	add_expression(texts, surface, "partition", relation->row, Anum_pg_class_relpartbound, relation->oid);
}

static List *
relation_texts(AsbSurface *surface, AsbRelation *relation, bool written)
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
		add_foreign_options(&texts, relation);
	add_defaults(&texts, surface, relation, written);
	/* of a view, its query among them */
	foreach(cell, relation->rules)
	{
		Form_pg_rewrite form = (Form_pg_rewrite) GETSTRUCT((HeapTuple) lfirst(cell));

		if (written || form->ev_type == '0' + CMD_SELECT)
			add_function_text(&texts, pg_get_ruledef, form->oid);
	}
	if (written)
		add_writing(&texts, surface, relation);
	return texts;
}

void
asb_aggregate_parts(const FormData_pg_aggregate *form, Oid *parts)
{
	const Oid	all[ASB_AGGREGATE_PARTS] = {
		form->aggtransfn, form->aggfinalfn, form->aggcombinefn, form->aggserialfn,
		form->aggdeserialfn, form->aggmtransfn, form->aggminvtransfn, form->aggmfinalfn
	};

	memcpy(parts, all, sizeof(all));
}

/* The server has no text of these, nor of types. */
static List *
aggregate_texts(Oid funcid)
{
	const AttrNumber initial[] = {Anum_pg_aggregate_agginitval, Anum_pg_aggregate_aggminitval};
	HeapTuple	row = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(funcid));
	FormData_pg_aggregate form;
	Oid			parts[ASB_AGGREGATE_PARTS];
	List	   *texts = NIL;

	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for aggregate %u", funcid);
	memcpy(&form, GETSTRUCT(row), offsetof(FormData_pg_aggregate, aggmtransspace) + sizeof(int32));
	asb_aggregate_parts(&form, parts);
	for (int i = 0; i < lengthof(parts); i++)
	{
		if (OidIsValid(parts[i]))
			texts = lappend(texts, psprintf("part %d %s", i, format_procedure_qualified(parts[i])));
	}
	for (int i = 0; i < lengthof(initial); i++)
	{
		bool		isnull;
		Datum		value = SysCacheGetAttr(AGGFNOID, row, initial[i], &isnull);

		if (!isnull)
			texts = lappend(texts, psprintf("initial %d %s", i, TextDatumGetCString(value)));
	}
	ReleaseSysCache(row);
	texts = lappend(texts, psprintf("state %s, %s", format_type_be(form.aggtranstype),
									OidIsValid(form.aggmtranstype) ? format_type_be(form.aggmtranstype) : "none"));
	texts = lappend(texts, psprintf("kind %c %d, final %d %c, %d %c", form.aggkind, form.aggnumdirectargs,
									form.aggfinalextra, form.aggfinalmodify,
									form.aggmfinalextra, form.aggmfinalmodify));
	if (OidIsValid(form.aggsortop))
		texts = lappend(texts, psprintf("sorted by %s", format_operator_qualified(form.aggsortop)));
	return texts;
}

/* The labels of an enum, in their order. */
static char *
enum_text(Oid typid)
{
	Relation	rel = table_open(EnumRelationId, AccessShareLock);
	Relation	index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	StringInfoData text;

	initStringInfo(&text);
	ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(typid));
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	while (HeapTupleIsValid(row = systable_getnext_ordered(scan, ForwardScanDirection)))
		appendStringInfo(&text, " %s", quote_literal_cstr(NameStr(((Form_pg_enum) GETSTRUCT(row))->enumlabel)));
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return text.data;
}

/* The columns of a composite type. */
static char *
composite_text(AsbSurface *surface, Oid typid)
{
	TupleDesc	desc = lookup_rowtype_tupdesc(typid, -1);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		AsbColumnType type = {column->atttypid, column->atttypmod, column->attcollation};

		if (!column->attisdropped)
			appendStringInfo(&text, " %s %s,", quote_identifier(NameStr(column->attname)),
							 asb_world_column_type(surface->world, &type));
	}
	ReleaseTupleDesc(desc);
	return text.data;
}

/* With what it is made of, which may be a domain as well. */
static void
add_domain(List **texts, AsbSurface *surface, Oid typid)
{
	HeapTuple	row = SearchSysCacheCopy1(TYPEOID, ObjectIdGetDatum(typid));
	Form_pg_type form;
	ListCell   *cell;

	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for type %u", typid);
	form = (Form_pg_type) GETSTRUCT(row);
	if (form->typtype != TYPTYPE_DOMAIN)
		return;
	*texts = lappend(*texts, psprintf("of %s%s",
									  asb_world_column_type(surface->world,
															&(AsbColumnType) {form->typbasetype, form->typtypmod, form->typcollation}),
									  form->typnotnull ? " not null" : ""));
	add_expression(texts, surface, "default", row, Anum_pg_type_typdefaultbin, InvalidOid);
	foreach(cell, surface->world->domain_checks)
	{
		Form_pg_constraint check = (Form_pg_constraint) GETSTRUCT((HeapTuple) lfirst(cell));

		if (check->contypid == typid)
			add_function_text(texts, pg_get_constraintdef, check->oid);
	}
	add_domain(texts, surface, form->typbasetype);
}

/* What a range is made of and how it is compared. */
static List *
range_texts(AsbSurface *surface, Oid typid)
{
	HeapTuple	row = SearchSysCache1(RANGETYPE, ObjectIdGetDatum(typid));
	FormData_pg_range form;
	List	   *texts;

	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for range type %u", typid);
	form = *(Form_pg_range) GETSTRUCT(row);
	ReleaseSysCache(row);
	texts = list_make2(psprintf("of %s", asb_world_column_type(surface->world,
															   &(AsbColumnType) {form.rngsubtype, -1, form.rngcollation})),
					   psprintf("compared by %s", generate_opclass_name(form.rngsubopc)));
	if (OidIsValid(form.rngcanonical))
		texts = lappend(texts, psprintf("canonical %s", format_procedure_qualified(form.rngcanonical)));
	if (OidIsValid(form.rngsubdiff))
		texts = lappend(texts, psprintf("difference %s", format_procedure_qualified(form.rngsubdiff)));
	return texts;
}

static List *
type_texts(AsbSurface *surface, Oid typid)
{
	List	   *texts = NIL;

	switch (get_typtype(typid))
	{
		case TYPTYPE_DOMAIN:
			add_domain(&texts, surface, typid);
			break;
		case TYPTYPE_ENUM:
			texts = list_make1(enum_text(typid));
			break;
		case TYPTYPE_COMPOSITE:
			texts = list_make1(composite_text(surface, typid));
			break;
		case TYPTYPE_RANGE:
			texts = range_texts(surface, typid);
			break;
	}
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

	if (definition->relation)
		texts = relation_texts(definition->surface, definition->relation, definition->written);
	else if (OidIsValid(definition->typid))
		texts = type_texts(definition->surface, definition->typid);
	else if (definition->function->form->prokind == PROKIND_AGGREGATE)
		texts = aggregate_texts(definition->function->oid);
	else
		add_function_text(&texts, pg_get_functiondef, definition->function->oid);
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
asb_function_digest(AsbSurface *surface, AsbFunction *function)
{
	Definition	definition = {.surface = surface, .function = function};

	if (function->digest == NULL)
		function->digest = function->oid < FirstNormalObjectId ||
			function->form->pronamespace == asb_schema_oid() ? "" : digest(&definition);
	return function->digest;
}

const char *
asb_relation_digest(AsbSurface *surface, AsbRelation *relation, AclMode privilege)
{
	bool		written = (privilege & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)) != 0;
	Definition	definition = {.surface = surface, .relation = relation, .written = written};

	if (relation->digests[written] == NULL)
		relation->digests[written] = relation->oid < FirstNormalObjectId ||
			relation->form->relnamespace == asb_schema_oid() ||
			/* most tables are but read */
			(!written && relation->rules == NIL && bms_is_empty(relation->generated) &&
			 relation->form->relkind != RELKIND_FOREIGN_TABLE) ? "" : digest(&definition);
	return relation->digests[written];
}

const char *
asb_type_digest(AsbSurface *surface, Oid typid)
{
	Definition	definition = {.surface = surface, .typid = typid};

	return typid < FirstNormalObjectId ? "" : digest(&definition);
}
