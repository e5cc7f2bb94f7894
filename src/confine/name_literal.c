/*
 * name_literal.c
 *	  Literals that may have been looked up as names.
 *
 * A literal that is given no type takes that of what it stands beside, and if
 * that is regclass or its kin the server looks it up there and then.  What it
 * says of anything behind it would tell that a name was found.  Which types the
 * server finds is not known here, so a literal counts if it may have been looked
 * up and is not known, and what is said of it fits whatever is wrong with the
 * statement.
 *
 * Literals take a type in lists whose elements must have a common one, as
 * arguments, as operands, and where they are stored.  The server's operators
 * between objects are those of numbers, which a literal beside them is read as;
 * but a list beside a list is read as one of names, and aclitem, whose texts have
 * a "=", has operators of its own.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_namespace_d.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/function.h"
#include "confine/name_literal.h"
#include "confine/name_lookup.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/catalog.h"

/* What a value may be the name of. */
#define NAMES_NOTHING 0
#define NAMES_RELATION 1
#define NAMES_CONFIGURATION 2	/* of text search */
#define NAMES_OTHER 4
#define NAMES_ANYTHING 7

static int	names_of_columns(Oid role, Oid relid);

static int
names_of_type(Oid role, Oid typid)
{
	Oid			element = get_element_type(typid);
	Oid			relid;

	check_stack_depth();
	if (OidIsValid(element))
		return names_of_type(role, element);
	switch (typid)
	{
		case InvalidOid:
			return NAMES_NOTHING;
		case REGCLASSOID:
			return NAMES_RELATION;
		case REGCONFIGOID:
			return NAMES_CONFIGURATION;
		case ACLITEMOID:
			return NAMES_OTHER;
		default:
			break;
	}
	if (asb_type_names_objects(typid))
		return NAMES_OTHER;
	if (get_typtype(typid) == TYPTYPE_DOMAIN)
		return names_of_type(role, getBaseType(typid));
	relid = get_typ_typrelid(typid);
	return OidIsValid(relid) ? names_of_columns(role, relid) : NAMES_NOTHING;
}

/*
 * The server's type of a name, which a cast may have.  Of others nothing may be
 * told, and those that can be used are made of no such types.
 */
static Oid
type_of_server(const AsbNameSearch *search, const List *names)
{
	Oid			typid = names ? asb_name_type(search->role, names) : InvalidOid;

	return typid < FirstNormalObjectId ? typid : InvalidOid;
}

static bool
column_counts(Oid role, Oid relid, AttrNumber attnum)
{
	return relid < FirstNormalObjectId || get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE ||
		asb_relation_column_granted(role, relid, attnum, ASB_OF_COLUMNS);
}

static int
names_of_columns(Oid role, Oid relid)
{
	int			natts = asb_relation_natts(relid);
	int			names = NAMES_NOTHING;

	for (AttrNumber attnum = 1; attnum <= natts && names != NAMES_ANYTHING; attnum++)
	{
		if (asb_relation_has_column(relid, attnum) && column_counts(role, relid, attnum))
			names |= names_of_type(role, get_atttype(relid, attnum));
	}
	return names;
}

/* Which part of a function a type is asked of: an argument by its place, from 0 on, or one of these. */
#define RESULT (-1)
#define ANY_ARGUMENT (-2)

/* Does a parameter of a function take what is asked for?  "n" parameters before it take arguments. */
static bool
takes_part(char mode, int n, int part)
{
	switch (mode)
	{
		case FUNC_PARAM_OUT:
		case FUNC_PARAM_TABLE:
			return part == RESULT;
		case FUNC_PARAM_INOUT:
			return part == RESULT || part == ANY_ARGUMENT || part == n;
		case FUNC_PARAM_VARIADIC:
			return part == ANY_ARGUMENT || part >= n;
		default:
			return part == ANY_ARGUMENT || part == n;
	}
}

static int
names_of_part(Oid role, HeapTuple row, int part, bool *polymorphic)
{
	Oid		   *types;
	char	  **unused;
	char	   *modes;
	int			n = get_func_arg_info(row, &types, &unused, &modes);
	int			arguments = 0;
	int			names = part == RESULT ?
		names_of_type(role, ((Form_pg_proc) GETSTRUCT(row))->prorettype) : NAMES_NOTHING;

	for (int i = 0; i < n; i++)
	{
		char		mode = modes ? modes[i] : FUNC_PARAM_IN;

		if (takes_part(mode, arguments, part))
		{
			names |= names_of_type(role, types[i]);
			*polymorphic |= IsPolymorphicType(types[i]);
		}
		if (mode != FUNC_PARAM_OUT && mode != FUNC_PARAM_TABLE)
			arguments++;
	}
	return names;
}

