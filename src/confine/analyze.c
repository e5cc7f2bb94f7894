/*
 * analyze.c
 *	  Judges what an agent wrote, once it was parsed and analyzed
 *	  (post_parse_analyze_hook).
 *
 * The tree holds what the agent wrote and nothing else: views are not expanded
 * yet, defaults, triggers and policies not added.  So all that is found here
 * is the agent's and asked of the gates: functions behind calls, operators,
 * casts, aggregates, windows, sampling and sorting; the type of every
 * expression; every relation and column; collations that it names.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_opclass_d.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/agent.h"
#include "confine/analyze.h"
#include "confine/bounded.h"
#include "confine/catalogs.h"
#include "confine/describe.h"
#include "confine/flow.h"
#include "confine/function.h"
#include "confine/parameters.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "confine/setting.h"
#include "confine/statement.h"
#include "confine/type.h"
#include "core/catalog.h"
#include "core/compat.h"
#include "flow/compared.h"

/*
 * Of AND lists that OR combines the planner compares each condition with all of
 * the others, and does not look for interrupts.  It finds them in what it takes
 * out of subqueries, CASE and NOT, too.
 */
#define MAX_CONDITIONS 100

/* A query that is being walked, and those that it stands in. */
typedef struct QueryLevel
{
	List	   *rtable;
	const struct QueryLevel *outer;
} QueryLevel;

typedef struct AnalyzeContext
{
	Oid			role;
	const char *source;			/* the statement's text */
	bool		information_schema;
	bool		computes;		/* false for the pool role, which has nothing to compute */
	const QueryLevel *level;	/* the innermost query, NULL outside of all */
	const Node *call;			/* the node whose functions are judged, or NULL */
	bool		inner_allowed;	/* is the node one that leads to inner functions? */
	Oid			allowed_type;	/* one that was found to be allowed, never that of records */
} AnalyzeContext;

static bool walk(Node *node, AnalyzeContext *context);
static inline void judge_type(AnalyzeContext *context, Oid typid, const Node *node);
static void walk_list(List *list, AnalyzeContext *context);
static void walk_conditions(Node *condition, AnalyzeContext *context);

/*
 * Where a function was called in the notation of a column of its argument, or 0:
 * what the server says there if there is no such function has no other place.
 */
static int
position_of_notation(const AnalyzeContext *context)
{
	const Node *call = context->call;
	int			location = -1;
	const Node *argument = NULL;

	if (call && IsA(call, FuncExpr) && ((const FuncExpr *) call)->args)
	{
		location = ((const FuncExpr *) call)->location;
		argument = linitial(((const FuncExpr *) call)->args);
	}
	else if (call && IsA(call, Aggref) && ((const Aggref *) call)->args)
	{
		location = ((const Aggref *) call)->location;
		argument = linitial(((const Aggref *) call)->args);
	}
	return location >= 0 && location == exprLocation(argument) ?
		pg_mbstrlen_with_len(context->source, location) + 1 : 0;
}

static void
judge_function(AnalyzeContext *context, Oid funcid)
{
	AsbFunctionVerdict verdict = asb_function_decide(context->role, funcid);

	switch (verdict)
	{
		case ASB_FUNCTION_GRANTED:
			return;
		case ASB_FUNCTION_LISTED:
			if (context->computes)
				return;
			break;
		case ASB_FUNCTION_INNER:
			if (context->inner_allowed && context->computes)
				return;
			break;
		default:
			break;
	}
	asb_function_refuse(verdict, funcid, position_of_notation(context));
}

static bool
judge_function_in_node(Oid funcid, void *context)
{
	judge_function(context, funcid);
	return false;
}

/* A function that only the executor calls, on behalf of what stands here. */
static void
judge_support_function(AnalyzeContext *context, Oid funcid)
{
	if (!OidIsValid(funcid))
		return;
	context->inner_allowed = true;
	judge_function(context, funcid);
	context->inner_allowed = false;
}

static void
judge_sort_operators(AnalyzeContext *context, List *clauses)
{
	ListCell   *cell;

	foreach(cell, clauses)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, cell);

		if (OidIsValid(clause->eqop))
			judge_support_function(context, get_opcode(clause->eqop));
		if (OidIsValid(clause->sortop))
			judge_support_function(context, get_opcode(clause->sortop));
	}
}

