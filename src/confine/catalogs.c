/*
 * catalogs.c
 *	  The system catalogs that agents may read, and which rows of them.
 *
 * Drivers look up types, and agents the tables they have.  Of the catalogs
 * below the listed columns can be read, and only rows about what the agent can
 * reach: the restriction is added to the agent's query as a security barrier,
 * so that it is applied before any condition of the agent's.  Everything else
 * in pg_catalog and information_schema is closed unless granted by name; some
 * views of information_schema are opened by an option of the profile.
 *
 * Left out even here: estimates, sizes, file numbers and transaction ids, which
 * tell of rows and sessions that one cannot see, and what names roles.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parse_func.h"
#include "parser/parse_node.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "confine/agent.h"
#include "confine/catalogs.h"
#include "confine/function.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/catalog.h"
#include "core/compat.h"

typedef struct OpenCatalog
{
	Oid			relid;
	const char *filter;			/* function of schema agentsandbox on ... */
	AttrNumber	keys[2];		/* ... these columns */
	const char *reason;
	AttrNumber	columns[20];	/* what can be read, ended by 0 */
} OpenCatalog;

static const OpenCatalog catalogs[] = {
	{AttributeRelationId, "reaches_relation",
		{Anum_pg_attribute_attrelid, Anum_pg_attribute_attnum},
		"drivers describe results and composite types by it",
		{Anum_pg_attribute_attrelid, Anum_pg_attribute_attname,
			Anum_pg_attribute_atttypid, Anum_pg_attribute_attlen,
			Anum_pg_attribute_attnum, Anum_pg_attribute_attndims,
			Anum_pg_attribute_atttypmod, Anum_pg_attribute_attnotnull,
			Anum_pg_attribute_atthasdef, Anum_pg_attribute_attidentity,
			Anum_pg_attribute_attgenerated, Anum_pg_attribute_attisdropped}
	},
	{EnumRelationId, "reaches_type", {Anum_pg_enum_enumtypid},
		"drivers map enum types by it",
		{Anum_pg_enum_oid, Anum_pg_enum_enumtypid,
			Anum_pg_enum_enumsortorder, Anum_pg_enum_enumlabel}
	},
	{NamespaceRelationId, "reaches_schema", {Anum_pg_namespace_oid},
		"drivers name types and tables by it",
		{Anum_pg_namespace_oid, Anum_pg_namespace_nspname}
	},
	{RangeRelationId, "reaches_type", {Anum_pg_range_rngtypid},
		"drivers map range types by it",
		{Anum_pg_range_rngtypid, Anum_pg_range_rngsubtype, Anum_pg_range_rngmultitypid}
	},
	{RelationRelationId, "reaches_relation", {Anum_pg_class_oid},
		"drivers and tools list tables by it",
		{Anum_pg_class_oid, Anum_pg_class_relname, Anum_pg_class_relnamespace,
			Anum_pg_class_reltype, Anum_pg_class_relkind, Anum_pg_class_relnatts,
			Anum_pg_class_relispartition, Anum_pg_class_relpersistence}
	},
	{TypeRelationId, "reaches_type", {Anum_pg_type_oid},
		"drivers map types by it",
		{Anum_pg_type_oid, Anum_pg_type_typname, Anum_pg_type_typnamespace,
			Anum_pg_type_typlen, Anum_pg_type_typbyval, Anum_pg_type_typtype,
			Anum_pg_type_typcategory, Anum_pg_type_typdelim, Anum_pg_type_typrelid,
			Anum_pg_type_typelem, Anum_pg_type_typarray, Anum_pg_type_typnotnull,
			Anum_pg_type_typbasetype, Anum_pg_type_typtypmod, Anum_pg_type_typndims,
			Anum_pg_type_typinput}
	},
};

static const OpenCatalog *
find(Oid relid)
{
	for (int i = 0; i < lengthof(catalogs); i++)
	{
		if (catalogs[i].relid == relid)
			return &catalogs[i];
	}
	return NULL;
}

