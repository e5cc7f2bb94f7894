/*
 * world.c
 *	  The catalogs of this database as the surface needs them, read once.
 *
 * Each catalog is read from end to end with the same snapshot and without a
 * lock on any object: ten thousand tables are ten thousand rows, not as many
 * look-ups, and what somebody drops meanwhile is still there.  Rows are copied;
 * values that were moved out of line are fetched when needed, which is safe
 * while the snapshot is registered.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid_d.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "rewrite/rewriteDefine.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "audit/world.h"
#include "confine/catalogs.h"
#include "confine/relation.h"
#include "core/catalog.h"
#include "core/table.h"

typedef struct NamespaceEntry
{
	Oid			oid;			/* hash key */
	const char *name;			/* quoted */
	HeapTuple	row;
} NamespaceEntry;

typedef struct TypeEntry
{
	Oid			oid;			/* hash key */
	const char *name;
} TypeEntry;

typedef struct ColumnTypeEntry
{
	AsbColumnType type;			/* hash key */
	const char *name;
} ColumnTypeEntry;

typedef struct CatalogDesc
{
	Oid			catalog;
	TupleDesc	desc;
} CatalogDesc;

/* Catalogs whose rows are kept with the relation that a column names. */
static const struct
{
	Oid			catalog;
	AttrNumber	relation;
	size_t		list;			/* offset in AsbRelation */
}			kept[] = {
	{TriggerRelationId, Anum_pg_trigger_tgrelid, offsetof(AsbRelation, triggers)},
	{RewriteRelationId, Anum_pg_rewrite_ev_class, offsetof(AsbRelation, rules)},
	{ConstraintRelationId, Anum_pg_constraint_conrelid, offsetof(AsbRelation, constraints)},
	{ConstraintRelationId, Anum_pg_constraint_confrelid, offsetof(AsbRelation, referencing)},
	{AttrDefaultRelationId, Anum_pg_attrdef_adrelid, offsetof(AsbRelation, defaults)},
	{PolicyRelationId, Anum_pg_policy_polrelid, offsetof(AsbRelation, policies)},
	{IndexRelationId, Anum_pg_index_indrelid, offsetof(AsbRelation, indexes)},
	{InheritsRelationId, Anum_pg_inherits_inhparent, offsetof(AsbRelation, children)},
	{PartitionedRelationId, Anum_pg_partitioned_table_partrelid, offsetof(AsbRelation, partition_keys)},
	{StatisticExtRelationId, Anum_pg_statistic_ext_stxrelid, offsetof(AsbRelation, statistics)},
};

void
asb_world_scan(AsbWorld *world, Oid catalog, AsbRowCallback callback, void *argument)
{
	Relation	rel = table_open(catalog, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, world->snapshot, 0, NULL);
	HeapTuple	row;

	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		callback(row, RelationGetDescr(rel), argument);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static TupleDesc
catalog_desc(AsbWorld *world, Oid catalog)
{
	ListCell   *cell;
	CatalogDesc *entry;
	Relation	rel;
	MemoryContext oldcontext;

	foreach(cell, world->descs)
	{
		entry = lfirst(cell);
		if (entry->catalog == catalog)
			return entry->desc;
	}
	/* it is kept as long as the world is */
	oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(world));
	rel = table_open(catalog, AccessShareLock);
	entry = palloc(sizeof(CatalogDesc));
	entry->catalog = catalog;
	entry->desc = CreateTupleDescCopy(RelationGetDescr(rel));
	table_close(rel, AccessShareLock);
	world->descs = lappend(world->descs, entry);
	MemoryContextSwitchTo(oldcontext);
	return entry->desc;
}

Datum
asb_world_value(AsbWorld *world, HeapTuple row, AttrNumber attnum, bool *isnull)
{
	return heap_getattr(row, attnum, catalog_desc(world, row->t_tableOid), isnull);
}

void *
asb_world_node(AsbWorld *world, HeapTuple row, AttrNumber attnum)
{
	bool		isnull;
	Datum		value = asb_world_value(world, row, attnum, &isnull);

	return isnull ? NULL : stringToNode(TextDatumGetCString(value));
}

static void
read_namespace(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbWorld   *world = argument;
	Form_pg_namespace form = (Form_pg_namespace) GETSTRUCT(row);
	NamespaceEntry *entry = hash_search(world->namespaces, &form->oid, HASH_ENTER, NULL);

	entry->name = pstrdup(quote_identifier(NameStr(form->nspname)));
	entry->row = heap_copytuple(row);
}

