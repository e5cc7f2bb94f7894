/*
 * catalogs.c
 *	  The system catalogs that agents may read, and which rows of them.
 *
 * Drivers look up types, and tools the tables that there are, with their keys.
 * Of the catalogs below only rows about what the agent knows can be read, and
 * of their columns those that say what it may know anyway; all others are null,
 * so that tools can select them or "*".  In the place of the catalog the agent's
 * query gets a subquery that sees to this, its condition as a security barrier:
 * applied before any of the agent's.  Everything else in pg_catalog and
 * information_schema is closed unless granted by name; some views of
 * information_schema are opened by an option of the profile.
 *
 * Left out even here: estimates, sizes, file numbers and transaction ids, which
 * tell of rows and sessions that one cannot see, what names roles, and
 * expressions, which can name what is hidden.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_attrdef_d.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend_d.h"
#include "catalog/pg_description_d.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_extension_d.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits_d.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_policy_d.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication_d.h"
#include "catalog/pg_publication_namespace_d.h"
#include "catalog/pg_publication_rel_d.h"
#include "catalog/pg_range.h"
#include "catalog/pg_sequence_d.h"
#include "catalog/pg_statistic_ext_d.h"
#include "catalog/pg_tablespace_d.h"
#include "catalog/pg_trigger_d.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/analyze.h"
#include "parser/parse_node.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "confine/catalogs.h"
#include "confine/describe.h"
#include "confine/relation.h"
#include "core/catalog.h"
#include "core/compat.h"

#define KNOWN(catalog, object) \
	ASB_SCHEMA_NAME ".known_object('pg_catalog." catalog "'::pg_catalog.regclass, " object ") IS NOT NULL"
#define BUILT_IN "oid OPERATOR(pg_catalog.<) 16384"
#define REACHES(what) ASB_SCHEMA_NAME ".reaches_" what

typedef struct OpenCatalog
{
	Oid			relid;
	const char *filter;			/* the condition on its rows; NULL: there are none, of any column, without a grant */
	const char *reason;
	AttrNumber	shown[24];		/* columns, ended by 0; the others are null */
} OpenCatalog;

