/*
 * known.c
 *	  What of the database an agent knows, asked in SQL.
 *
 * Filters of catalogs and the views that describe an agent its own world call
 * these functions; the gates decide.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "parser/parse_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "confine/agent.h"
#include "confine/constraint.h"
#include "confine/function.h"
#include "confine/known.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/catalog.h"
#include "core/compat.h"

/* Whom the functions below answer for. */
static Oid
asking_role(void)
{
	const AsbSession *session = asb_session();

	return session ? session->role : GetUserId();
}

bool
asb_knows_schema(Oid role, Oid nspoid)
{
	/* of one that is none the server's check would say so, as of no hidden one */
	return SearchSysCacheExists1(NAMESPACEOID, ObjectIdGetDatum(nspoid)) &&
		pg_namespace_aclcheck(nspoid, role, ACL_USAGE) == ACLCHECK_OK;
}

bool
asb_knows_relation(Oid role, Oid relid)
{
	return asb_relation_reachable(role, relid) && asb_knows_schema(role, get_rel_namespace(relid));
}

static bool
is_index(Oid relid)
{
	char		relkind = get_rel_relkind(relid);

	return relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX;
}

static bool
knows(Oid role, Oid catalog, Oid object, int part)
{
	switch (catalog)
	{
		case RelationRelationId:
			if (get_rel_relkind(object) == RELKIND_COMPOSITE_TYPE)
				return part >= 0 && asb_type_decide(role, get_rel_type_id(object));
			if (part != 0)
				return part > 0 && part <= MaxHeapAttributeNumber && asb_knows_relation(role, object) &&
					asb_relation_column_granted(role, object, part, ASB_OF_COLUMNS);
			return asb_knows_relation(role, object) ||
				(is_index(object) && asb_index_describable(role, object));
		case NamespaceRelationId:
			return asb_knows_schema(role, object);
		case TypeRelationId:
			/* the names of the server's own types stand in its manual */
			return object < FirstNormalObjectId ?
				SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(object)) : asb_type_decide(role, object);
		case ConstraintRelationId:
			return asb_constraint_describable(role, object);
		case ProcedureRelationId:
			/* as with types */
			return object < FirstNormalObjectId ?
				SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(object)) :
				asb_function_decide(role, object) == ASB_FUNCTION_GRANTED &&
				asb_knows_schema(role, get_func_namespace(object));
		default:
			return false;
	}
}

ASB_FUNCTION(asb_known_object);

/*
 * known_object(catalog oid, object oid, part integer) returns oid
 */
Datum
asb_known_object(PG_FUNCTION_ARGS)
{
	if (!knows(asking_role(), PG_GETARG_OID(0), PG_GETARG_OID(1), PG_GETARG_INT32(2)))
		PG_RETURN_NULL();
	PG_RETURN_OID(PG_GETARG_OID(1));
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
named_relation(Oid role, const char *schema, const char *relation)
{
	Oid			nspoid = get_namespace_oid(schema, true);

	if (!OidIsValid(nspoid) || pg_namespace_aclcheck(nspoid, role, ACL_USAGE) != ACLCHECK_OK)
		return InvalidOid;
	return get_relname_relid(relation, nspoid);
}

ASB_FUNCTION(asb_known_relation_name);

/*
 * known_relation_name(name text) returns text
 *
 * Not asked as the server does, which says of a schema that it is hidden.
 */
Datum
asb_known_relation_name(PG_FUNCTION_ARGS)
{
	Oid			role = asking_role();
	List	   *name = textToQualifiedNameList(PG_GETARG_TEXT_PP(0));
	Oid			relid = InvalidOid;

	if (list_length(name) == 1)
		relid = RelnameGetRelid(strVal(linitial(name)));
	else if (list_length(name) == 2)
		relid = named_relation(role, strVal(linitial(name)), strVal(lsecond(name)));
	else if (list_length(name) == 3 && strcmp(strVal(linitial(name)), get_database_name(MyDatabaseId)) == 0)
		relid = named_relation(role, strVal(lsecond(name)), strVal(lthird(name)));
	if (!knows(role, RelationRelationId, relid, 0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

ASB_FUNCTION(asb_known_type_name);

/*
 * known_type_name(name text) returns text
 *
 * Not asked as the server does, as above.
 */
Datum
asb_known_type_name(PG_FUNCTION_ARGS)
{
	Oid			role = asking_role();
	TypeName   *name = asb_parse_type_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Type		type;
	Oid			typid;

	if (list_length(name->names) > 2 ||
		(list_length(name->names) == 2 &&
		 !asb_knows_schema(role, get_namespace_oid(strVal(linitial(name->names)), true))))
		PG_RETURN_NULL();
	type = LookupTypeName(NULL, name, NULL, true);
	if (type == NULL)
		PG_RETURN_NULL();
	typid = typeTypeId(type);
	ReleaseSysCache(type);
	if (!knows(role, TypeRelationId, typid, 0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
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
	Oid			relid = named_relation(role, text_to_cstring(PG_GETARG_TEXT_PP(0)),
									   text_to_cstring(PG_GETARG_TEXT_PP(1)));

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
	Oid			relid = named_relation(role, text_to_cstring(PG_GETARG_TEXT_PP(0)),
									   text_to_cstring(PG_GETARG_TEXT_PP(1)));
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(2));
	int			attnum;

	if (!OidIsValid(relid) || !asb_relation_reachable(role, relid))
		PG_RETURN_BOOL(false);
	if (OidIsValid(get_relation_constraint_oid(relid, name, true)))
		PG_RETURN_BOOL(asb_constraint_known(role, relid, name));
	PG_RETURN_BOOL(sscanf(name, "%*u_%*u_%5d_not_null", &attnum) == 1 &&
				   attnum <= MaxHeapAttributeNumber && knows_column(role, relid, attnum));
}

ASB_FUNCTION(asb_reaches_schema);

/* reaches_schema(schema oid) returns boolean */
Datum
asb_reaches_schema(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(asb_knows_schema(asking_role(), PG_GETARG_OID(0)));
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