static void
read_relation(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbWorld   *world = argument;
	Form_pg_class form = (Form_pg_class) GETSTRUCT(row);
	AsbRelation *relation;
	const char *schema;

	if (!asb_relation_kind_counts(form->relkind))
		return;

	/* nobody else's temporary table can be opened, whatever was granted on it */
	schema = asb_world_namespace(world, form->relnamespace);
	if (form->relpersistence == RELPERSISTENCE_TEMP || schema == NULL)
		return;

	relation = hash_search(world->relations, &form->oid, HASH_ENTER, NULL);
	memset((char *) relation + sizeof(Oid), 0, sizeof(AsbRelation) - sizeof(Oid));
	relation->row = heap_copytuple(row);
	relation->form = (Form_pg_class) GETSTRUCT(relation->row);
	relation->identity = psprintf("%s.%s", schema, quote_identifier(NameStr(form->relname)));
	relation->columns = palloc0(Max(form->relnatts, 1) * sizeof(char *));
	relation->types = palloc0(Max(form->relnatts, 1) * sizeof(AsbColumnType));
	relation->qualified = palloc0(Max(form->relnatts, 1) * sizeof(char *));
	world->sorted[world->nsorted++] = relation;
}

static void
count_relation(HeapTuple row, TupleDesc desc, void *argument)
{
	((AsbWorld *) argument)->nsorted++;
}

static void
read_column(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbWorld   *world = argument;
	Form_pg_attribute form = (Form_pg_attribute) GETSTRUCT(row);
	AsbRelation *relation;

	if (form->attnum <= 0 || form->attisdropped)
		return;
	relation = asb_world_relation(world, form->attrelid);
	if (relation == NULL || form->attnum > relation->form->relnatts)
		return;

	relation->columns[form->attnum - 1] = pstrdup(NameStr(form->attname));
	relation->types[form->attnum - 1] = (AsbColumnType) {form->atttypid, form->atttypmod, form->attcollation};
	if (form->attidentity)
		relation->identities = bms_add_member(relation->identities, form->attnum);
	if (form->attnotnull)
		relation->required = bms_add_member(relation->required, form->attnum);
	if (form->attgenerated)
		relation->generated = bms_add_member(relation->generated, form->attnum);
	if (!heap_attisnull(row, Anum_pg_attribute_attacl, desc) ||
		(form->attrelid < FirstNormalObjectId &&
		 asb_catalog_column_open(form->attrelid, form->attnum)))
	{
		if (relation->column_rows == NULL)
			relation->column_rows = palloc0(relation->form->relnatts * sizeof(HeapTuple));
		relation->column_rows[form->attnum - 1] = heap_copytuple(row);
	}
}

/* Has the index an operator class that is not the server's? */
static bool
has_own_class(HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	oidvector  *classes = (oidvector *) DatumGetPointer(heap_getattr(row, Anum_pg_index_indclass,
																	 desc, &isnull));

	for (int i = 0; i < classes->dim1; i++)
	{
		if (classes->values[i] >= FirstNormalObjectId)
			return true;
	}
	return false;
}

/* Rows of which nothing follows for who uses the relation. */
static bool
is_idle(HeapTuple row, TupleDesc desc)
{
	switch (row->t_tableOid)
	{
		case TriggerRelationId:
			/* those of foreign keys are told of as such; replicas are none here */
			return ((Form_pg_trigger) GETSTRUCT(row))->tgisinternal ||
				((Form_pg_trigger) GETSTRUCT(row))->tgenabled == TRIGGER_DISABLED ||
				((Form_pg_trigger) GETSTRUCT(row))->tgenabled == TRIGGER_FIRES_ON_REPLICA;
		case RewriteRelationId:
			return ((Form_pg_rewrite) GETSTRUCT(row))->ev_enabled == RULE_DISABLED ||
				((Form_pg_rewrite) GETSTRUCT(row))->ev_enabled == RULE_FIRES_ON_REPLICA;
		case ConstraintRelationId:
			return ((Form_pg_constraint) GETSTRUCT(row))->contype != CONSTRAINT_CHECK &&
				((Form_pg_constraint) GETSTRUCT(row))->contype != CONSTRAINT_FOREIGN &&
				heap_attisnull(row, Anum_pg_constraint_conexclop, desc);
		case IndexRelationId:
			return !((Form_pg_index) GETSTRUCT(row))->indisunique &&
				!((Form_pg_index) GETSTRUCT(row))->indisexclusion &&
				heap_attisnull(row, Anum_pg_index_indexprs, desc) &&
				heap_attisnull(row, Anum_pg_index_indpred, desc) &&
				!has_own_class(row, desc);
		case StatisticExtRelationId:
			return heap_attisnull(row, Anum_pg_statistic_ext_stxexprs, desc);
		default:
			return false;
	}
}

