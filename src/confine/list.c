/*
 * list.c
 *	  Work that lists, x = ANY (list), can make the server do for hours.
 *
 * The server puts a long list into a table by the hash values of its elements,
 * and compares all with one another that have the same value: a list of which
 * too many have is refused, by agentsandbox.bounded_list(), which is put around it.
 *
 * A B-tree that is searched by several lists is searched once for each
 * combination of their elements, also for those that contradict each other, and
 * without a look for interrupts in between: three lists of a few kB in one
 * statement take longer than anybody lives.  A plan that would do so is not
 * considered; the lists are then conditions on the rows found otherwise.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/pathnode.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "confine/list.h"
#include "core/catalog.h"
#include "core/compat.h"

/* elements of a list that may have one hash value, and of one that is not looked at */
#define MAX_COLLISIONS 100
#define SHORT_LIST 500

/* elements of a list that is not a constant, and combinations of elements of several */
#define MAX_LIST 1000000

/* Is the list short, or none that the planner could make a constant of? */
static bool
is_safe_list(const Node *list)
{
	const Const *constant = (const Const *) list;
	const ArrayType *array;

	switch (nodeTag(list))
	{
		case T_Const:
			if (constant->constisnull)
				return true;
			array = DatumGetArrayTypeP(constant->constvalue);
			return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) <= SHORT_LIST;
		case T_ArrayExpr:
			/* of arrays that it is made of nobody knows how long they are */
			return !((const ArrayExpr *) list)->multidims &&
				list_length(((const ArrayExpr *) list)->elements) <= SHORT_LIST;
		case T_SubLink:
			return true;
		default:
			return false;
	}
}

void
asb_list_bound(ScalarArrayOpExpr *search)
{
	Node	   *list = lsecond(search->args);
	Oid			equality = search->useOr ? search->opno : get_negator(search->opno);
	oidvector  *arguments;
	Oid			types[] = {ANYARRAYOID};
	Oid			funcid;

	if (is_safe_list(list) || !OidIsValid(equality) ||
		!op_hashjoinable(equality, exprType(linitial(search->args))))
		return;
	arguments = buildoidvector(types, lengthof(types));
	funcid = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
							 CStringGetDatum("bounded_list"), PointerGetDatum(arguments),
							 ObjectIdGetDatum(asb_schema_oid()));
	if (!OidIsValid(funcid))
		elog(ERROR, "function that looks at lists does not exist");
	lsecond(search->args) = makeFuncExpr(funcid, exprType(list), list_make1(list),
										 InvalidOid, search->inputcollid, COERCE_EXPLICIT_CALL);
}

/* How many elements a list can have; of what is not known yet, asb_bounded_list() sees to it. */
static double
list_size(const Node *list)
{
	const ArrayType *array;

	if (IsA(list, ArrayExpr) && !((const ArrayExpr *) list)->multidims)
		return list_length(((const ArrayExpr *) list)->elements);
	if (!IsA(list, Const))
		return MAX_LIST;
	if (((const Const *) list)->constisnull)
		return 1;
	array = DatumGetArrayTypeP(((const Const *) list)->constvalue);
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

/* How often an index is searched for one scan of it. */
static double
searches(const IndexPath *path)
{
	double		n = 1;
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, path->indexinfo->amsearcharray ? path->indexclauses : NIL)
	{
		foreach(inner, lfirst_node(IndexClause, cell)->indexquals)
		{
			const ScalarArrayOpExpr *clause =
			(const ScalarArrayOpExpr *) lfirst_node(RestrictInfo, inner)->clause;

			if (IsA(clause, ScalarArrayOpExpr))
				n *= Max(list_size(lsecond(clause->args)), 1);
		}
	}
	return n;
}

static bool has_too_many_searches(const List *paths);

static bool
searches_too_often(const Path *path)
{
	const List *parts;

	switch (nodeTag(path))
	{
		case T_IndexPath:
			return searches((const IndexPath *) path) > MAX_LIST;
		case T_BitmapHeapPath:
			return searches_too_often(((const BitmapHeapPath *) path)->bitmapqual);
		case T_BitmapAndPath:
			parts = ((const BitmapAndPath *) path)->bitmapquals;
			break;
		case T_BitmapOrPath:
			parts = ((const BitmapOrPath *) path)->bitmapquals;
			break;
		default:
			return false;
	}
	return has_too_many_searches(parts);
}

