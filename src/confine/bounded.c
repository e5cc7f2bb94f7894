/*
 * bounded.c
 *	  Twins of the server's search functions that refuse hopeless work.
 *
 * LIKE, strpos(), replace(), @> and others of class "search" on the list of
 * server functions take time in proportion to the product of the sizes of
 * their arguments, in loops that neither statement_timeout nor a signal
 * interrupts: a LIKE of 1 MB against 30 kB runs for more than half a minute.
 * An agent makes such values with repeat(), so that a limit on what it sends
 * does not help, and without LIKE no honest agent gets far.  Some take time in
 * proportion to the square of one argument: to_tsquery() puts each operand
 * before all others, and of stop words there is no limit.
 *
 * So where an agent's own expression calls one, it is made to call a twin,
 * agentsandbox.bounded_<name>() with the same arguments, which looks at the
 * sizes and then calls the server's function.  An operator stays the operator
 * that it is: indexes, statistics and EXPLAIN go by it.  The twins are made
 * from the list by src/sql/api/bounded.sql.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/bounded.h"
#include "confine/server_functions.h"
#include "core/catalog.h"
#include "core/compat.h"

#define TWIN_PREFIX "bounded_"

/*
 * Products of two sizes in bytes.  At some 10^9 steps a second this is a
 * quarter of a second, and 1 MB can still be searched for 250 bytes.
 */
#define MAX_WORK INT64CONST(250000000)

/* What a twin calls; in its fn_extra. */
typedef struct BoundedTarget
{
	FmgrInfo	function;
	int			quadratic;		/* in this argument alone, or -1 */
	bool		varlena[2];
} BoundedTarget;

/* The function of another schema with this one's arguments, or InvalidOid. */
static Oid
counterpart(Oid funcid, const char *prefix, int skip, Oid schema)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc form;
	char	   *name;
	Oid			other;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	form = (Form_pg_proc) GETSTRUCT(tuple);
	name = psprintf("%s%s", prefix, NameStr(form->proname) + skip);
	other = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
							CStringGetDatum(name),
							PointerGetDatum(&form->proargtypes),
							ObjectIdGetDatum(schema));
	ReleaseSysCache(tuple);
	pfree(name);
	return other;
}

static void
substitute(Oid *funcid)
{
	Oid			twin;

	if (!asb_server_function_searches(*funcid))
		return;

	twin = counterpart(*funcid, TWIN_PREFIX, 0, asb_schema_oid());
	if (!OidIsValid(twin))
		elog(ERROR, "server function %u has no bounded twin", *funcid);
	*funcid = twin;
}

void
asb_bounded_substitute(Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			substitute(&((FuncExpr *) node)->funcid);
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			substitute(&((OpExpr *) node)->opfuncid);
			break;
		case T_ScalarArrayOpExpr:
			substitute(&((ScalarArrayOpExpr *) node)->opfuncid);
			break;
		default:
			break;
	}
}

static bool
is_twin(Oid funcid, void *context)
{
	const char *name = get_func_name(funcid);

	return name && get_func_namespace(funcid) == asb_schema_oid() &&
		strncmp(name, TWIN_PREFIX, strlen(TWIN_PREFIX)) == 0;
}

static bool
calls_twin(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return check_functions_in_node(node, is_twin, context) ||
		expression_tree_walker(node, calls_twin, context);
}

bool
asb_bounded_called(Node *node)
{
	return calls_twin(node, NULL);
}

/* The argument whose square a server function's time grows with, -1 if none. */
static int
quadratic_argument(Oid funcid)
{
	switch (funcid)
	{
		case F_NORMALIZE:
		case F_IS_NORMALIZED:
		case F_PHRASETO_TSQUERY_TEXT:
		case F_PLAINTO_TSQUERY_TEXT:
		case F_TO_TSQUERY_TEXT:
		case F_WEBSEARCH_TO_TSQUERY_TEXT:
			return 0;
		case F_PHRASETO_TSQUERY_REGCONFIG_TEXT:
		case F_PLAINTO_TSQUERY_REGCONFIG_TEXT:
		case F_TO_TSQUERY_REGCONFIG_TEXT:
		case F_WEBSEARCH_TO_TSQUERY_REGCONFIG_TEXT:
			return 1;
		default:
			return -1;
	}
}

static BoundedTarget *
make_target(FmgrInfo *twin)
{
	BoundedTarget *target = MemoryContextAllocZero(twin->fn_mcxt, sizeof(BoundedTarget));
	Oid			funcid = counterpart(twin->fn_oid, "", strlen(TWIN_PREFIX), PG_CATALOG_NAMESPACE);
	Oid		   *types;
	int			ntypes;

	if (!OidIsValid(funcid))
		elog(ERROR, "bounded function %u has no twin of the server's", twin->fn_oid);
	fmgr_info_cxt(funcid, &target->function, twin->fn_mcxt);
	target->function.fn_expr = twin->fn_expr;

	target->quadratic = quadratic_argument(funcid);
	(void) get_func_signature(funcid, &types, &ntypes);
	for (int i = 0; i < lengthof(target->varlena) && i < ntypes; i++)
		target->varlena[i] = get_typlen(types[i]) == -1;
	return target;
}

/* Size in bytes as far as work is concerned, at least 1. */
static int64
argument_size(FunctionCallInfo fcinfo, const BoundedTarget *target, int n)
{
	if (n >= PG_NARGS() || PG_ARGISNULL(n))
		return 1;
	if (!target->varlena[n])
		return NAMEDATALEN;
	return Max(1, (int64) toast_raw_datum_size(PG_GETARG_DATUM(n)) - VARHDRSZ);
}

ASB_FUNCTION(asb_bounded);

Datum
asb_bounded(PG_FUNCTION_ARGS)
{
	FmgrInfo   *twin = fcinfo->flinfo;
	BoundedTarget *target = twin->fn_extra;
	int64		first;
	int64		second;
	Datum		result;

	if (target == NULL)
		target = twin->fn_extra = make_target(twin);

	/* an array or a list of columns can hold a thousand calls */
	CHECK_FOR_INTERRUPTS();

	first = argument_size(fcinfo, target, Max(target->quadratic, 0));
	second = target->quadratic >= 0 ? first : argument_size(fcinfo, target, 1);
	if (first > MAX_WORK / second)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("values are too large to search in one another"),
				 errdetail("The product of their sizes would be %lld bytes squared, the limit is %lld.",
						   (long long) (first * second), (long long) MAX_WORK),
				 errhint("Search smaller values, or for something shorter.")));

	/* an error leaves the call frame behind for good, so there is nothing to restore then */
	fcinfo->flinfo = &target->function;
	result = FunctionCallInvoke(fcinfo);
	fcinfo->flinfo = twin;
	return result;
}