/* Where functions or operators of a name are looked for; none if none is known, or looking has taken too long. */
static List *
schemas_of_known(AsbNameSearch *search, int cacheid, const List *names)
{
	if (!asb_search_callable_known(search, cacheid, names) || !asb_search_spend(search, ASB_NAME_ROW_WORK))
		return NIL;
	return asb_name_schemas(search->role, list_length(names) > 1 ?
							strVal(list_nth(names, list_length(names) - 2)) : NULL);
}

/*
 * What a part of the functions of a name may be the name of: of all of them that
 * are known, as which one is meant is not.
 */
static int
names_of_function(AsbNameSearch *search, const List *function, int part, bool *polymorphic)
{
	/* a cast may be written as a call */
	int			names = names_of_type(search->role, type_of_server(search, function));
	List	   *schemas = schemas_of_known(search, PROCNAMEARGSNSP, function);
	CatCList   *list;

	if (schemas == NIL)
		return names;
	list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(strVal(llast(function))));
	for (int i = 0; i < list->n_members; i++)
	{
		HeapTuple	row = &list->members[i]->tuple;
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(row);

		if (list_member_oid(schemas, proc->pronamespace) &&
			(proc->oid < FirstNormalObjectId ||
			 asb_function_decide(search->role, proc->oid) != ASB_FUNCTION_HIDDEN))
			names |= names_of_part(search->role, row, part, polymorphic);
	}
	ReleaseSysCacheList(list);
	return names;
}

/*
 * What the operands of operators of a name may be the names of, where these are
 * not the server's and known.
 */
static int
names_of_operands(AsbNameSearch *search, const List *operator)
{
	List	   *schemas = schemas_of_known(search, OPERNAMENSP, operator);
	int			names = NAMES_NOTHING;
	CatCList   *list;

	if (schemas == NIL)
		return names;
	list = SearchSysCacheList1(OPERNAMENSP, CStringGetDatum(strVal(llast(operator))));
	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_operator row = (Form_pg_operator) GETSTRUCT(&list->members[i]->tuple);

		if (row->oid >= FirstNormalObjectId && list_member_oid(schemas, row->oprnamespace) &&
			asb_function_decide(search->role, row->oprcode) != ASB_FUNCTION_HIDDEN)
			names |= names_of_type(search->role, row->oprleft) | names_of_type(search->role, row->oprright);
	}
	ReleaseSysCacheList(list);
	return names;
}

/*
 * What a name that stands for a column may be the name of.  It may also be that
 * of a whole row, or of a function in the notation of a column, and of what a
 * subquery puts out nothing more is known than what stands in the statement.
 */
static int
names_of_column(AsbNameSearch *search, char *name, int elsewhere)
{
	int			names = NAMES_NOTHING;
	bool		found = false;
	bool		unused = false;
	ListCell   *relids;
	ListCell   *aliases;

	if (!asb_search_spend(search, 1 + list_length(search->relations)))
		return NAMES_ANYTHING;
	forboth(relids, search->relations, aliases, search->names)
	{
		Oid			relid = lfirst_oid(relids);
		AttrNumber	attnum = get_attnum(relid, name);

		if (attnum < 0 || (attnum > 0 && column_counts(search->role, relid, attnum)))
		{
			found = true;
			names |= names_of_type(search->role, get_atttype(relid, attnum));
		}
		else if (strcmp(lfirst(aliases), name) == 0 && asb_search_spend(search, ASB_NAME_ROW_WORK))
		{
			found = true;
			names |= names_of_columns(search->role, relid);
		}
	}
	if (!found)
		names |= elsewhere |
			names_of_function(search, list_make1(makeString(name)), RESULT, &unused);
	return names;
}

/* What stands for columns without naming them: those of all relations. */
static int
names_of_all_columns(AsbNameSearch *search)
{
	int			names = NAMES_NOTHING;
	ListCell   *cell;

	foreach(cell, search->relations)
	{
		if (!asb_search_spend(search, ASB_NAME_ROW_WORK))
			return NAMES_ANYTHING;
		names |= names_of_columns(search->role, lfirst_oid(cell));
	}
	return names;
}

typedef struct NamesContext
{
	AsbNameSearch *search;
	int			elsewhere;		/* what a column may be the name of that no relation has */
	int			names;			/* found so far */
} NamesContext;