static const OpenCatalog catalogs[] = {
	{AccessMethodRelationId, BUILT_IN,
		"tools tell what an index is by it",
		{Anum_pg_am_oid, Anum_pg_am_amname}
	},
	{AttributeRelationId, KNOWN("pg_class", "attrelid, attnum"),
		"drivers describe results and composite types by it",
		{Anum_pg_attribute_attrelid, Anum_pg_attribute_attname,
			Anum_pg_attribute_atttypid, Anum_pg_attribute_attlen,
			Anum_pg_attribute_attnum, Anum_pg_attribute_attndims,
			Anum_pg_attribute_atttypmod, Anum_pg_attribute_attnotnull,
			Anum_pg_attribute_atthasdef, Anum_pg_attribute_attidentity,
			Anum_pg_attribute_attgenerated, Anum_pg_attribute_attisdropped,
			Anum_pg_attribute_attstorage}
	},
	{ConstraintRelationId, KNOWN("pg_constraint", "oid"),
		"tools find keys by it",
		{Anum_pg_constraint_oid, Anum_pg_constraint_conname,
			Anum_pg_constraint_connamespace, Anum_pg_constraint_contype,
			Anum_pg_constraint_condeferrable, Anum_pg_constraint_condeferred,
			Anum_pg_constraint_convalidated, Anum_pg_constraint_conrelid,
			Anum_pg_constraint_conindid, Anum_pg_constraint_confrelid,
			Anum_pg_constraint_confupdtype, Anum_pg_constraint_confdeltype,
			Anum_pg_constraint_confmatchtype, Anum_pg_constraint_conkey,
			Anum_pg_constraint_confkey, Anum_pg_constraint_conparentid}
	},
	{DatabaseRelationId, "datname OPERATOR(pg_catalog.=) pg_catalog.current_database()",
		"drivers and tools find their database by it",
		{Anum_pg_database_oid, Anum_pg_database_datname, Anum_pg_database_encoding,
			Anum_pg_database_datistemplate, Anum_pg_database_datallowconn}
	},
	{DescriptionRelationId,
		ASB_SCHEMA_NAME ".known_object(classoid, objoid, objsubid) IS NOT NULL",
		"tools find comments by it",
		{Anum_pg_description_objoid, Anum_pg_description_classoid,
			Anum_pg_description_objsubid, Anum_pg_description_description}
	},
	{EnumRelationId, REACHES("type(enumtypid)"),
		"drivers map enum types by it",
		{Anum_pg_enum_oid, Anum_pg_enum_enumtypid,
			Anum_pg_enum_enumsortorder, Anum_pg_enum_enumlabel}
	},
	{IndexRelationId, KNOWN("pg_class", "indexrelid"),
		"tools find keys by it",
		{Anum_pg_index_indexrelid, Anum_pg_index_indrelid,
			Anum_pg_index_indnatts, Anum_pg_index_indnkeyatts,
			Anum_pg_index_indisunique, Anum_pg_index_indnullsnotdistinct,
			Anum_pg_index_indisprimary, Anum_pg_index_indisexclusion,
			Anum_pg_index_indimmediate, Anum_pg_index_indisvalid,
			Anum_pg_index_indkey, Anum_pg_index_indclass, Anum_pg_index_indoption}
	},
	{NamespaceRelationId, REACHES("schema(oid)"),
		"drivers name types and tables by it",
		{Anum_pg_namespace_oid, Anum_pg_namespace_nspname}
	},
	{OperatorClassRelationId, BUILT_IN,
		"tools tell what an index is by it",
		{Anum_pg_opclass_oid, Anum_pg_opclass_opcname, Anum_pg_opclass_opcdefault}
	},
	{ProcedureRelationId, KNOWN("pg_proc", "oid"),
		"drivers and tools find functions by it",
		{Anum_pg_proc_oid, Anum_pg_proc_proname, Anum_pg_proc_pronamespace,
			Anum_pg_proc_provariadic, Anum_pg_proc_prokind, Anum_pg_proc_proisstrict,
			Anum_pg_proc_proretset, Anum_pg_proc_provolatile, Anum_pg_proc_pronargs,
			Anum_pg_proc_pronargdefaults, Anum_pg_proc_prorettype, Anum_pg_proc_proargtypes,
			Anum_pg_proc_proallargtypes, Anum_pg_proc_proargmodes, Anum_pg_proc_proargnames}
	},
	{RangeRelationId, REACHES("type(rngtypid)"),
		"drivers map range types by it",
		{Anum_pg_range_rngtypid, Anum_pg_range_rngsubtype, Anum_pg_range_rngmultitypid}
	},
	{RelationRelationId, KNOWN("pg_class", "oid"),
		"drivers and tools list tables by it",
		{Anum_pg_class_oid, Anum_pg_class_relname, Anum_pg_class_relnamespace,
			Anum_pg_class_reltype, Anum_pg_class_relkind, Anum_pg_class_relnatts,
			Anum_pg_class_relhasindex, Anum_pg_class_relispartition,
			Anum_pg_class_relpersistence, Anum_pg_class_relam}
	},
	{TypeRelationId, REACHES("type(oid)"),
		"drivers map types by it",
		{Anum_pg_type_oid, Anum_pg_type_typname, Anum_pg_type_typnamespace,
			Anum_pg_type_typlen, Anum_pg_type_typbyval, Anum_pg_type_typtype,
			Anum_pg_type_typcategory, Anum_pg_type_typdelim, Anum_pg_type_typrelid,
			Anum_pg_type_typelem, Anum_pg_type_typarray, Anum_pg_type_typnotnull,
			Anum_pg_type_typbasetype, Anum_pg_type_typtypmod, Anum_pg_type_typndims,
			Anum_pg_type_typinput, Anum_pg_type_typoutput,
			Anum_pg_type_typreceive, Anum_pg_type_typsend}
	},
	{AttrDefaultRelationId, NULL, "tools join it"},
	{CollationRelationId, NULL, "tools join it"},
	{DependRelationId, NULL, "tools look for what columns own by it"},
	{ExtensionRelationId, NULL, "tools join it"},
	{InheritsRelationId, NULL, "psql describes tables by it"},
	{PolicyRelationId, NULL, "psql describes tables by it"},
	{PublicationRelationId, NULL, "psql describes tables by it"},
	{PublicationNamespaceRelationId, NULL, "psql describes tables by it"},
	{PublicationRelRelationId, NULL, "psql describes tables by it"},
	{SequenceRelationId, NULL, "tools look for identity columns by it"},
	{StatisticExtRelationId, NULL, "psql describes tables by it"},
	{TableSpaceRelationId, NULL, "tools join it"},
	{TriggerRelationId, NULL, "psql describes tables by it"},
};