bool
asb_catalog_column_open(Oid relid, AttrNumber attnum)
{
	const OpenCatalog *catalog = find(relid);

	for (int i = 0; catalog && catalog->columns[i] != 0; i++)
	{
		if (catalog->columns[i] == attnum)
			return true;
	}
	return false;
}

char *
asb_catalog_filter(Oid relid, const char **reason)
{
	const OpenCatalog *catalog = find(relid);
	StringInfoData filter;

	if (catalog == NULL)
		return NULL;
	*reason = catalog->reason;
	initStringInfo(&filter);
	appendStringInfo(&filter, "%s.%s(", ASB_SCHEMA_NAME, catalog->filter);
	for (int i = 0; i < lengthof(catalog->keys) && catalog->keys[i] != 0; i++)
		appendStringInfo(&filter, "%s%s", i > 0 ? ", " : "",
						 get_attname(relid, catalog->keys[i], false));
	appendStringInfoChar(&filter, ')');
	return filter.data;
}

static AclMode
privilege_named(const char *name)
{
	if (pg_strcasecmp(name, "select") == 0)
		return ACL_SELECT;
	if (pg_strcasecmp(name, "insert") == 0)
		return ACL_INSERT;
	if (pg_strcasecmp(name, "update") == 0)
		return ACL_UPDATE;
	if (pg_strcasecmp(name, "delete") == 0)
		return ACL_DELETE;
	return 0;
}

/*
 * The function of schema agentsandbox that a view of information_schema is
 * filtered by, on the columns by which it names what it is about; NULL if it is
 * not one of those that a profile can open.
 */
static const char *
information_schema_filter(Oid relid)
{
	static const char *const views[][2] = {
		{"columns", "reaches_named(table_schema::text, table_name::text, column_name::text)"},
		{"key_column_usage", "reaches_constraint(table_schema::text, table_name::text, constraint_name::text)"},
		{"table_constraints", "reaches_constraint(table_schema::text, table_name::text, constraint_name::text)"},
		{"tables", "reaches_named(table_schema::text, table_name::text)"},
		{"views", "reaches_named(table_schema::text, table_name::text)"},
	};
	char	   *name;

	/* made by initdb, and after the catalogs, which are most of what is asked */
	if (relid < FirstUnpinnedObjectId || relid >= FirstNormalObjectId ||
		get_rel_namespace(relid) != get_namespace_oid("information_schema", true))
		return NULL;
	name = get_rel_name(relid);
	for (int i = 0; i < lengthof(views); i++)
	{
		if (strcmp(views[i][0], name) == 0)
			return views[i][1];
	}
	return NULL;
}

bool
asb_catalog_in_information_schema(const AsbAccess *access)
{
	return (access->requiredPerms & ~ACL_SELECT) == 0 &&
		information_schema_filter(access->relid) != NULL;
}

char *
asb_catalog_information_schema_filter(Oid relid)
{
	const char *filter = information_schema_filter(relid);

	return filter ? psprintf("%s.%s", ASB_SCHEMA_NAME, filter) : NULL;
}

/* Puts a subquery in the place of an entry, as the rewriter does with a view. */
static void
restrict_information_schema(RangeTblEntry *rte, const char *filter)
{
	char	   *source = psprintf("SELECT * FROM information_schema.%s WHERE %s",
								  get_rel_name(rte->relid), filter);
	ParseState *pstate = make_parsestate(NULL);

	/* analyzed without the hook: it is not the agent's text */
	pstate->p_sourcetext = source;
	rte->subquery = transformTopLevelStmt(pstate, linitial_node(RawStmt, raw_parser(source, RAW_PARSE_DEFAULT)));
	free_parsestate(pstate);

	rte->rtekind = RTE_SUBQUERY;
	rte->security_barrier = true;
	rte->relid = InvalidOid;
	rte->relkind = 0;
	rte->rellockmode = 0;
	rte->tablesample = NULL;
	rte->inh = false;
	asb_entry_drop_access(rte);
}