/* Is it a call of one of the functions that know what may be told, led there or still to be? */
static bool
is_description(const AnalyzeContext *context, const List *functions)
{
	const Node *call = ((const RangeTblFunction *) linitial(functions))->funcexpr;

	return list_length(functions) == 1 && IsA(call, FuncExpr) &&
		(get_func_namespace(((const FuncExpr *) call)->funcid) == asb_schema_oid() ||
		 asb_function_decide(context->role, ((const FuncExpr *) call)->funcid) == ASB_FUNCTION_DESCRIBES);
}

/*
 * Is it what a subquery, CTE or list of VALUES puts out?  Their expressions are
 * judged themselves, and a column of a table is not among them, but for those
 * of catalogs that are made fit for it.
 */
static bool
is_judged_itself(const AnalyzeContext *context, const Node *node)
{
	while (node && IsA(node, Var))
	{
		const Var  *var = (const Var *) node;
		const QueryLevel *level = context->level;
		const RangeTblEntry *rte;

		for (Index up = 0; level && up < var->varlevelsup; up++)
			level = level->outer;
		if (level == NULL || var->varattno <= 0)
			return false;
		rte = rt_fetch(var->varno, level->rtable);
		switch (rte->rtekind)
		{
			case RTE_SUBQUERY:
			case RTE_VALUES:
			case RTE_CTE:
				return true;
			case RTE_FUNCTION:
				return is_description(context, rte->functions);
			case RTE_RELATION:
				return asb_catalog_column_made(context->role, rte->relid, var->varattno);
			case RTE_JOIN:
				/* what it is made of is of the same query */
				if (var->varlevelsup > 0)
					return false;
				node = list_nth(rte->joinaliasvars, var->varattno - 1);
				break;
			default:
				return false;
		}
	}
	/* so with a scalar subquery, with IN, which compares with a parameter, and with what CASE or a cast of an array repeats */
	return node && (IsA(node, CaseTestExpr) ||
					(IsA(node, SubLink) && ((const SubLink *) node)->subLinkType == EXPR_SUBLINK) ||
					(IsA(node, Param) && ((const Param *) node)->paramkind == PARAM_SUBLINK));
}

/* Is it the name of something that the agent can reach, or are all in the list? */
static bool
names_reachable(Oid role, Oid typid, Datum value)
{
	Oid			element = get_element_type(typid);
	ArrayType  *array;
	Oid		   *objects;

	if (asb_type_names_objects(typid))
		return asb_type_constant_reachable(role, typid, DatumGetObjectId(value));
	if (!asb_type_names_objects(element))
		return false;
	array = DatumGetArrayTypeP(value);
	if (ARR_HASNULL(array))
		return false;
	objects = (Oid *) ARR_DATA_PTR(array);
	for (int i = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)); i > 0; i--)
	{
		if (!asb_type_constant_reachable(role, element, *objects++))
			return false;
	}
	return true;
}

static void pg_noinline
refuse_type(AnalyzeContext *context, Oid typid, const Node *node)
{
	Oid			role = context->role;

	/* a constant that names what the agent can reach tells it nothing new */
	if (node && IsA(node, Const) && !((const Const *) node)->constisnull &&
		names_reachable(role, typid, ((const Const *) node)->constvalue))
		return;
	/* nor does what an expression like that puts out, or a function that knows what may be told */
	if (node && (is_judged_itself(context, node) ||
				 (asb_describes_type(typid) && IsA(node, FuncExpr) &&
				  get_func_namespace(((const FuncExpr *) node)->funcid) == asb_schema_oid())))
		return;
	/* nor does the name of a type that was judged with the argument */
	if (node && IsA(node, FuncExpr) && ((const FuncExpr *) node)->funcid == F_PG_TYPEOF)
		return;
	asb_type_refuse(typid);
}

/* A function's OUT arguments make a row that has no type of its own: of what is it made? */
static void pg_noinline
judge_record(AnalyzeContext *context, const Node *node)
{
	TupleDesc	desc = NULL;

	(void) get_expr_result_type(unconstify(Node *, node), NULL, &desc);
	for (int i = 0; desc && i < desc->natts; i++)
		judge_type(context, TupleDescAttr(desc, i)->atttypid, NULL);
}

