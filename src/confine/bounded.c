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
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/primnodes.h"
#include "tsearch/ts_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/bounded.h"
#include "confine/list.h"
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
			asb_list_bound((ScalarArrayOpExpr *) node);
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

void
asb_bounded_substitute_in_paths(List *paths)
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
				asb_bounded_substitute_in_paths(list_make1(((BitmapHeapPath *) path)->bitmapqual));
				break;
			case T_BitmapAndPath:
				asb_bounded_substitute_in_paths(((BitmapAndPath *) path)->bitmapquals);
				break;
			case T_BitmapOrPath:
				asb_bounded_substitute_in_paths(((BitmapOrPath *) path)->bitmapquals);
				break;
			default:
				break;
		}
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