/* Adds a security barrier to an entry. */
static void
restrict_catalog(RangeTblEntry *rte, int rtindex, const OpenCatalog *catalog)
{
	List	   *name;
	List	   *args = NIL;
	Oid			types[lengthof(catalog->keys)];
	Oid			funcid;

	for (int i = 0; i < lengthof(catalog->keys) && catalog->keys[i] != 0; i++)
	{
		types[i] = get_atttype(rte->relid, catalog->keys[i]);
		args = lappend(args, makeVar(rtindex, catalog->keys[i], types[i], -1, InvalidOid, 0));
	}
	name = list_make2(makeString(ASB_SCHEMA_NAME), makeString(pstrdup(catalog->filter)));
	funcid = LookupFuncName(name, list_length(args), types, false);

	/* before what the agent might add, in front of what is there already */
	rte->securityQuals = lcons(makeFuncExpr(funcid, BOOLOID, args, InvalidOid,
											InvalidOid, COERCE_EXPLICIT_CALL),
							   rte->securityQuals);
}

void
asb_catalog_name_type(CoerceViaIO *cast)
{
	const RelabelType *number = (const RelabelType *) cast->arg;
	Oid			type = OIDOID;
	List	   *name;

	if (cast->resulttype != TEXTOID || !IsA(number, RelabelType) ||
		number->resulttype != REGTYPEOID || exprType((Node *) number->arg) != OIDOID)
		return;
	name = list_make2(makeString(ASB_SCHEMA_NAME), makeString("type_name"));
	cast->arg = (Expr *) makeFuncExpr(LookupFuncName(name, 1, &type, false), TEXTOID,
									  list_make1(number->arg), DEFAULT_COLLATION_OID,
									  InvalidOid, COERCE_EXPLICIT_CALL);
}

void
asb_catalog_restrict(const Query *query, RangeTblEntry *rte, int rtindex)
{
	const OpenCatalog *catalog = find(rte->relid);
	const char *filter = catalog ? NULL : asb_catalog_information_schema_filter(rte->relid);

	/* in observe mode more than reading may have got this far */
	if ((asb_entry_access(query, rte)->requiredPerms & ~ACL_SELECT) != 0)
		return;
	if (catalog)
		restrict_catalog(rte, rtindex, catalog);
	else if (filter)
		restrict_information_schema(rte, filter);
}

/* Whom the functions below answer for. */
static Oid
asking_role(void)
{
	const AsbSession *session = asb_session();

	return session ? session->role : GetUserId();
}

ASB_FUNCTION(asb_reaches_relation);

/*
 * reaches_relation(relation oid) and (relation oid, column smallint) and
 * (relation oid, column smallint, privilege text), all returning boolean
 */
Datum
asb_reaches_relation(PG_FUNCTION_ARGS)
{
	Oid			role = asking_role();
	Oid			relid = PG_GETARG_OID(0);
	AttrNumber	attnum = PG_NARGS() > 1 ? PG_GETARG_INT16(1) : 0;
	AclMode		mask = ASB_OF_COLUMNS;

	if (PG_NARGS() > 2)
		mask = privilege_named(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	if (attnum < 0)
		PG_RETURN_BOOL(false);
	if (attnum > 0)
		PG_RETURN_BOOL(asb_relation_column_granted(role, relid, attnum, mask));
	PG_RETURN_BOOL(PG_NARGS() > 2 ? asb_relation_granted(role, relid, mask) :
				   asb_relation_reachable(role, relid));
}

/* A relation by its name; InvalidOid if the role cannot name it. */
static Oid
named_relation(Oid role, const text *schema, const text *relation)
{
	Oid			nspoid = get_namespace_oid(text_to_cstring(schema), true);

	if (!OidIsValid(nspoid) || pg_namespace_aclcheck(nspoid, role, ACL_USAGE) != ACLCHECK_OK)
		return InvalidOid;
	return get_relname_relid(text_to_cstring(relation), nspoid);
}

static bool
knows_column(Oid role, Oid relid, AttrNumber attnum)
{
	return attnum > 0 &&
		asb_relation_column_granted(role, relid, attnum, ASB_OF_COLUMNS);
}

ASB_FUNCTION(asb_reaches_named);

/*
 * reaches_named(schema text, relation text) and (schema text, relation text,
 * column text), both returning boolean
 */
Datum
asb_reaches_named(PG_FUNCTION_ARGS)
{
	Oid			role = asking_role();
	Oid			relid = named_relation(role, PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1));

	if (!OidIsValid(relid))
		PG_RETURN_BOOL(false);
	if (PG_NARGS() == 2)
		PG_RETURN_BOOL(asb_relation_reachable(role, relid));
	PG_RETURN_BOOL(knows_column(role, relid, get_attnum(relid, text_to_cstring(PG_GETARG_TEXT_PP(2)))));
}