static void pg_noinline
judge_other_type(AnalyzeContext *context, Oid typid, const Node *node)
{
	if (typid == RECORDOID && node && (IsA(node, FuncExpr) || IsA(node, OpExpr)))
		judge_record(context, node);
	if (!asb_type_decide(context->role, typid))
		refuse_type(context, typid, node);
	else if (typid != RECORDOID)
		context->allowed_type = typid;
}

/* Most of a statement's expressions have the same few types. */
static inline void
judge_type(AnalyzeContext *context, Oid typid, const Node *node)
{
	if (typid != context->allowed_type)
		judge_other_type(context, typid, node);
}

/* Not that of a column or type that is used, but one that the agent names. */
static void
judge_collation(Oid collid)
{
	if (collid >= FirstNormalObjectId)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_FUNCTION,
			.sqlerrcode = ERRCODE_UNDEFINED_OBJECT,
			.object = get_collation_name(collid),
			.message = psprintf("collation \"%s\" for encoding \"%s\" does not exist",
								get_collation_name(collid), GetDatabaseEncodingName()),
			.class_id = CollationRelationId,
			.object_id = collid
		});
}

static void
judge_inference(const InferenceElem *element)
{
	judge_collation(element->infercollid);
	if (element->inferopclass >= FirstNormalObjectId)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_FUNCTION,
			.sqlerrcode = ERRCODE_UNDEFINED_OBJECT,
			.message = "operator class does not exist",
			.class_id = OperatorClassRelationId,
			.object_id = element->inferopclass
		});
}

static void
judge_relation(AnalyzeContext *context, const AsbAccess *access)
{
	AsbRelationVerdict verdict;
	AttrNumber	attnum;
	AclMode		missing;

	if (context->information_schema && asb_catalog_in_information_schema(access))
		return;

	verdict = asb_relation_decide(context->role, access, &attnum, &missing);
	if (verdict != ASB_RELATION_ALLOWED)
		asb_relation_refuse(verdict, context->role, get_rel_name(access->relid), access->relid, attnum, missing);
	/* the row of a join is made of its relations' rows, but has no type that tells so */
	else if (bms_is_member(ASB_WHOLE_ROW, access->selectedCols))
		judge_type(context, get_rel_type_id(access->relid), NULL);
}

/* Nodes that have a type, that is, what exprType() knows. */
static bool
is_typed(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Const:
		case T_Param:
		case T_Aggref:
		case T_GroupingFunc:
		case T_WindowFunc:
		case T_SubscriptingRef:
		case T_FuncExpr:
		case T_NamedArgExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_BoolExpr:
		case T_SubLink:
		case T_FieldSelect:
		case T_FieldStore:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_CollateExpr:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_ArrayExpr:
		case T_RowExpr:
		case T_RowCompareExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_SQLValueFunction:
		case T_XmlExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_CoerceToDomain:
		case T_CoerceToDomainValue:
		case T_SetToDefault:
		case T_CurrentOfExpr:
		case T_NextValueExpr:
			return true;
		default:
			return false;
	}
}

/*
 * Nodes that have no type and lead to others.  What is neither here nor among
 * the typed ones is refused, so also what a newer server brings.
 */
static bool
is_structure(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_CaseWhen:
		case T_CommonTableExpr:
		case T_CTECycleClause:
		case T_CTESearchClause:
		case T_InferenceElem:
		case T_JoinExpr:
		case T_MergeAction:
		case T_RangeTblFunction:
		case T_SetOperationStmt:
		case T_SortGroupClause:
		case T_TableSampleClause:
		case T_WindowClause:
			return true;
		default:
			return false;
	}
}

static void
refuse_unknown(void)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_FUNCTION,
		.message = "an expression or row source of this kind is not allowed",
		.hint = "Use functions and operators, such as jsonb_build_object() instead of JSON_OBJECT()."
	});
}

/*
 * How many conditions AND or OR combines, lists in its list included, as IN has
 * them; no more than one above the limit.
 */
static int
count_conditions(const BoolExpr *list)
{
	int			n = 0;
	ListCell   *cell;

	foreach(cell, list->args)
	{
		const BoolExpr *inner = lfirst(cell);

		n += IsA(inner, BoolExpr) && inner->boolop == list->boolop ? count_conditions(inner) : 1;
		if (n > MAX_CONDITIONS)
			break;
	}
	return n;
}

