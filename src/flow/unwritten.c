/*
 * unwritten.c
 *	  What a column holds that no statement wrote: its default, or what it is
 *	  generated from.
 *
 * From the catalogs, as a relation that is not locked must do.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "flow/unwritten.h"

/* What stands in pg_attrdef of a column, or NULL. */
static Node *
stored_expression(Oid relid, AttrNumber attnum)
{
	Relation	rel = table_open(AttrDefaultRelationId, AccessShareLock);
	Node	   *expression = NULL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_pg_attrdef_adrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[1], Anum_pg_attrdef_adnum, BTEqualStrategyNumber, F_INT2EQ, Int16GetDatum(attnum));
	scan = systable_beginscan(rel, AttrDefaultIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		stored = heap_getattr(tuple, Anum_pg_attrdef_adbin, RelationGetDescr(rel), &isnull);

		if (!isnull)
			expression = stringToNode(TextDatumGetCString(stored));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return expression;
}

/* The argument of a cast that keeps different values different, or NULL. */
static Node *
under_cast(Node *expression)
{
	if (IsA(expression, RelabelType))
		return (Node *) ((RelabelType *) expression)->arg;
	if (IsA(expression, CoerceToDomain))
		return (Node *) ((CoerceToDomain *) expression)->arg;
	if (IsA(expression, CoerceViaIO) &&
		(((CoerceViaIO *) expression)->resulttype == TEXTOID ||
		 ((CoerceViaIO *) expression)->resulttype == VARCHAROID))
		return (Node *) ((CoerceViaIO *) expression)->arg;
	if (IsA(expression, FuncExpr) &&
		(((FuncExpr *) expression)->funcid == F_INT4_INT8 ||
		 ((FuncExpr *) expression)->funcid == F_INT2_INT8))
		return linitial(((FuncExpr *) expression)->args);
	return NULL;
}

/* nextval(), gen_random_uuid(), and what makes UUIDs in C */
static bool
makes_fresh_values(Oid funcid)
{
	HeapTuple	tuple;
	Form_pg_proc function;
	bool		makes;

	if (funcid == F_NEXTVAL)
		return true;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(tuple))
		return false;
	function = (Form_pg_proc) GETSTRUCT(tuple);
	makes = function->prorettype == UUIDOID && function->provolatile == PROVOLATILE_VOLATILE &&
		(function->prolang == INTERNALlanguageId || function->prolang == ClanguageId);
	ReleaseSysCache(tuple);
	return makes;
}

static AsbUnwritten
of_default(Node *expression)
{
	Node	   *inner;

	while (expression && (inner = under_cast(expression)) != NULL)
		expression = inner;
	if (expression == NULL ||
		(IsA(expression, Const) && ((Const *) expression)->constisnull))
		return ASB_UNWRITTEN_NULL;
	if (IsA(expression, FuncExpr) && makes_fresh_values(((FuncExpr *) expression)->funcid))
		return ASB_UNWRITTEN_FRESH;
	return ASB_UNWRITTEN_OTHER;
}

AsbUnwritten
asb_unwritten(Oid target, Oid relid, AttrNumber attnum)
{
	HeapTuple	tuple;
	FormData_pg_attribute column;
	Node	   *expression;

	if (relid != target)
	{
		char	   *name = get_attname(relid, attnum, true);

		attnum = name ? get_attnum(target, name) : InvalidAttrNumber;
		/* no row gets from there to here */
		if (attnum == InvalidAttrNumber)
			return ASB_UNWRITTEN_NULL;
	}
	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(target), Int16GetDatum(attnum));
	if (!HeapTupleIsValid(tuple))
		return ASB_UNWRITTEN_OTHER;
	column = *(Form_pg_attribute) GETSTRUCT(tuple);
	ReleaseSysCache(tuple);

	if (column.attidentity != '\0')
		return ASB_UNWRITTEN_FRESH;
	expression = column.atthasdef ? stored_expression(target, attnum) : get_typdefault(column.atttypid);
	return column.attgenerated != '\0' ?
		asb_unwritten_expression(target, target, expression) : of_default(expression);
}

AsbUnwritten
asb_unwritten_expression(Oid target, Oid relid, Node *expression)
{
	Bitmapset  *columns = NULL;
	int			member = -1;

	/* what is strict all through makes NULL of one NULL */
	if (expression == NULL || contain_nonstrict_functions(expression))
		return ASB_UNWRITTEN_OTHER;
	pull_varattnos(expression, 1, &columns);
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber	attnum = member + FirstLowInvalidHeapAttributeNumber;

		if (attnum > 0 && asb_unwritten(target, relid, attnum) == ASB_UNWRITTEN_NULL)
			return ASB_UNWRITTEN_NULL;
	}
	return ASB_UNWRITTEN_OTHER;
}

Bitmapset *
asb_generated_from(Oid relid, AttrNumber attnum)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	Bitmapset  *columns = NULL;
	bool		generated;

	/* the relation may be gone by now */
	if (!HeapTupleIsValid(tuple))
		return NULL;
	generated = ((Form_pg_attribute) GETSTRUCT(tuple))->attgenerated != '\0';
	ReleaseSysCache(tuple);
	if (generated)
		pull_varattnos(stored_expression(relid, attnum), 1, &columns);
	return columns;
}