ASB_FUNCTION(asb_reaches_constraint);

/*
 * reaches_constraint(schema text, relation text, constraint text) returns
 * boolean
 *
 * Until 17 a NOT NULL is no constraint of its own; information_schema makes a
 * name for it, which ends in the number of its column.
 */
Datum
asb_reaches_constraint(PG_FUNCTION_ARGS)
{
	Oid			role = asking_role();
	Oid			relid = named_relation(role, PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1));
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(2));
	int			attnum;

	if (!OidIsValid(relid) || !asb_relation_reachable(role, relid))
		PG_RETURN_BOOL(false);
	if (OidIsValid(get_relation_constraint_oid(relid, name, true)))
		PG_RETURN_BOOL(asb_relation_constraint_known(role, relid, name));
	PG_RETURN_BOOL(sscanf(name, "%*u_%*u_%5d_not_null", &attnum) == 1 &&
				   attnum <= MaxHeapAttributeNumber && knows_column(role, relid, attnum));
}

ASB_FUNCTION(asb_reaches_schema);

/* reaches_schema(schema oid) returns boolean */
Datum
asb_reaches_schema(PG_FUNCTION_ARGS)
{
	Oid			nspoid = PG_GETARG_OID(0);

	/* of one that is none the server's check would say so, as of no hidden one */
	PG_RETURN_BOOL(SearchSysCacheExists1(NAMESPACEOID, ObjectIdGetDatum(nspoid)) &&
				   pg_namespace_aclcheck(nspoid, asking_role(), ACL_USAGE) == ACLCHECK_OK);
}

ASB_FUNCTION(asb_type_name);

/* type_name(type oid) returns text */
Datum
asb_type_name(PG_FUNCTION_ARGS)
{
	Oid			typid = PG_GETARG_OID(0);
	char	   *name = NULL;

	/* the names of the server's own types stand in its manual */
	if (typid < FirstNormalObjectId || asb_type_decide(asking_role(), typid))
		name = format_type_extended(typid, -1, FORMAT_TYPE_INVALID_AS_NULL);
	if (name == NULL)
		name = OidIsValid(typid) ? psprintf("%u", typid) : pstrdup("-");
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

ASB_FUNCTION(asb_reaches_type);

/* reaches_type(type oid) returns boolean */
Datum
asb_reaches_type(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(asb_type_decide(asking_role(), PG_GETARG_OID(0)));
}

/* Was the role granted the function, and may it change something? */
static bool
changes_by(Oid role, HeapTuple row, TupleDesc desc)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(row);
	const AsbSession *session = asb_session();

	return form->provolatile == PROVOLATILE_VOLATILE &&
		!heap_attisnull(row, Anum_pg_proc_proacl, desc) &&
		form->pronamespace != asb_schema_oid() &&
		(form->prokind != PROKIND_PROCEDURE || session == NULL || session->profile.allow_call) &&
		pg_namespace_aclcheck(form->pronamespace, role, ACL_USAGE) == ACLCHECK_OK &&
		asb_function_decide_row(role, row) == ASB_FUNCTION_GRANTED;
}

ASB_FUNCTION(asb_reaches_volatile_function);

/* reaches_volatile_function() returns boolean */
Datum
asb_reaches_volatile_function(PG_FUNCTION_ARGS)
{
	Oid			role = asking_role();
	Relation	functions = table_open(ProcedureRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(functions, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	row;
	bool		found = false;

	while (!found && HeapTupleIsValid(row = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		found = changes_by(role, row, RelationGetDescr(functions));
	}
	systable_endscan(scan);
	table_close(functions, AccessShareLock);
	PG_RETURN_BOOL(found);
}