/* A list of AND or OR that is not the condition of a statement, or one of those. */
static void
judge_conditions(const BoolExpr *list)
{
	if (count_conditions(list) > MAX_CONDITIONS)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ERRCODE_PROGRAM_LIMIT_EXCEEDED,
			.object = list->boolop == AND_EXPR ? "AND" : "OR",
			.message = psprintf("%s cannot combine more than %d conditions here",
								list->boolop == AND_EXPR ? "AND" : "OR", MAX_CONDITIONS),
			.hint = "Use IN or ANY with a list or an array of values."
		});
}

static void
refuse_xml(void)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_FUNCTION,
		.message = "XML functions are not allowed",
		.hint = ASB_HINT_XML
	});
}

/*
 * Which rows a repeatable sample or one of whole blocks holds depends on where
 * they lie, and so on the rows that policies hide.  Of the server's catalogs,
 * of which rows are hidden too, there are no samples.
 */
static void
judge_sampling(const RangeTblEntry *rte)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(rte->relid));
	bool		has_policies = !HeapTupleIsValid(tuple) ||
		((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
	bool		of_server = rte->relid < FirstNormalObjectId;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (of_server || (has_policies &&
					  (rte->tablesample->repeatable || rte->tablesample->tsmhandler != F_BERNOULLI)))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_RELATION,
			.object = get_rel_name(rte->relid),
			.message = psprintf(of_server ? "relation \"%s\" cannot be sampled" :
								"relation \"%s\" cannot be sampled by blocks or repeatably",
								get_rel_name(rte->relid)),
			.hint = of_server ? NULL : "Use TABLESAMPLE BERNOULLI without REPEATABLE.",
			.class_id = RelationRelationId,
			.object_id = rte->relid
		});
}

static void
judge_range_table(AnalyzeContext *context, const Query *query)
{
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		switch (rte->rtekind)
		{
			case RTE_RELATION:
				judge_relation(context, asb_entry_access(query, rte));
				if (rte->tablesample)
				{
					judge_support_function(context, rte->tablesample->tsmhandler);
					judge_sampling(rte);
				}
				break;
			case RTE_FUNCTION:
				foreach(inner, rte->functions)
				{
					RangeTblFunction *function = lfirst_node(RangeTblFunction, inner);
					ListCell   *type;
					ListCell   *collation;

					forboth(type, function->funccoltypes, collation, function->funccolcollations)
					{
						judge_type(context, lfirst_oid(type), NULL);
						if (lfirst_oid(collation) != get_typcollation(lfirst_oid(type)))
							judge_collation(lfirst_oid(collation));
					}
				}
				break;
			case RTE_SUBQUERY:
			case RTE_VALUES:
			case RTE_CTE:
			case RTE_NAMEDTUPLESTORE:
			case RTE_RESULT:
				break;
			case RTE_TABLEFUNC:
				if (asb_is_xml_table(rte->tablefunc))
					refuse_xml();
				else
					refuse_unknown();
				break;
			case RTE_JOIN:
				/* columns are judged where they are used; USING may cast them */
				foreach(inner, rte->joinaliasvars)
				{
					if (!IsA(lfirst(inner), Var))
						walk(lfirst(inner), context);
				}
				break;
			default:
				if (!asb_is_group_entry(rte))
					refuse_unknown();
		}
	}
}

static void
judge_query(AnalyzeContext *context, Query *query)
{
	QueryLevel	level = {query->rtable, context->level};
	Node	  **merge = asb_merge_condition(query);
	Node	   *condition = NULL;
	ListCell   *cell;

	/* EXPLAIN and DECLARE have their query judged again when they are executed */
	if (asb_catalog_is_replacement(query))
		return;
	context->level = &level;
	asb_flow_read_changed(query);
	judge_range_table(context, query);
	judge_sort_operators(context, query->sortClause);
	judge_sort_operators(context, query->groupClause);
	judge_sort_operators(context, query->distinctClause);
	foreach(cell, query->windowClause)
	{
		WindowClause *window = lfirst_node(WindowClause, cell);

		judge_sort_operators(context, window->partitionClause);
		judge_sort_operators(context, window->orderClause);
		judge_support_function(context, window->startInRangeFunc);
		judge_support_function(context, window->endInRangeFunc);
	}

	if (merge)
	{
		condition = *merge;
		walk_conditions(condition, context);
		asb_bounded_conditions(condition);
		*merge = NULL;
	}
	query_tree_walker(query, walk, context, QTW_IGNORE_JOINALIASES);
	if (merge)
		*merge = condition;

	/* last, as this puts in what is not the agent's and not to be walked */
	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_RELATION && rte->relid < FirstNormalObjectId)
			asb_catalog_restrict(context->role, query, rte);
	}
	context->level = level.outer;
}

