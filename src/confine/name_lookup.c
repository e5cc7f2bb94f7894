/*
 * name_lookup.c
 *	  What a name in an agent's text finds, and whether the role may know of it.
 *
 * Names are looked for as the server does it, but for schemas that the role may
 * not use.  For name.c, which see: nothing here raises an error of its own.
 */
#include "postgres.h"

#include <limits.h>

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "confine/function.h"
#include "confine/name_lookup.h"
#include "confine/relation.h"
#include "core/catalog.h"
#include "core/compat.h"

List *
asb_name_schemas(Oid role, const char *schema)
{
	Oid			nspoid;

	if (schema == NULL)
		return fetch_search_path(true);
	nspoid = get_namespace_oid(schema, true);
	if (!OidIsValid(nspoid) || pg_namespace_aclcheck(nspoid, role, ACL_USAGE) != ACLCHECK_OK)
		return NIL;
	return list_make1_oid(nspoid);
}

/* Splits a name of one to three parts; a database in it is not looked at. */
static char *
split(const List *names, char **schema)
{
	int			n = list_length(names);

	*schema = n > 1 ? strVal(list_nth(names, n - 2)) : NULL;
	return strVal(llast(names));
}

Oid
asb_name_relation(Oid role, const RangeVar *relation)
{
	ListCell   *cell;

	foreach(cell, asb_name_schemas(role, relation->schemaname))
	{
		Oid			relid = get_relname_relid(relation->relname, lfirst_oid(cell));

		if (OidIsValid(relid))
			return relid;
	}
	return InvalidOid;
}

bool
asb_name_relation_known(Oid role, Oid relid)
{
	return OidIsValid(relid) &&
		(relid < FirstNormalObjectId || asb_relation_reachable(role, relid));
}

bool
asb_name_text_known(Oid role, const char *text)
{
	List	   *names;

	/* what cannot be taken apart is left to the input function */
	if (!SplitIdentifierString(pstrdup(text), '.', &names) || names == NIL || list_length(names) > 2)
		return false;
	return asb_name_relation_known(role, asb_name_relation(role, makeRangeVar(list_length(names) > 1 ? linitial(names) : NULL,
																			 llast(names), -1)));
}

int
asb_name_columns_before_hidden(Oid role, Oid relid)
{
	int			natts = relid < FirstNormalObjectId ? 0 : asb_relation_natts(relid);
	int			n = 0;

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (!asb_relation_has_column(relid, attnum))
			continue;
		if (!asb_relation_column_granted(role, relid, attnum, ASB_OF_COLUMNS))
			return n;
		n++;
	}
	return INT_MAX;
}

bool
asb_name_callable_known(Oid role, int cacheid, const List *names)
{
	char	   *schema;
	char	   *name = split(names, &schema);
	List	   *schemas = asb_name_schemas(role, schema);
	CatCList   *list = SearchSysCacheList1(cacheid, CStringGetDatum(name));
	bool		known = false;

	for (int i = 0; i < list->n_members && !known; i++)
	{
		HeapTuple	row = &list->members[i]->tuple;
		Oid			nspoid;
		Oid			funcid;

		if (cacheid == OPERNAMENSP)
		{
			nspoid = ((Form_pg_operator) GETSTRUCT(row))->oprnamespace;
			funcid = ((Form_pg_operator) GETSTRUCT(row))->oprcode;
		}
		else
		{
			nspoid = ((Form_pg_proc) GETSTRUCT(row))->pronamespace;
			funcid = ((Form_pg_proc) GETSTRUCT(row))->oid;
		}
		known = list_member_oid(schemas, nspoid) &&
			(funcid < FirstNormalObjectId || asb_function_decide(role, funcid) != ASB_FUNCTION_HIDDEN);
	}
	ReleaseSysCacheList(list);
	return known;
}

/* What "look" finds in the first of the schemas that has it, InvalidOid if none does. */
static Oid
first_found(Oid role, const List *names, Oid (*look) (const char *name, Oid nspoid))
{
	char	   *schema;
	char	   *name = split(names, &schema);
	ListCell   *cell;

	foreach(cell, asb_name_schemas(role, schema))
	{
		Oid			oid = look(name, lfirst_oid(cell));

		if (OidIsValid(oid))
			return oid;
	}
	return InvalidOid;
}

static bool
is_of_server(Oid oid)
{
	return OidIsValid(oid) && oid < FirstNormalObjectId;
}

static Oid
look_for_type(const char *name, Oid nspoid)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   PointerGetDatum(name), ObjectIdGetDatum(nspoid));
}

/* One for the encoding of the database comes before one for any. */
static Oid
look_for_collation(const char *name, Oid nspoid)
{
	Oid			collid = GetSysCacheOid3(COLLNAMEENCNSP, Anum_pg_collation_oid,
										 PointerGetDatum(name), Int32GetDatum(GetDatabaseEncoding()),
										 ObjectIdGetDatum(nspoid));

	return OidIsValid(collid) ? collid :
		GetSysCacheOid3(COLLNAMEENCNSP, Anum_pg_collation_oid,
						PointerGetDatum(name), Int32GetDatum(-1), ObjectIdGetDatum(nspoid));
}

static Oid
look_for_operator_class(const char *name, Oid nspoid)
{
	return GetSysCacheOid3(CLAAMNAMENSP, Anum_pg_opclass_oid, ObjectIdGetDatum(BTREE_AM_OID),
						   PointerGetDatum(name), ObjectIdGetDatum(nspoid));
}

Oid
asb_name_type(Oid role, const List *names)
{
	return first_found(role, names, look_for_type);
}

bool
asb_name_collation_known(Oid role, const List *names)
{
	return is_of_server(first_found(role, names, look_for_collation));
}

bool
asb_name_operator_class_known(Oid role, const List *names)
{
	return is_of_server(first_found(role, names, look_for_operator_class));
}

bool
asb_name_column_hidden(Oid role, const char *column, const List *relations)
{
	bool		hidden = false;
	ListCell   *cell;

	foreach(cell, relations)
	{
		AttrNumber	attnum = get_attnum(lfirst_oid(cell), column);

		if (attnum <= 0)
			continue;
		if (lfirst_oid(cell) < FirstNormalObjectId ||
			asb_relation_column_granted(role, lfirst_oid(cell), attnum, ASB_OF_COLUMNS))
			return false;
		hidden = true;
	}
	return hidden;
}

bool
asb_name_column_known(Oid role, const char *column, const List *relations)
{
	ListCell   *cell;

	foreach(cell, relations)
	{
		AttrNumber	attnum = get_attnum(lfirst_oid(cell), column);

		if (attnum > 0 && asb_relation_column_granted(role, lfirst_oid(cell), attnum, ASB_OF_COLUMNS))
			return true;
	}
	return false;
}
