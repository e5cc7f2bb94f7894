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
 * before all others, and of stop words there is no limit.  to_date() measures
 * the rest of the text for each field of the template, and a jsonpath can do
 * that, too; ts_rank() compares positions of each two words; parse_ident() moves
 * the rest of the name for each doubled quote; ts_headline() goes through all
 * places of a text for each fragment that it is to show.
 *
 * So where an agent's own expression calls one, it is made to call a twin,
 * agentsandbox.bounded_<name>() with the same arguments, which looks at the
 * sizes and then calls the server's function.  An operator stays the operator
 * that it is, since indexes, statistics and EXPLAIN go by it, but for what the
 * planner makes of it: under NOT it takes the operator's negator, and the
 * function of that.  So what is no condition of WHERE or ON that must be true
 * gets a twin of the operator, whose negator is a twin, too: the planner needs
 * one, as it estimates NOT LIKE by LIKE.  And where the planner turns a condition
 * round for an index it gets the twin's function there.  The twins are made from
 * the list by src/sql/api/server_functions_bounded.sql.
 *
 * The other hopeless work is the server's own table of the elements of a list,
 * x = ANY (list), where all of them have one hash value: such a list is refused.
 * And a B-tree that is searched by several lists is searched once for each
 * combination of their elements, also for those that contradict each other, and
 * without a look for interrupts in between: three lists of a few kB in one
 * statement take longer than anybody lives.  A plan that would do so is not
 * considered; the lists are then conditions on the rows found otherwise.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/primnodes.h"
#include "optimizer/pathnode.h"
#include "tsearch/ts_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

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

/* a template is measured against as many bytes at a time, about */
#define PATH_STEP 64

/* the server keeps no more of a word; two of them take as long as so many bytes */
#define MAX_POSITIONS 255
#define RANK_STEP 4

/* elements of a list that may have one hash value, and of one that is not looked at */
#define MAX_COLLISIONS 100
#define SHORT_LIST 500

/* elements of a list that is not a constant, and combinations of elements of several */
#define MAX_LIST 1000000

/* constants of EXECUTE that no function takes long over, each */
#define SHORT_CONSTANT 1024

/* What the work of a function grows with. */
typedef enum WorkShape
{
	WORK_PRODUCT,				/* sizes of the first two arguments */
	WORK_SQUARE,				/* size of one argument */
	WORK_PATH,					/* sizes of what a jsonpath is used on, and of it */
	WORK_RANK,					/* positions, in a tsvector, of the words of a tsquery */
	WORK_HEADLINE				/* size of a text, and fragments that the options ask for */
} WorkShape;

/* What a twin calls; in its fn_extra. */
typedef struct BoundedTarget
{
	FmgrInfo	function;
	WorkShape	shape;
	int			argument;		/* the first one that counts */
	bool		varlena[3];
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

/* The operator of another schema with this one's name and arguments, or InvalidOid. */
static Oid
operator_counterpart(Oid opno, Oid from, Oid to)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(opno));
	Form_pg_operator form;
	Oid			other = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	form = (Form_pg_operator) GETSTRUCT(tuple);
	if (form->oprnamespace == from)
		other = GetSysCacheOid4(OPERNAMENSP, Anum_pg_operator_oid,
								NameGetDatum(&form->oprname),
								ObjectIdGetDatum(form->oprleft),
								ObjectIdGetDatum(form->oprright),
								ObjectIdGetDatum(to));
	ReleaseSysCache(tuple);
	return other;
}

/* Has an operator's function substituted, and the operator if it has a negator. */
static void
substitute_operator(Oid *opno, Oid *opfuncid)
{
	if (!asb_server_function_searches(*opfuncid))
		return;
	substitute(opfuncid);
	if (OidIsValid(get_negator(*opno)))
	{
		*opno = operator_counterpart(*opno, PG_CATALOG_NAMESPACE, asb_schema_oid());
		if (!OidIsValid(*opno))
			elog(ERROR, "operator of function %u has no twin", *opfuncid);
	}
}

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
			return list_length(((const ArrayExpr *) list)->elements) <= SHORT_LIST;
		case T_SubLink:
			return true;
		default:
			return false;
	}
}

/* Has a list looked at before the server makes a table of its elements. */
static void
bound_list(ScalarArrayOpExpr *search)
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
							 CStringGetDatum(TWIN_PREFIX "list"), PointerGetDatum(arguments),
							 ObjectIdGetDatum(asb_schema_oid()));
	if (!OidIsValid(funcid))
		elog(ERROR, "function that looks at lists does not exist");
	lsecond(search->args) = makeFuncExpr(funcid, exprType(list), list_make1(list),
										 InvalidOid, search->inputcollid, COERCE_EXPLICIT_CALL);
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
			substitute_operator(&((OpExpr *) node)->opno, &((OpExpr *) node)->opfuncid);
			break;
		case T_ScalarArrayOpExpr:
			substitute_operator(&((ScalarArrayOpExpr *) node)->opno,
								&((ScalarArrayOpExpr *) node)->opfuncid);
			bound_list((ScalarArrayOpExpr *) node);
			break;
		default:
			break;
	}
}