static bool pg_noinline
walk_node(Node *node, AnalyzeContext *context)
{
	switch (nodeTag(node))
	{
		case T_Query:
			judge_query(context, (Query *) node);
			return false;

		case T_SetOperationStmt:
			judge_sort_operators(context, ((SetOperationStmt *) node)->groupClauses);
			break;
		case T_Aggref:
			judge_sort_operators(context, ((Aggref *) node)->aggorder);
			judge_sort_operators(context, ((Aggref *) node)->aggdistinct);
			break;
		case T_CTECycleClause:
			judge_support_function(context, get_opcode(((CTECycleClause *) node)->cycle_mark_neop));
			break;
		case T_XmlExpr:
		case T_TableFunc:
			refuse_xml();
			break;
		case T_CollateExpr:
			judge_collation(((CollateExpr *) node)->collOid);
			break;
		case T_InferenceElem:
			judge_inference((InferenceElem *) node);
			break;
		case T_JoinExpr:
			walk(((JoinExpr *) node)->larg, context);
			walk(((JoinExpr *) node)->rarg, context);
			walk_conditions(((JoinExpr *) node)->quals, context);
			asb_bounded_conditions(((JoinExpr *) node)->quals);
			return false;
		case T_OnConflictExpr:
			/* not its list of all columns of "excluded", hidden ones too: the server makes it */
			walk((Node *) ((OnConflictExpr *) node)->arbiterElems, context);
			walk(((OnConflictExpr *) node)->arbiterWhere, context);
			walk((Node *) ((OnConflictExpr *) node)->onConflictSet, context);
			walk(((OnConflictExpr *) node)->onConflictWhere, context);
			return false;
		case T_BoolExpr:
			judge_conditions((BoolExpr *) node);
			break;
		case T_RelabelType:
		case T_CoerceViaIO:
			if (!context->computes || !asb_describes_by_cast(node))
				break;
			expression_tree_walker(node, walk, context);
			asb_describe_cast(node);
			return false;
		case T_FuncExpr:
			switch (asb_function_decide(context->role, ((FuncExpr *) node)->funcid))
			{
				case ASB_FUNCTION_SETTING:
					walk_list(((FuncExpr *) node)->args, context);
					asb_setting_gate_call((FuncExpr *) node);
					return false;
				case ASB_FUNCTION_DESCRIBES:
					if (!context->computes)
						break;
					walk_list(((FuncExpr *) node)->args, context);
					asb_describe_call((FuncExpr *) node);
					return false;
				default:
					break;
			}
			break;
		default:
			if (!is_typed(node) && !is_structure(node))
				refuse_unknown();
	}

	/* what is inside first: that is what the agent will take for the cause */
	expression_tree_walker(node, walk, context);

	/* a cast through text calls the input and output functions of types */
	context->inner_allowed = IsA(node, CoerceViaIO);
	context->call = node;
	check_functions_in_node(node, judge_function_in_node, context);
	context->call = NULL;
	context->inner_allowed = false;
	asb_bounded_substitute(node);

	if (is_typed(node))
		judge_type(context, exprType(node), node);
	return false;
}

static void pg_noinline
walk_list(List *list, AnalyzeContext *context)
{
	ListCell   *cell;

	foreach(cell, list)
		walk(lfirst(cell), context);
}

/* Lists that stand in WHERE or ON itself are compared with nothing: AND, and OR below it. */
static void
walk_alternatives(Node *condition, AnalyzeContext *context)
{
	ListCell   *cell;

	if (condition == NULL || !is_orclause(condition))
	{
		walk(condition, context);
		return;
	}
	check_stack_depth();
	foreach(cell, ((BoolExpr *) condition)->args)
		walk_alternatives(lfirst(cell), context);
}