typedef struct KeepContext
{
	AsbWorld   *world;
	AttrNumber	relation;
	size_t		list;
} KeepContext;

static void
keep_row(HeapTuple row, TupleDesc desc, void *argument)
{
	KeepContext *context = argument;
	bool		isnull;
	Oid			relid = DatumGetObjectId(heap_getattr(row, context->relation, desc, &isnull));
	AsbRelation *relation;
	List	  **list;

	if (is_idle(row, desc))
		return;
	if (row->t_tableOid == ConstraintRelationId &&
		OidIsValid(((Form_pg_constraint) GETSTRUCT(row))->contypid))
	{
		/* met twice, as it has neither kind of relation */
		if (context->relation == Anum_pg_constraint_conrelid)
			context->world->domain_checks = lappend(context->world->domain_checks,
													heap_copytuple(row));
		return;
	}
	relation = OidIsValid(relid) ? asb_world_relation(context->world, relid) : NULL;
	if (relation == NULL)
		return;
	list = (List **) ((char *) relation + context->list);
	*list = lappend(*list, heap_copytuple(row));
}

static void
read_support(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbWorld   *world = argument;

	if (((Form_pg_amproc) GETSTRUCT(row))->amproc >= FirstNormalObjectId)
		world->support = lappend(world->support, heap_copytuple(row));
}

static void
read_function(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbWorld   *world = argument;
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(row);
	AsbFunction *function = hash_search(world->functions, &form->oid, HASH_ENTER, NULL);

	function->row = heap_copytuple(row);
	function->form = (Form_pg_proc) GETSTRUCT(function->row);
	function->identity = NULL;
	function->digest = NULL;
}

static int
compare_relations(const void *a, const void *b)
{
	return strcmp((*(AsbRelation *const *) a)->identity, (*(AsbRelation *const *) b)->identity);
}

AsbWorld *
asb_world_read(void)
{
	AsbWorld   *world = palloc0(sizeof(AsbWorld));

	world->snapshot = asb_latest_snapshot();
	world->relations = asb_table_create("agentsandbox relations", CurrentMemoryContext,
										sizeof(Oid), sizeof(AsbRelation));
	world->functions = asb_table_create("agentsandbox functions", CurrentMemoryContext,
										sizeof(Oid), sizeof(AsbFunction));
	world->namespaces = asb_table_create("agentsandbox schemas", CurrentMemoryContext,
										 sizeof(Oid), sizeof(NamespaceEntry));
	world->type_names = asb_table_create("agentsandbox types", CurrentMemoryContext,
										 sizeof(Oid), sizeof(TypeEntry));
	world->column_types = asb_table_create("agentsandbox column types", CurrentMemoryContext,
										   sizeof(AsbColumnType), sizeof(ColumnTypeEntry));

	asb_world_scan(world, NamespaceRelationId, read_namespace, world);
	asb_world_scan(world, RelationRelationId, count_relation, world);
	world->sorted = MemoryContextAllocHuge(CurrentMemoryContext,
										   Max(world->nsorted, 1) * sizeof(AsbRelation *));
	world->nsorted = 0;
	asb_world_scan(world, RelationRelationId, read_relation, world);
	qsort(world->sorted, world->nsorted, sizeof(AsbRelation *), compare_relations);
	asb_world_scan(world, AttributeRelationId, read_column, world);
	asb_world_scan(world, ProcedureRelationId, read_function, world);
	asb_world_scan(world, AccessMethodProcedureRelationId, read_support, world);
	for (int i = 0; i < lengthof(kept); i++)
		asb_world_scan(world, kept[i].catalog, keep_row,
					   &(KeepContext) {world, kept[i].relation, kept[i].list});
	return world;
}

void
asb_world_close(AsbWorld *world)
{
	UnregisterSnapshot(world->snapshot);
}

AsbRelation *
asb_world_relation(AsbWorld *world, Oid oid)
{
	return hash_search(world->relations, &oid, HASH_FIND, NULL);
}

AsbFunction *
asb_world_function(AsbWorld *world, Oid oid)
{
	return hash_search(world->functions, &oid, HASH_FIND, NULL);
}

const char *
asb_world_namespace(AsbWorld *world, Oid oid)
{
	NamespaceEntry *entry = hash_search(world->namespaces, &oid, HASH_FIND, NULL);

	return entry ? entry->name : NULL;
}

