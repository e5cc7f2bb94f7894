/*
 * type.c
 *	  The type gate: types whose values a sandboxed session may handle.
 *
 * To handle a value of a type is to run its input and output functions, for a
 * domain also its checks, and to learn what it is made of.  Allowed are
 *
 *		the server's types below, those of which USAGE was granted by name, and
 *		what is made of allowed types;
 *		any other type if USAGE of it was granted by name, or if a column or
 *		function that the agent can reach has it; not because of PUBLIC;
 *		the row type of a relation if all its columns can be read.
 *
 * Not on the list are types that name objects (regclass ...), aclitem, which
 * names roles, xml, whose parser cannot be cancelled, and the server's own
 * internal formats.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "confine/decisions.h"
#include "confine/function.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/catalog.h"
#include "core/compat.h"

static bool reachable(Oid role, Oid typid, List *visiting);

/* The server's types that are on the list; its own numbers end at FirstGenbkiObjectId. */
static const bool listed[] = {
	[BOOLOID] = true,
	[BYTEAOID] = true,
	[CHAROID] = true,
	[NAMEOID] = true,
	[INT8OID] = true,
	[INT2OID] = true,
	[INT4OID] = true,
	[TEXTOID] = true,
	[OIDOID] = true,
	[JSONOID] = true,
	[JSONBOID] = true,
	[JSONPATHOID] = true,
	[POINTOID] = true,
	[LSEGOID] = true,
	[PATHOID] = true,
	[BOXOID] = true,
	[POLYGONOID] = true,
	[LINEOID] = true,
	[CIRCLEOID] = true,
	[FLOAT4OID] = true,
	[FLOAT8OID] = true,
	[MONEYOID] = true,
	[MACADDROID] = true,
	[MACADDR8OID] = true,
	[INETOID] = true,
	[CIDROID] = true,
	[BPCHAROID] = true,
	[VARCHAROID] = true,
	[DATEOID] = true,
	[TIMEOID] = true,
	[TIMETZOID] = true,
	[TIMESTAMPOID] = true,
	[TIMESTAMPTZOID] = true,
	[INTERVALOID] = true,
	[BITOID] = true,
	[VARBITOID] = true,
	[NUMERICOID] = true,
	[REFCURSOROID] = true,
	[UUIDOID] = true,
	[TSVECTOROID] = true,
	[TSQUERYOID] = true,
	[RECORDOID] = true,
	[UNKNOWNOID] = true,
	[VOIDOID] = true,
	[PG_NODE_TREEOID] = true,	/* nobody can make one; tools hand it to pg_get_expr(), which answers NULL */
};

static inline bool
listed_server_type(Oid typid)
{
	return typid < lengthof(listed) && listed[typid];
}

bool
asb_type_names_objects(Oid typid)
{
	switch (typid)
	{
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCLASSOID:
		case REGCOLLATIONOID:
		case REGTYPEOID:
		case REGROLEOID:
		case REGNAMESPACEOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
			return true;
		default:
			return false;
	}
}

bool
asb_type_constant_reachable(Oid role, Oid typid, Oid object)
{
	switch (typid)
	{
		case REGCLASSOID:
			return asb_relation_reachable(role, object);
		case REGNAMESPACEOID:
			return pg_namespace_aclcheck(object, role, ACL_USAGE) == ACLCHECK_OK;
		case REGTYPEOID:
			return asb_type_decide(role, object);
		case REGPROCOID:
			return object < FirstNormalObjectId &&
				SearchSysCacheExists1(PROCOID, ObjectIdGetDatum(object));
		case REGCONFIGOID:
			/* those that initdb made, and no number that is none's */
			return object < FirstNormalObjectId &&
				SearchSysCacheExists1(TSCONFIGOID, ObjectIdGetDatum(object));
		case REGDICTIONARYOID:
			return object < FirstNormalObjectId &&
				SearchSysCacheExists1(TSDICTOID, ObjectIdGetDatum(object));
		default:
			return false;
	}
}

/* Has an argument or the result of the function this type?  It may use others in its body. */
static bool
function_has_type(Oid funcid, Oid typid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Oid		   *types;
	char	  **names;
	char	   *modes;
	int			n;
	bool		found;

	if (!HeapTupleIsValid(tuple))
		return false;
	found = ((Form_pg_proc) GETSTRUCT(tuple))->prorettype == typid;
	n = get_func_arg_info(tuple, &types, &names, &modes);
	for (int i = 0; i < n && !found; i++)
		found = types[i] == typid;
	ReleaseSysCache(tuple);
	return found;
}

/* Is the type made of this one?  A domain may use others in its default. */
static bool
type_has_type(Oid whole, Oid typid)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(whole));
	bool		found;

	if (!HeapTupleIsValid(tuple))
		return false;
	found = ((Form_pg_type) GETSTRUCT(tuple))->typbasetype == typid ||
		((Form_pg_type) GETSTRUCT(tuple))->typelem == typid;
	ReleaseSysCache(tuple);
	return found || get_range_subtype(whole) == typid || get_multirange_range(whole) == typid;
}

/*
 * Does a column, function or type that the role can reach have this type, or
 * arrays of it?
 */