/* The same for views, whose numbers are not fixed. */
static const struct
{
	const char *name;
	OpenCatalog catalog;
}			views[] = {
	{"pg_indexes", {InvalidOid, ASB_SCHEMA_NAME ".known_relation_name(pg_catalog.concat("
		"pg_catalog.quote_ident(schemaname), '.', pg_catalog.quote_ident(indexname))) IS NOT NULL",
		"people look for indexes by it",
		{1 /* schemaname */ , 2 /* tablename */ , 3 /* indexname */ , 5 /* indexdef */ }}},
	{"pg_matviews", {InvalidOid, REACHES("named(schemaname::text, matviewname::text)"),
		"people look for materialized views by it", {1 /* schemaname */ , 2 /* matviewname */ }}},
	{"pg_policies", {InvalidOid, NULL, "tools join it"}},
	{"pg_roles", {InvalidOid, NULL, "psql describes tables by it"}},
	{"pg_sequences", {InvalidOid, NULL, "tools look for identity columns by it"}},
	{"pg_settings", {InvalidOid, "name OPERATOR(pg_catalog.=) 'max_index_keys'",
		"JDBC describes keys by it", {1 /* name */ , 2 /* setting */ }}},
	{"pg_stat_user_indexes", {InvalidOid, NULL, "tools join it"}},
	{"pg_statio_all_tables", {InvalidOid, NULL, "tools join it"}},
	{"pg_tables", {InvalidOid, REACHES("named(schemaname::text, tablename::text)"),
		"people look for tables by it", {1 /* schemaname */ , 2 /* tablename */ }}},
	{"pg_user", {InvalidOid, NULL, "tools join it"}},
	{"pg_views", {InvalidOid, REACHES("named(schemaname::text, viewname::text)"),
		"people look for views by it", {1 /* schemaname */ , 2 /* viewname */ }}},
};

/* Views of information_schema, which a profile can open. */
typedef struct InformationSchemaView
{
	const char *name;
	const char *filter;
	const char *blank[2];		/* columns that are null, all others are shown */
} InformationSchemaView;

static const InformationSchemaView information_schema_views[] = {
	{"columns", REACHES("named(table_schema::text, table_name::text, column_name::text)"),
		{"column_default", "generation_expression"}},
	{"constraint_column_usage", "false"},
	{"key_column_usage", REACHES("constraint(table_schema::text, table_name::text, constraint_name::text)")},
	{"table_constraints", REACHES("constraint(table_schema::text, table_name::text, constraint_name::text)")},
	{"tables", REACHES("named(table_schema::text, table_name::text)")},
	{"views", REACHES("named(table_schema::text, table_name::text)"), {"view_definition"}},
};

/* Is it a view of this schema that initdb made? */
static bool
is_server_view(Oid relid, const char *schema)
{
	return relid >= FirstUnpinnedObjectId && relid < FirstNormalObjectId &&
		get_rel_namespace(relid) == get_namespace_oid(schema, true);
}

static const OpenCatalog *
find(Oid relid)
{
	char	   *name;

	/* asked of every column, most of which are not the server's */
	if (relid >= FirstNormalObjectId)
		return NULL;
	for (int i = 0; i < lengthof(catalogs); i++)
	{
		if (catalogs[i].relid == relid)
			return &catalogs[i];
	}
	if (!is_server_view(relid, "pg_catalog"))
		return NULL;
	name = get_rel_name(relid);
	for (int i = 0; i < lengthof(views); i++)
	{
		if (strcmp(views[i].name, name) == 0)
			return &views[i].catalog;
	}
	return NULL;
}

static const InformationSchemaView *
find_in_information_schema(Oid relid)
{
	char	   *name;

	if (!is_server_view(relid, "information_schema"))
		return NULL;
	name = get_rel_name(relid);
	for (int i = 0; i < lengthof(information_schema_views); i++)
	{
		if (strcmp(information_schema_views[i].name, name) == 0)
			return &information_schema_views[i];
	}
	return NULL;
}

static bool
is_shown(const OpenCatalog *catalog, AttrNumber attnum)
{
	for (int i = 0; i < lengthof(catalog->shown) && catalog->shown[i] != 0; i++)
	{
		if (catalog->shown[i] == attnum)
			return true;
	}
	return false;
}

static bool
is_blank(const InformationSchemaView *view, const char *name)
{
	for (int i = 0; i < lengthof(view->blank) && view->blank[i] != NULL; i++)
	{
		if (strcmp(view->blank[i], name) == 0)
			return true;
	}
	return false;
}

bool
asb_catalog_column_open(Oid relid, AttrNumber attnum)
{
	return attnum > 0 && find(relid) != NULL;
}

bool
asb_catalog_column_blank(Oid role, Oid relid, AttrNumber attnum)
{
	const InformationSchemaView *view = find_in_information_schema(relid);
	const OpenCatalog *catalog = find(relid);
	bool		told = view ? !is_blank(view, get_attname(relid, attnum, false)) :
		catalog == NULL || is_shown(catalog, attnum);

	return !told && !asb_relation_named_in_grant(role, relid, attnum);
}