static void
add_fields(NamesContext *context, const List *fields)
{
	ListCell   *cell;

	foreach(cell, fields)
	{
		if (IsA(lfirst(cell), String))
			context->names |= names_of_column(context->search, strVal(lfirst(cell)), context->elsewhere);
		else if (IsA(lfirst(cell), A_Star))
			context->names |= names_of_all_columns(context->search);
	}
}

/* Adds what the value of a node may be the name of; true if more is in it. */
static bool
add_own_names(NamesContext *context, Node *node)
{
	AsbNameSearch *search = context->search;
	bool		unused = false;
	Oid			typid;

	switch (nodeTag(node))
	{
		case T_TypeCast:
			typid = type_of_server(search, ((TypeCast *) node)->typeName->names);
			context->names |= names_of_type(search->role, typid);
			return typid == UNKNOWNOID;
		case T_ParamRef:
			/* a Parse message may have given it any type */
			context->names = NAMES_ANYTHING;
			return false;
		case T_FuncCall:
			context->names |= names_of_function(search, ((FuncCall *) node)->funcname, RESULT, &unused);
			return true;
		case T_ColumnRef:
			add_fields(context, list_make1(llast(((ColumnRef *) node)->fields)));
			return false;
		case T_A_Indirection:
			add_fields(context, ((A_Indirection *) node)->indirection);
			return true;
		default:
			return true;
	}
}

static bool
add_names(Node *node, NamesContext *context)
{
	if (node == NULL || context->names == NAMES_ANYTHING)
		return false;
	if (!asb_search_spend(context->search, 1))
		return true;
	if (IsA(node, SelectStmt))
	{
		const SelectStmt *select = (const SelectStmt *) node;

		check_stack_depth();
		return add_names((Node *) select->larg, context) || add_names((Node *) select->rarg, context) ||
			add_names((Node *) select->valuesLists, context) || add_names((Node *) select->targetList, context);
	}
	return add_own_names(context, node) && raw_expression_tree_walker(node, add_names, context);
}

/* What anything in the statement may be the name of. */
static int
names_in_statement(AsbNameSearch *search)
{
	NamesContext context = {.search = search};
	ListCell   *cell;

	if (search->names_asked)
		return search->names_in_statement;
	foreach(cell, search->typing)
		(void) add_own_names(&context, lfirst(cell));
	foreach(cell, search->columns)
	{
		(void) add_own_names(&context, lfirst(cell));
		if (IsA(lfirst(cell), JoinExpr) && lfirst_node(JoinExpr, cell)->alias)
			context.names |= names_of_all_columns(search);
	}
	foreach(cell, search->references)
	{
		const RangeVar *relation = lfirst_node(RangeVar, cell);

		if (relation->alias && relation->alias->colnames)
			context.names |= names_of_all_columns(search);
	}
	search->names_asked = true;
	search->names_in_statement = context.names;
	return context.names;
}

/* Where literals stand that take a type. */
typedef struct Place
{
	List	   *beside;			/* expressions whose types they may take */
	const FuncCall *call;		/* of which they are this argument, or NULL */
	int			argument;
	const RangeVar *target;		/* in which they are stored, or NULL ... */
	const char *column;			/* ... and in which column, or NULL */
	const List *operator;		/* of which they are an operand, or NIL */
	bool		shaped;			/* only if they are lists, or look like an aclitem? */
	int			names;			/* what they may be names of, once asked */
	bool		asked;
} Place;

static int
names_at(AsbNameSearch *search, Place *place)
{
	NamesContext context = {.search = search};

	if (place->asked)
		return place->names;
	place->asked = true;
	if (place->target)
	{
		Oid			relid = asb_name_relation(search->role, place->target);

		if (asb_name_relation_known(search->role, relid))
			context.names = place->column ?
				names_of_type(search->role, get_atttype(relid, get_attnum(relid, place->column))) :
				names_of_columns(search->role, relid);
	}
	if (place->call)
	{
		bool		polymorphic = place->call->agg_within_group;

		context.names = names_of_function(search, place->call->funcname, place->argument, &polymorphic);
		if (polymorphic)
			place->beside = list_make2(place->call->args, place->call->agg_order);
	}
	if (place->operator)
		context.names = names_of_operands(search, place->operator);
	if (place->beside)
	{
		context.elsewhere = names_in_statement(search);
		(void) add_names((Node *) place->beside, &context);
	}
	place->names = context.names;
	return place->names;
}

/* Does the server have a configuration of text search of this name? */
static bool
names_configuration(const char *text)
{
	return SearchSysCacheExists2(TSCONFIGNAMENSP, PointerGetDatum(text),
								 ObjectIdGetDatum(PG_CATALOG_NAMESPACE));
}