static bool
used_by_reachable(Oid role, Oid typid, List *visiting)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	Oid			array = get_array_type(typid);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(TypeRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(typid));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);

		switch (row->classid)
		{
			case RelationRelationId:
				if (row->objsubid <= 0)
					break;
				if (get_rel_relkind(row->objid) == RELKIND_COMPOSITE_TYPE)
					found = reachable(role, get_rel_type_id(row->objid), visiting);
				else
					found = asb_relation_column_granted(role, row->objid, row->objsubid,
														ASB_OF_COLUMNS);
				break;
			case ProcedureRelationId:
				found = asb_function_decide(role, row->objid) == ASB_FUNCTION_GRANTED &&
					function_has_type(row->objid, typid);
				break;
			case TypeRelationId:
				if (row->objid != array && type_has_type(row->objid, typid))
					found = reachable(role, row->objid, visiting);
				break;
		}
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);

	return found || (OidIsValid(array) && used_by_reachable(role, array, visiting));
}

static bool
usage_granted(Oid role, Oid typid)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(typid));
	AclMode		privileges;

	if (!HeapTupleIsValid(tuple))
		return false;
	privileges = asb_acl_granted_in(TYPEOID, tuple, Anum_pg_type_typacl, role, ACL_USAGE);
	ReleaseSysCache(tuple);
	return privileges != 0;
}

/* Is it the row type of a relation all of whose columns can be read? */
static bool
row_type_readable(Oid role, Oid typid)
{
	Oid			relid = get_typ_typrelid(typid);
	int			natts;

	if (!OidIsValid(relid) || get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE)
		return false;
	natts = asb_relation_natts(relid);
	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (!asb_relation_column_granted(role, relid, attnum, ACL_SELECT) &&
			asb_relation_has_column(relid, attnum))
			return false;
	}
	return true;
}

/*
 * Does the role know of the type?  "visiting" are the types that this is being
 * found out for: types may refer to each other.
 */
static bool
reachable(Oid role, Oid typid, List *visiting)
{
	Oid			element = get_element_type(typid);
	bool		result;

	check_stack_depth();
	if (OidIsValid(element))
		return reachable(role, element, visiting);
	if (usage_granted(role, typid) || row_type_readable(role, typid))
		return true;
	if (typid < FirstNormalObjectId)
		return !OidIsValid(get_typ_typrelid(typid));
	if (get_typtype(typid) == TYPTYPE_MULTIRANGE)
		return reachable(role, get_multirange_range(typid), visiting);
	if (list_member_oid(visiting, typid))
		return false;

	visiting = lappend_oid(list_copy(visiting), typid);
	result = used_by_reachable(role, typid, visiting);
	list_free(visiting);
	return result;
}

/* Is everything the type is made of open, as far as the server made it? */
static bool
made_of_open_types(Oid typid, List *visiting)
{
	Oid			element = get_element_type(typid);
	TupleDesc	desc;
	bool		open;

	check_stack_depth();
	if (OidIsValid(element))
		return made_of_open_types(element, visiting);
	if (listed_server_type(typid) || list_member_oid(visiting, typid))
		return true;

	switch (get_typtype(typid))
	{
		case TYPTYPE_DOMAIN:
			return made_of_open_types(getBaseType(typid), visiting);
		case TYPTYPE_RANGE:
			return made_of_open_types(get_range_subtype(typid), visiting);
		case TYPTYPE_MULTIRANGE:
			return made_of_open_types(get_multirange_range(typid), visiting);
		case TYPTYPE_ENUM:
		case TYPTYPE_BASE:
			return typid >= FirstNormalObjectId;
		case TYPTYPE_COMPOSITE:
			desc = lookup_rowtype_tupdesc_noerror(typid, -1, true);
			open = desc != NULL;
			visiting = lappend_oid(list_copy(visiting), typid);
			for (int i = 0; open && i < desc->natts; i++)
				open = TupleDescAttr(desc, i)->attisdropped ||
					made_of_open_types(TupleDescAttr(desc, i)->atttypid, visiting);
			list_free(visiting);
			if (desc)
				ReleaseTupleDesc(desc);
			return open;
		default:
			return false;
	}
}

const char *
asb_type_hint(Oid typid)
{
	Oid			element = get_element_type(typid);

	if (asb_type_names_objects(typid) || asb_type_names_objects(element))
		return ASB_HINT_NAMES;
	return typid == XMLOID || element == XMLOID ? ASB_HINT_XML : NULL;
}

void
asb_type_refuse(Oid typid)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_FUNCTION,
		.object = format_type_be(typid),
		.message = typid < FirstNormalObjectId ?
			psprintf("values of type %s are not allowed", format_type_be(typid)) :
			ASB_TYPE_NOT_GRANTED,
		.hint = asb_type_hint(typid)
	});
}

static bool pg_noinline
decide(Oid role, Oid typid)
{
	AsbDecision decision = asb_decision_begin(ASB_DECISION_TYPE, role, typid);

	/* in this order: to look into the row of a hidden relation would wait for its locks */
	decision.value = (typid < FirstNormalObjectId && usage_granted(role, typid)) ||
		(reachable(role, typid, NIL) && made_of_open_types(typid, NIL));
	if (decision.value)
		asb_decision_rests_on(TYPEOID, GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(typid)));
	asb_decision_remember(&decision);
	return decision.value;
}

bool
asb_type_decide(Oid role, Oid typid)
{
	const uint32 *decided;

	if (listed_server_type(typid))
		return true;
	decided = asb_decision_find(ASB_DECISION_TYPE, role, typid);
	return decided ? *decided != 0 : decide(role, typid);
}