bool
asb_world_namespace_usable(AsbWorld *world, Oid oid, Oid role)
{
	NamespaceEntry *entry = hash_search(world->namespaces, &oid, HASH_FIND, NULL);

	return entry != NULL &&
		asb_world_server_privileges(world, entry->row, Anum_pg_namespace_nspacl, OBJECT_SCHEMA,
									((Form_pg_namespace) GETSTRUCT(entry->row))->nspowner,
									role, ACL_USAGE) != 0;
}

const char *
asb_world_type(AsbWorld *world, Oid typid)
{
	bool		found;
	TypeEntry  *entry = hash_search(world->type_names, &typid, HASH_ENTER, &found);

	if (!found)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(world));

		entry->name = "???";	/* should the next line fail */
		entry->name = format_type_extended(typid, -1, FORMAT_TYPE_ALLOW_INVALID |
										   FORMAT_TYPE_FORCE_QUALIFY);
		MemoryContextSwitchTo(oldcontext);
	}
	return entry->name;
}

/* Qualified unless it is the server's; NULL if there is none. */
static const char *
collation_text(AsbWorld *world, Oid oid)
{
	HeapTuple	row = SearchSysCache1(COLLOID, ObjectIdGetDatum(oid));
	Form_pg_collation form;
	const char *text;

	if (!HeapTupleIsValid(row))
		return NULL;
	form = (Form_pg_collation) GETSTRUCT(row);
	text = quote_identifier(NameStr(form->collname));
	if (form->collnamespace != PG_CATALOG_NAMESPACE)
		text = psprintf("%s.%s", asb_world_namespace(world, form->collnamespace), text);
	else
		text = pstrdup(text);
	ReleaseSysCache(row);
	return text;
}

/* In the words of the server, with the search_path of surface(). */
const char *
asb_world_column_type(AsbWorld *world, const AsbColumnType *type)
{
	bool		found;
	ColumnTypeEntry *entry = hash_search(world->column_types, type, HASH_ENTER, &found);

	if (!found)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(world));
		const char *collation = NULL;

		entry->name = "???";	/* should the next lines fail */
		entry->name = format_type_extended(type->oid, type->typmod,
										   FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_ALLOW_INVALID);
		if (type->collation != get_typcollation(type->oid))
			collation = collation_text(world, type->collation);
		if (collation)
			entry->name = psprintf("%s COLLATE %s", entry->name, collation);
		MemoryContextSwitchTo(oldcontext);
	}
	return entry->name;
}

const char *
asb_world_function_identity(AsbWorld *world, AsbFunction *function)
{
	StringInfoData name;
	MemoryContext oldcontext;

	if (function->identity)
		return function->identity;
	oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(world));
	initStringInfo(&name);
	appendStringInfo(&name, "%s.%s(", asb_world_namespace(world, function->form->pronamespace),
					 quote_identifier(NameStr(function->form->proname)));
	for (int i = 0; i < function->form->pronargs; i++)
		appendStringInfo(&name, "%s%s", i > 0 ? "," : "",
						 asb_world_type(world, function->form->proargtypes.values[i]));
	appendStringInfoChar(&name, ')');
	MemoryContextSwitchTo(oldcontext);
	return function->identity = name.data;
}

const char *
asb_world_column_identity(const AsbRelation *relation, AttrNumber attnum)
{
	const char **identity = &relation->qualified[attnum - 1];

	if (*identity == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(GetMemoryChunkContext(relation->qualified));

		*identity = psprintf("%s.%s", relation->identity, quote_identifier(relation->columns[attnum - 1]));
		MemoryContextSwitchTo(oldcontext);
	}
	return *identity;
}

AclMode
asb_world_server_privileges(AsbWorld *world, HeapTuple row, AttrNumber acl,
							ObjectType type, Oid owner, Oid role, AclMode mask)
{
	bool		isnull;
	Datum		value;
	Acl		   *items;
	AclMode		privileges;

	if (superuser_arg(role))
		return mask;
	value = asb_world_value(world, row, acl, &isnull);
	if (isnull && type == OBJECT_COLUMN)
		return 0;
	items = isnull ? acldefault(type, owner) : DatumGetAclP(value);
	privileges = aclmask(items, role, owner, mask, ACLMASK_ALL);
	if (isnull || (Pointer) items != DatumGetPointer(value))
		pfree(items);

	/* as pg_class_aclmask() has it */
	if ((mask & ACL_SELECT) && has_privs_of_role(role, ROLE_PG_READ_ALL_DATA))
		privileges |= ACL_SELECT;
	if ((mask & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)) &&
		has_privs_of_role(role, ROLE_PG_WRITE_ALL_DATA))
		privileges |= mask & (ACL_INSERT | ACL_UPDATE | ACL_DELETE);
	return privileges;
}