bool
asb_catalog_column_made(Oid role, Oid relid, AttrNumber attnum)
{
	return asb_catalog_column_open(relid, attnum) &&
		(asb_catalog_column_blank(role, relid, attnum) || get_atttype(relid, attnum) == REGPROCOID);
}

/* Was any column of it granted by name? */
static bool
some_named_in_grant(Oid role, Oid relid)
{
	int			natts = asb_relation_natts(relid);

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (asb_relation_named_in_grant(role, relid, attnum))
			return true;
	}
	return false;
}

const char *
asb_catalog_filter(Oid role, Oid relid, const char **reason)
{
	const OpenCatalog *catalog = find(relid);

	if (catalog == NULL)
		return NULL;
	*reason = catalog->reason;
	/* a grant of a whole view opens its rows; of one of its columns it would open the others with them */
	if (catalog->filter)
		return relid >= FirstUnpinnedObjectId && asb_relation_named_in_grant(role, relid, InvalidAttrNumber) ?
			"true" : catalog->filter;
	/* of these no column is shown but those that were granted */
	return some_named_in_grant(role, relid) ? "true" : "false";
}

const char *
asb_catalog_information_schema_filter(Oid relid)
{
	const InformationSchemaView *view = find_in_information_schema(relid);

	return view ? view->filter : NULL;
}

bool
asb_catalog_in_information_schema(const AsbAccess *access)
{
	return (access->requiredPerms & ~ACL_SELECT) == 0 &&
		asb_catalog_information_schema_filter(access->relid) != NULL;
}

/* Makes the columns null that are not shown, and has the others tell of known functions and indexes only. */
static void
make_columns(Oid role, Oid relid, List *columns)
{
	ListCell   *cell;

	foreach(cell, columns)
	{
		TargetEntry *target = lfirst_node(TargetEntry, cell);
		const Var  *column = castNode(Var, target->expr);

		if (asb_catalog_column_blank(role, relid, column->varattno))
			target->expr = (Expr *) makeNullConst(column->vartype, column->vartypmod, column->varcollid);
		else if (column->vartype == REGPROCOID)
			target->expr = asb_describe_known(target->expr);
		else if (relid == RelationRelationId && column->varattno == Anum_pg_class_relhasindex)
			target->expr = asb_describe_has_index(target->expr,
												  (Expr *) makeVar(column->varno, Anum_pg_class_oid, OIDOID, -1, InvalidOid, 0));
	}
}

bool
asb_catalog_is_replacement(const Query *query)
{
	return query->querySource == QSRC_PARSER;
}

/* Puts a subquery in the place of an entry, as the rewriter does with a view. */
static void
replace(RangeTblEntry *rte, Oid role, const char *filter)
{
	char	   *source = psprintf("SELECT * FROM %s WHERE %s",
								  quote_qualified_identifier(get_namespace_name(get_rel_namespace(rte->relid)),
															 get_rel_name(rte->relid)), filter);
	ParseState *pstate = make_parsestate(NULL);
	RangeTblEntry *inner;

	/* analyzed without the hook: it is not the agent's text */
	pstate->p_sourcetext = source;
	rte->subquery = transformTopLevelStmt(pstate, linitial_node(RawStmt, raw_parser(source, RAW_PARSE_DEFAULT)));
	free_parsestate(pstate);
	rte->subquery->querySource = QSRC_PARSER;	/* which the server has no use for */

	make_columns(role, rte->relid, rte->subquery->targetList);

	/* a barrier on the table alone lets the planner join it by an index */
	inner = linitial_node(RangeTblEntry, rte->subquery->rtable);
	if (inner->relkind == RELKIND_RELATION)
	{
		inner->securityQuals = list_make1(rte->subquery->jointree->quals);
		rte->subquery->jointree->quals = NULL;
	}
	else
		rte->security_barrier = true;

	rte->rtekind = RTE_SUBQUERY;
	rte->relid = InvalidOid;
	rte->relkind = 0;
	rte->rellockmode = 0;
	rte->inh = false;
	asb_entry_drop_access(rte);
}

void
asb_catalog_restrict(Oid role, const Query *query, RangeTblEntry *rte)
{
	const char *reason;
	const char *filter = asb_catalog_filter(role, rte->relid, &reason);
	const AsbAccess *access;
	AttrNumber	attnum;

	if (filter == NULL)
		filter = asb_catalog_information_schema_filter(rte->relid);
	if (filter == NULL)
		return;

	/* in observe mode more may have got this far than reading what a subquery has */
	access = asb_entry_access(query, rte);
	if ((access->requiredPerms & ~ACL_SELECT) == 0 && rte->tablesample == NULL &&
		!asb_relation_system_column(access->selectedCols, &attnum))
		replace(rte, role, filter);
}