static bool
has_too_many_searches(const List *paths)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		if (searches_too_often(lfirst(cell)))
			return true;
	}
	return false;
}

static List *
without_too_many_searches(List *paths)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		if (searches_too_often(lfirst(cell)))
			paths = foreach_delete_current(paths, cell);
	}
	return paths;
}

/* Is there a path that needs no more of other relations than all of them must? */
static bool
stands_alone(const RelOptInfo *rel)
{
	ListCell   *cell;

	foreach(cell, rel->pathlist)
	{
		if (bms_is_subset(PATH_REQ_OUTER((const Path *) lfirst(cell)), rel->lateral_relids))
			return true;
	}
	return false;
}

void
asb_list_paths(PlannerInfo *root, RelOptInfo *rel)
{
	bool		stood_alone;

	if (!has_too_many_searches(rel->pathlist) && !has_too_many_searches(rel->partial_pathlist))
		return;

	stood_alone = stands_alone(rel);
	rel->pathlist = without_too_many_searches(rel->pathlist);
	rel->partial_pathlist = without_too_many_searches(rel->partial_pathlist);
	/* what was better had the plain scan forgotten */
	if (rel->rtekind == RTE_RELATION && stood_alone && !stands_alone(rel))
		add_path(rel, create_seqscan_path(root, rel, rel->lateral_relids, 0));
}

/* Distinct elements of a list that have one hash value: those found so far. */
typedef struct Collision
{
	uint32		hash;			/* the key */
	int			n;
	int			last;			/* the one found last, by its place in the list */
} Collision;

/* May the server make a table of the elements by their hash values? */
static bool
hashes_well(ArrayType *list, Oid collation)
{
	TypeCacheEntry *type = lookup_type_cache(ARR_ELEMTYPE(list),
											 TYPECACHE_HASH_PROC_FINFO | TYPECACHE_EQ_OPR_FINFO);
	HASHCTL		control = {.keysize = sizeof(uint32), .entrysize = sizeof(Collision), .hcxt = CurrentMemoryContext};
	HTAB	   *collisions;
	Datum	   *values;
	bool	   *nulls;
	int		   *before;			/* the element found before with the same hash value, or -1 */
	int			n;

	if (!OidIsValid(type->hash_proc) || !OidIsValid(type->eq_opr))
		return true;

	deconstruct_array(list, type->type_id, type->typlen, type->typbyval, type->typalign,
					  &values, &nulls, &n);
	before = palloc_array(int, n);
	collisions = hash_create("agentsandbox list", n, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (int i = 0; i < n; i++)
	{
		uint32		hash;
		Collision  *collision;
		bool		found;
		int			same;

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		hash = DatumGetUInt32(FunctionCall1Coll(&type->hash_proc_finfo, collation, values[i]));
		collision = hash_search(collisions, &hash, HASH_ENTER, &found);
		if (!found)
		{
			collision->n = 0;
			collision->last = -1;
		}
		for (same = collision->last; same >= 0; same = before[same])
		{
			if (DatumGetBool(FunctionCall2Coll(&type->eq_opr_finfo, collation, values[i], values[same])))
				break;
		}
		if (same >= 0)
			continue;
		if (++collision->n > MAX_COLLISIONS)
			return false;
		before[i] = collision->last;
		collision->last = i;
	}
	hash_destroy(collisions);
	pfree(before);
	pfree(values);
	pfree(nulls);
	return true;
}

ASB_FUNCTION(asb_bounded_list);

Datum
asb_bounded_list(PG_FUNCTION_ARGS)
{
	ArrayType  *list = PG_GETARG_ARRAYTYPE_P(0);
	int			n = ArrayGetNItems(ARR_NDIM(list), ARR_DIMS(list));

	if (n > MAX_LIST)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("list has more than %d values", MAX_LIST),
				 errhint("Join with the values instead.")));
	if (n > SHORT_LIST &&
		!hashes_well(list, PG_GET_COLLATION()))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many values of the list have the same hash value"),
				 errhint("Join with the values instead.")));
	PG_RETURN_ARRAYTYPE_P(list);
}