/* NOT is never made of what AND and OR combine in WHERE or ON. */
void
asb_bounded_conditions(Node *condition)
{
	Oid		   *opno;
	Oid			original;
	ListCell   *cell;

	if (condition == NULL)
		return;
	if (is_andclause(condition) || is_orclause(condition))
	{
		check_stack_depth();
		foreach(cell, ((BoolExpr *) condition)->args)
			asb_bounded_conditions(lfirst(cell));
		return;
	}

	if (IsA(condition, OpExpr))
		opno = &((OpExpr *) condition)->opno;
	else if (IsA(condition, ScalarArrayOpExpr))
		opno = &((ScalarArrayOpExpr *) condition)->opno;
	else
		return;
	if (*opno < FirstNormalObjectId)
		return;
	original = operator_counterpart(*opno, asb_schema_oid(), PG_CATALOG_NAMESPACE);
	if (OidIsValid(original))
		*opno = original;
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

static bool
searches_too_often(const Path *path)
{
	const List *parts;
	ListCell   *cell;

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
	foreach(cell, parts)
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

/* Of a condition that the planner turned round it forgot the function. */
static void
substitute_in_index_clauses(List *clauses)
{
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, clauses)
	{
		foreach(inner, lfirst_node(IndexClause, cell)->indexquals)
		{
			OpExpr	   *operator = (OpExpr *) lfirst_node(RestrictInfo, inner)->clause;

			if (IsA(operator, OpExpr) && !OidIsValid(operator->opfuncid))
			{
				set_opfuncid(operator);
				substitute(&operator->opfuncid);
			}
		}
	}
}

/* Has the index conditions that the planner made call twins. */
static void
substitute_in_paths(List *paths)
{
	ListCell   *cell;

	foreach(cell, paths)
	{
		Path	   *path = lfirst(cell);

		switch (nodeTag(path))
		{
			case T_IndexPath:
				substitute_in_index_clauses(((IndexPath *) path)->indexclauses);
				break;
			case T_BitmapHeapPath:
				substitute_in_paths(list_make1(((BitmapHeapPath *) path)->bitmapqual));
				break;
			case T_BitmapAndPath:
				substitute_in_paths(((BitmapAndPath *) path)->bitmapquals);
				break;
			case T_BitmapOrPath:
				substitute_in_paths(((BitmapOrPath *) path)->bitmapquals);
				break;
			default:
				break;
		}
	}
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
asb_bounded_paths(PlannerInfo *root, RelOptInfo *rel)
{
	bool		stood_alone = stands_alone(rel);

	rel->pathlist = without_too_many_searches(rel->pathlist);
	rel->partial_pathlist = without_too_many_searches(rel->partial_pathlist);
	/* what was better had the plain scan forgotten */
	if (rel->rtekind == RTE_RELATION && stood_alone && !stands_alone(rel))
		add_path(rel, create_seqscan_path(root, rel, rel->lateral_relids, 0));
	substitute_in_paths(rel->pathlist);
	substitute_in_paths(rel->partial_pathlist);
}

static bool
is_twin(Oid funcid, void *context)
{
	const char *name = get_func_name(funcid);

	return name && get_func_namespace(funcid) == asb_schema_oid() &&
		strncmp(name, TWIN_PREFIX, strlen(TWIN_PREFIX)) == 0;
}

static bool
is_short_constant(const Node *node)
{
	const Const *constant = (const Const *) node;

	return IsA(node, Const) &&
		(constant->constisnull || constant->constlen > 0 ||
		 (constant->constlen == -1 && toast_raw_datum_size(constant->constvalue) <= SHORT_CONSTANT));
}

/* Does it call a function with nothing but short constants? */
static bool
has_short_constants(const Node *node)
{
	const List *args;
	ListCell   *cell;

	if (IsA(node, FuncExpr))
		args = ((const FuncExpr *) node)->args;
	else if (IsA(node, OpExpr))
		args = ((const OpExpr *) node)->args;
	else
		return false;
	foreach(cell, args)
	{
		if (!is_short_constant(lfirst(cell)))
			return false;
	}
	return true;
}

static bool
calls_twin(Node *node, void *context)
{
	if (node == NULL || has_short_constants(node))
		return false;
	return check_functions_in_node(node, is_twin, context) ||
		expression_tree_walker(node, calls_twin, context);
}

bool
asb_bounded_called(Node *node)
{
	return calls_twin(node, NULL);
}

/* The shape of a server function's work, and the first argument that counts. */
static WorkShape
work_shape(Oid funcid, int *argument)
{
	*argument = 0;
	switch (funcid)
	{
		case F_NORMALIZE:
		case F_IS_NORMALIZED:
		case F_PARSE_IDENT:
		case F_PHRASETO_TSQUERY_TEXT:
		case F_PLAINTO_TSQUERY_TEXT:
		case F_TO_TSQUERY_TEXT:
		case F_WEBSEARCH_TO_TSQUERY_TEXT:
			return WORK_SQUARE;
		case F_PHRASETO_TSQUERY_REGCONFIG_TEXT:
		case F_PLAINTO_TSQUERY_REGCONFIG_TEXT:
		case F_TO_TSQUERY_REGCONFIG_TEXT:
		case F_WEBSEARCH_TO_TSQUERY_REGCONFIG_TEXT:
			*argument = 1;
			return WORK_SQUARE;
		case F_JSONB_PATH_EXISTS:
		case F_JSONB_PATH_EXISTS_OPR:
		case F_JSONB_PATH_EXISTS_TZ:
		case F_JSONB_PATH_MATCH:
		case F_JSONB_PATH_MATCH_OPR:
		case F_JSONB_PATH_MATCH_TZ:
		case F_JSONB_PATH_QUERY:
		case F_JSONB_PATH_QUERY_TZ:
		case F_JSONB_PATH_QUERY_ARRAY:
		case F_JSONB_PATH_QUERY_ARRAY_TZ:
		case F_JSONB_PATH_QUERY_FIRST:
		case F_JSONB_PATH_QUERY_FIRST_TZ:
			return WORK_PATH;
		case F_TS_RANK_TSVECTOR_TSQUERY:
		case F_TS_RANK_TSVECTOR_TSQUERY_INT4:
			return WORK_RANK;
		case F_TS_RANK__FLOAT4_TSVECTOR_TSQUERY:
		case F_TS_RANK__FLOAT4_TSVECTOR_TSQUERY_INT4:
			*argument = 1;
			return WORK_RANK;
		case F_TS_HEADLINE_TEXT_TSQUERY_TEXT:
		case F_TS_HEADLINE_JSON_TSQUERY_TEXT:
		case F_TS_HEADLINE_JSONB_TSQUERY_TEXT:
			return WORK_HEADLINE;
		case F_TS_HEADLINE_REGCONFIG_TEXT_TSQUERY_TEXT:
		case F_TS_HEADLINE_REGCONFIG_JSON_TSQUERY_TEXT:
		case F_TS_HEADLINE_REGCONFIG_JSONB_TSQUERY_TEXT:
			*argument = 1;
			return WORK_HEADLINE;
		default:
			return WORK_PRODUCT;
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

	target->shape = work_shape(funcid, &target->argument);
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

/*
 * Of a word in the vector the server keeps so many positions; where the query
 * gives a beginning, those of all words that begin so are taken together.  Only
 * where all words are wanted they are compared with one another.
 */
static void
rank_sizes(TSQuery query, int64 vector_size, int64 *first, int64 *second)
{
	const QueryItem *item = GETQUERY(query);
	int64		positions = vector_size / sizeof(WordEntryPos);
	int64		words = 0;
	int64		beginnings = 0;

	for (int i = 0; i < query->size; i++)
	{
		if (item[i].type != QI_VAL)
			continue;
		words++;
		if (item[i].qoperand.prefix)
			beginnings++;
	}
	*first = Max(1, Min(words * MAX_POSITIONS, positions + words));
	*second = (*first + beginnings * positions) * RANK_STEP;
	if (words > 0 && (item[0].type != QI_OPR ||
					  (item[0].qoperator.oper != OP_AND && item[0].qoperator.oper != OP_PHRASE)))
		*first = RANK_STEP;
}

/* How many fragments the options of ts_headline() ask for, read as the server reads them. */
static int64
fragments(Datum options)
{
	int64		most = 1;
	ListCell   *cell;

	foreach(cell, deserialize_deflist(options))
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		/* what is no number is refused there */
		if (pg_strcasecmp(option->defname, "MaxFragments") == 0)
			most = Max(most, strtol(defGetString(option), NULL, 10));
	}
	return most;
}

/* Two numbers whose product the work of a call grows with. */
static void
work_sizes(FunctionCallInfo fcinfo, const BoundedTarget *target, int64 *first, int64 *second)
{
	int			n = target->argument;

	*first = *second = argument_size(fcinfo, target, n);
	switch (target->shape)
	{
		case WORK_SQUARE:
			break;
		case WORK_PRODUCT:
			*second = argument_size(fcinfo, target, n + 1);
			break;
		case WORK_PATH:
			*first += argument_size(fcinfo, target, n + 2);
			*second = Max(1, argument_size(fcinfo, target, n + 1) / PATH_STEP);
			break;
		case WORK_RANK:
			/* strict, so there is a query */
			rank_sizes(PG_GETARG_TSQUERY(n + 1), *first, first, second);
			break;
		case WORK_HEADLINE:
			/* there are no more fragments than words */
			*second = Min(*first, fragments(PG_GETARG_DATUM(n + 2)));
			break;
	}
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

	work_sizes(fcinfo, target, &first, &second);
	Assert(first > 0 && second > 0);
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