static void
walk_conditions(Node *condition, AnalyzeContext *context)
{
	ListCell   *cell;

	if (condition == NULL || !is_andclause(condition))
	{
		/* NOT makes AND of OR */
		walk_alternatives(condition && is_notclause(condition) ?
						  (Node *) get_notclausearg(condition) : condition, context);
		return;
	}
	check_stack_depth();
	foreach(cell, ((BoolExpr *) condition)->args)
		walk_conditions(lfirst(cell), context);
}

/* What walk_node() does for an operator, without asking what kind of node it is. */
static void pg_noinline
walk_operator(OpExpr *operator, AnalyzeContext *context)
{
	check_stack_depth();
	walk_list(operator->args, context);
	set_opfuncid(operator);
	judge_function(context, operator->opfuncid);
	asb_bounded_substitute((Node *) operator);
	judge_type(context, operator->opresulttype, (Node *) operator);
}

static void pg_noinline
walk_from(FromExpr *from, AnalyzeContext *context)
{
	walk_list(from->fromlist, context);
	walk_conditions(from->quals, context);
	asb_bounded_conditions(from->quals);
}

/*
 * What every statement is made of is spared walk_node()'s frame, and what leads
 * nowhere any frame.
 */
static bool
walk(Node *node, AnalyzeContext *context)
{
	while (node && IsA(node, TargetEntry))
		node = (Node *) ((TargetEntry *) node)->expr;
	if (node == NULL)
		return false;

	switch (nodeTag(node))
	{
		case T_Var:
			judge_type(context, ((Var *) node)->vartype, node);
			return false;
		case T_Const:
			judge_type(context, ((Const *) node)->consttype, node);
			return false;
		case T_RangeTblRef:
			return false;
		case T_List:
			walk_list((List *) node, context);
			return false;
		case T_FromExpr:
			walk_from((FromExpr *) node, context);
			return false;
		case T_OpExpr:
			walk_operator((OpExpr *) node, context);
			return false;
		default:
			return walk_node(node, context);
	}
}

/* What is inside a utility statement and was analyzed with it: a statement, a list of expressions, or NULL. */
static Node *
analyzed_part(Node *utility)
{
	switch (nodeTag(utility))
	{
		case T_ExplainStmt:
			return ((ExplainStmt *) utility)->query;
		case T_DeclareCursorStmt:
			return ((DeclareCursorStmt *) utility)->query;
		case T_CreateTableAsStmt:
			return ((CreateTableAsStmt *) utility)->query;
		case T_CallStmt:
			/* what stands for OUT is not evaluated, but it would tell what exists */
			return (Node *) list_make2(((CallStmt *) utility)->funcexpr, ((CallStmt *) utility)->outargs);
		default:
			return NULL;
	}
}

/*
 * The types of parameters that came with a Parse message, also of those that
 * the statement does not use: their input functions run when values arrive.
 */
static void
judge_parameters(AnalyzeContext *context, const ParseState *pstate, const Query *query)
{
	int			n;
	const Oid  *types = asb_parameters(pstate, query, &n);

	for (int i = 0; i < n; i++)
		judge_type(context, types[i], NULL);
}

void
asb_analyze_gate(const AsbSession *agent, ParseState *pstate, Query *query)
{
	/* gates may look at the session anew, so "agent" is not kept */
	AnalyzeContext context = {
		.role = asb_agent_grantee(agent),
		.source = pstate->p_sourcetext,
		.information_schema = agent->kind == ASB_SESSION_CONVERSATION &&
			agent->profile.information_schema,
		.computes = agent->kind == ASB_SESSION_CONVERSATION,
		.allowed_type = BOOLOID
	};

	if (query->utilityStmt && IsA(query->utilityStmt, ExplainStmt))
		asb_statement_gate_explain((const ExplainStmt *) query->utilityStmt);
	if (context.computes)
		asb_parameters_take_names(pstate, query);
	judge_parameters(&context, pstate, query);

	/* EXPLAIN of CREATE TABLE AS has one utility statement in the other */
	while (query->commandType == CMD_UTILITY)
	{
		Node	   *part = analyzed_part(query->utilityStmt);

		if (part == NULL || !IsA(part, Query))
		{
			walk(part, &context);
			return;
		}
		query = (Query *) part;
	}
	judge_query(&context, query);
}