/* A number is not looked up. */
static bool
is_known(AsbNameSearch *search, const A_Const *constant, int names)
{
	const char *text = strVal(&constant->val);

	return names == NAMES_NOTHING || text[strspn(text, "0123456789")] == '\0' ||
		(names == NAMES_RELATION && asb_name_text_known(search->role, text)) ||
		(names == NAMES_CONFIGURATION && names_configuration(text));
}

static void
consider_literal(AsbNameSearch *search, const A_Const *constant, Place *place)
{
	char	   *text;

	if (constant->isnull || !IsA(&constant->val, String) ||
		asb_search_comes_later(search, constant->location) || !asb_search_spend(search, 1))
		return;
	text = strVal(&constant->val);
	if ((place->shaped && strpbrk(text, "{[=") == NULL) ||
		is_known(search, constant, names_at(search, place)))
		return;
	text = pnstrdup(text, pg_mbcliplen(text, strlen(text), NAMEDATALEN - 1));
	asb_search_found(search, constant->location, ERRCODE_INSUFFICIENT_PRIVILEGE, text,
					 psprintf("\"%s\" is the name of nothing that can be used, or something else in the statement is wrong", text));
	if (search->object == text)
		search->hint = "Give it a type, as in text '...', if it is no name, to learn what is wrong.";
}

/* The literals in a value that take a type from its place. */
static void
consider_value(AsbNameSearch *search, Node *value, Place *place)
{
	ListCell   *cell;

	if (value == NULL || asb_search_too_much(search))
		return;
	check_stack_depth();
	switch (nodeTag(value))
	{
		case T_A_Const:
			consider_literal(search, (A_Const *) value, place);
			break;
		case T_List:
			foreach(cell, (List *) value)
				consider_value(search, lfirst(cell), place);
			break;
		case T_RowExpr:
			consider_value(search, (Node *) ((RowExpr *) value)->args, place);
			break;
		case T_NamedArgExpr:
			consider_value(search, (Node *) ((NamedArgExpr *) value)->arg, place);
			break;
		case T_CollateClause:
			consider_value(search, ((CollateClause *) value)->arg, place);
			break;
		case T_TypeCast:
			if (type_of_server(search, ((TypeCast *) value)->typeName->names) == UNKNOWNOID)
				consider_value(search, ((TypeCast *) value)->arg, place);
			break;
		case T_ResTarget:
			consider_value(search, ((ResTarget *) value)->val, place);
			break;
		case T_SortBy:
			consider_value(search, ((SortBy *) value)->node, place);
			break;
		case T_MultiAssignRef:
			place->column = NULL;
			consider_value(search, ((MultiAssignRef *) value)->source, place);
			break;
		default:
			break;
	}
}

/* Literals that take the type of each other, or of what is among them. */
static void
consider_list(AsbNameSearch *search, List *values)
{
	consider_value(search, (Node *) values, &(Place) {.beside = values});
}

static void
consider_operands(AsbNameSearch *search, const List *operator, Node *left, Node *right)
{
	List	   *operands = list_make2(left, right);

	consider_value(search, (Node *) operands, &(Place) {.beside = operands, .shaped = true});
	consider_value(search, (Node *) operands, &(Place) {.operator = operator});
}

static void
consider_stored(AsbNameSearch *search, const RangeVar *target, List *values)
{
	consider_value(search, (Node *) values, &(Place) {.target = target});
}

/* Each is for a column of its own; several may have one value, which is a row. */
static void
consider_set(AsbNameSearch *search, const RangeVar *target, List *values)
{
	ListCell   *cell;

	foreach(cell, values)
	{
		ResTarget  *value = lfirst_node(ResTarget, cell);

		consider_value(search, value->val, &(Place) {.target = target, .column = value->name});
	}
}

static void
consider_call(AsbNameSearch *search, const FuncCall *call)
{
	ListCell   *cell;

	foreach(cell, call->args)
		consider_value(search, lfirst(cell), &(Place) {
			.call = call,
			.argument = IsA(lfirst(cell), NamedArgExpr) ? ANY_ARGUMENT : foreach_current_index(cell)
		});
	if (call->agg_within_group)
		consider_value(search, (Node *) call->agg_order, &(Place) {.call = call, .argument = ANY_ARGUMENT});
}

static void
consider_case(AsbNameSearch *search, const CaseExpr *expression)
{
	List	   *results = list_make1(expression->defresult);
	List	   *equals = list_make1(makeString("="));
	ListCell   *cell;

	foreach(cell, expression->args)
	{
		const CaseWhen *when = lfirst_node(CaseWhen, cell);

		results = lappend(results, when->result);
		if (expression->arg)
			consider_operands(search, equals, (Node *) expression->arg, (Node *) when->expr);
	}
	consider_list(search, results);
}

/* Before its values are stored, or made others', a query that is made of others gives them a type itself. */
static List *
outputs(const SelectStmt *select)
{
	if (select->op != SETOP_NONE)
		return NIL;
	return select->valuesLists ? select->valuesLists : select->targetList;
}

static void
consider_query(AsbNameSearch *search, const SelectStmt *select)
{
	List	   *both = list_make2(select->larg, select->rarg);

	if (select->op == SETOP_NONE)
	{
		consider_list(search, select->valuesLists);
		return;
	}
	consider_value(search, (Node *) outputs(select->larg), &(Place) {.beside = both});
	consider_value(search, (Node *) outputs(select->rarg), &(Place) {.beside = both});
}

static void
consider_insert(AsbNameSearch *search, const InsertStmt *insert)
{
	if (insert->selectStmt)
		consider_stored(search, insert->relation, outputs((const SelectStmt *) insert->selectStmt));
	if (insert->onConflictClause)
		consider_set(search, insert->relation, insert->onConflictClause->targetList);
}

static void
consider_merge(AsbNameSearch *search, const MergeStmt *merge)
{
	ListCell   *cell;

	foreach(cell, merge->mergeWhenClauses)
	{
		const MergeWhenClause *when = lfirst_node(MergeWhenClause, cell);

		consider_set(search, merge->relation, when->targetList);
		consider_stored(search, merge->relation, when->values);
	}
}

static void
consider_node(AsbNameSearch *search, Node *node)
{
	switch (nodeTag(node))
	{
		case T_A_Expr:
			{
				const A_Expr *expression = (A_Expr *) node;

				if (expression->kind == AEXPR_IN)
					consider_list(search, list_make2(expression->lexpr, expression->rexpr));
				else
					consider_operands(search, expression->name, expression->lexpr, expression->rexpr);
				break;
			}
		case T_SubLink:
			consider_operands(search, ((SubLink *) node)->operName,
							  ((SubLink *) node)->testexpr, ((SubLink *) node)->subselect);
			break;
		case T_CoalesceExpr:
			consider_list(search, ((CoalesceExpr *) node)->args);
			break;
		case T_MinMaxExpr:
			consider_list(search, ((MinMaxExpr *) node)->args);
			break;
		case T_A_ArrayExpr:
			consider_list(search, ((A_ArrayExpr *) node)->elements);
			break;
		case T_CaseExpr:
			consider_case(search, (CaseExpr *) node);
			break;
		case T_CTECycleClause:
			consider_list(search, list_make2(((CTECycleClause *) node)->cycle_mark_value,
											 ((CTECycleClause *) node)->cycle_mark_default));
			break;
		case T_FuncCall:
			consider_call(search, (FuncCall *) node);
			break;
		case T_SelectStmt:
			consider_query(search, (SelectStmt *) node);
			break;
		case T_InsertStmt:
			consider_insert(search, (InsertStmt *) node);
			break;
		case T_UpdateStmt:
			consider_set(search, ((UpdateStmt *) node)->relation, ((UpdateStmt *) node)->targetList);
			break;
		case T_MergeStmt:
			consider_merge(search, (MergeStmt *) node);
			break;
		default:
			break;
	}
}

void
asb_search_note_types(AsbNameSearch *search, Node *node)
{
	switch (nodeTag(node))
	{
		case T_SelectStmt:
			/* of others each column has a type of its own */
			if (((SelectStmt *) node)->op == SETOP_NONE && list_length(((SelectStmt *) node)->valuesLists) < 2)
				break;
			/* FALLTHROUGH */
		case T_A_Expr:
		case T_A_ArrayExpr:
		case T_CaseExpr:
		case T_CoalesceExpr:
		case T_CTECycleClause:
		case T_FuncCall:
		case T_InsertStmt:
		case T_MergeStmt:
		case T_MinMaxExpr:
		case T_ParamRef:
		case T_SubLink:
		case T_TypeCast:
		case T_UpdateStmt:
			search->typing = lappend(search->typing, node);
			break;
		default:
			break;
	}
}

void
asb_search_literals(AsbNameSearch *search)
{
	ListCell   *cell;

	foreach(cell, search->failed ? search->typing : NIL)
		consider_node(search, lfirst(cell));
}
