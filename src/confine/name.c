/*
 * name.c
 *	  Names in an agent's text that it cannot reach.
 *
 * An error must not tell a name that is hidden from one that does not exist.
 * The server's own errors do: it looks names up in the order in which it
 * transforms a statement, and what it says of one name depends on what it found
 * for those before.  So both an error of the server and a refusal of ours are
 * replaced by the answer to one question that depends on the text and on what
 * the role can reach alone: which is the first name that it cannot reach?
 *
 * The question is asked of the raw parse tree.  Names of common table
 * expressions are resolved as the server does.  Columns are not resolved: one
 * counts as hidden if a relation of the statement has it, hidden, and none has
 * it open.  What means columns without naming them, such as *, counts if one of
 * them is hidden.  What the server itself brings is no secret and never counts.
 * Nobody can be granted a collation or operator class: others' are all hidden.
 *
 * May be called while an error is being reported, if it was raised at parse
 * analysis: no lock of the server is held then, and the lookups below raise no
 * error of their own, but where the stack or memory does not suffice.  Such an
 * error is told instead, and from the third on the server forgets the text.
 */
#include "postgres.h"

#include <limits.h>

#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "confine/constraint.h"
#include "confine/describe.h"
#include "confine/name.h"
#include "confine/name_column.h"
#include "confine/name_literal.h"
#include "confine/name_lookup.h"
#include "confine/name_search.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/compat.h"

static bool walk(Node *node, AsbNameSearch *search);

static char *
joined(const List *names)
{
	return NameListToString(unconstify(List *, names));
}

static void
add_reachable(AsbNameSearch *search, Oid relid, const RangeVar *relation, const char *name)
{
	search->relations = lappend_oid(search->relations, relid);
	search->references = lappend(search->references, unconstify(RangeVar *, relation));
	search->names = lappend(search->names, unconstify(char *, name));
}

/* What else the columns of a relation go by, if it is known. */
static void
add_row(AsbNameSearch *search, const RangeVar *relation, char *alias)
{
	Oid			relid = asb_name_relation(search->role, relation);

	if (asb_name_relation_known(search->role, relid))
		add_reachable(search, relid, makeRangeVar(NULL, alias, relation->location), alias);
}

/* The alias of a join is one of all that is in it; a subquery gives columns of its own. */
static void
add_rows_of_join(AsbNameSearch *search, Node *from, char *alias)
{
	check_stack_depth();
	switch (nodeTag(from))
	{
		case T_JoinExpr:
			add_rows_of_join(search, ((JoinExpr *) from)->larg, alias);
			add_rows_of_join(search, ((JoinExpr *) from)->rarg, alias);
			break;
		case T_RangeTableSample:
			add_rows_of_join(search, ((RangeTableSample *) from)->relation, alias);
			break;
		case T_RangeVar:
			if (asb_search_spend(search, ASB_NAME_ROW_WORK + list_length(search->ctes)) &&
				!asb_search_is_cte(search, (RangeVar *) from))
				add_row(search, (RangeVar *) from, alias);
			break;
		default:
			break;
	}
}

static void
consider_relation(AsbNameSearch *search, const RangeVar *relation)
{
	Oid			relid;
	char	   *name;

	if (!asb_search_spend(search, 1 + list_length(search->ctes)) || asb_search_is_cte(search, relation))
		return;

	relid = asb_name_relation(search->role, relation);
	if (asb_name_relation_known(search->role, relid))
	{
		add_reachable(search, relid, relation, asb_search_alias(relation));
		/* names of its own for columns, in their order */
		if (relation->alias && relation->alias->colnames)
			asb_search_unnamed(search, relid, list_length(relation->alias->colnames),
							   relation->location, "SELECT");
		return;
	}

	name = relation->schemaname ?
		psprintf("%s.%s", relation->schemaname, relation->relname) : relation->relname;
	asb_search_found(search, relation->location, ERRCODE_UNDEFINED_TABLE, name,
					 psprintf("relation \"%s\" does not exist", name));
}

/* What RETURNING calls the rows of a relation; where something else is called so, too, rather too much is found. */
static void
consider_returned_rows(AsbNameSearch *search, const RangeVar *relation, const List *names)
{
	Oid			relid = asb_name_relation(search->role, relation);
	ListCell   *cell;

	foreach(cell, asb_name_relation_known(search->role, relid) ? names : NIL)
		add_reachable(search, relid, relation, lfirst(cell));
}

static void
consider_callable(AsbNameSearch *search, int cacheid, const List *names, int location)
{
	if (!asb_search_comes_later(search, location) &&
		!asb_search_callable_known(search, cacheid, names) && !asb_search_too_much(search))
		asb_search_found(search, location, ERRCODE_UNDEFINED_FUNCTION, joined(names),
						 psprintf("%s %s does not exist",
								  cacheid == OPERNAMENSP ? "operator" : "function", joined(names)));
}

/* InvalidOid if the role cannot name it. */
static Oid
type_named(const AsbNameSearch *search, const TypeName *type)
{
	return type->names == NIL || type->pct_type ? InvalidOid : asb_name_type(search->role, type->names);
}

static void
refuse_name(AsbNameSearch *search, char *object, Oid typid, int location)
{
	/* what its input function would say of a name must not be heard */
	asb_search_found(search, location, ERRCODE_INSUFFICIENT_PRIVILEGE, object,
					 psprintf("values of type %s are not allowed", format_type_be(typid)));
	if (search->object == object)
		search->hint = asb_type_hint(typid);
}

static void
consider_type(AsbNameSearch *search, const TypeName *type)
{
	Oid			typid;

	if (type->names == NIL)
		return;					/* an OID, which only the grammar's own nodes have */

	typid = type_named(search, type);
	if (OidIsValid(typid) && asb_type_decide(search->role, typid))
		return;
	if (OidIsValid(typid) && typid < FirstNormalObjectId)
	{
		refuse_name(search, strVal(llast(type->names)), typid, type->location);
		return;
	}
	asb_search_found(search, type->location, ERRCODE_UNDEFINED_OBJECT, joined(type->names),
					 psprintf("type \"%s\" does not exist", joined(type->names)));
}

/* Is it the name of a relation that the role can use, as a constant? */
static bool
names_relation(const AsbNameSearch *search, const A_Const *constant)
{
	return !constant->isnull && IsA(&constant->val, String) &&
		asb_name_text_known(search->role, strVal(&constant->val));
}

/* Is the argument of this number a regclass, for a cast that is written as a call or for one of the server's functions? */
static bool
takes_relation(const AsbNameSearch *search, FuncCall *call, int n)
{
	FuncCandidateList candidate;

	if (list_length(call->args) == 1 && asb_name_type(search->role, call->funcname) == REGCLASSOID)
		return true;
	if (list_length(call->funcname) > 1 && strcmp(strVal(linitial(call->funcname)), "pg_catalog") != 0)
		return false;
	candidate = FuncnameGetCandidates(list_make2(makeString("pg_catalog"), llast(call->funcname)),
									  list_length(call->args), NIL, false, true, false, true);
	for (; candidate; candidate = candidate->next)
	{
		if (candidate->args[n] == REGCLASSOID)
			return true;
	}
	return false;
}

/*
 * A name is looked up where it is an argument, whatever is wrong with the
 * statement behind it.
 */
static void
consider_arguments(AsbNameSearch *search, FuncCall *call)
{
	ListCell   *cell;

	foreach(cell, call->args)
	{
		const A_Const *constant = lfirst(cell);

		if (IsA(constant, A_Const) && !asb_search_comes_later(search, constant->location) &&
			asb_search_spend(search, ASB_NAME_ROW_WORK) &&
			takes_relation(search, call, foreach_current_index(cell)) &&
			!names_relation(search, constant))
			refuse_name(search, strVal(llast(call->funcname)), REGCLASSOID, constant->location);
	}
}

/*
 * Is it a cast that gives the name of what a number stands for, or the number of
 * what the role can use, and that was not refused?  An input function is not
 * asked then, or has nothing to say.
 */
static bool
describes(const AsbNameSearch *search, const TypeCast *cast)
{
	Oid			type = type_named(search, cast->typeName);

	if (search->type_refused || !asb_describes_type(type) || cast->typeName->arrayBounds != NIL)
		return false;
	switch (nodeTag(cast->arg))
	{
		case T_ColumnRef:
		case T_FuncCall:
		case T_A_Expr:
			return true;
		case T_TypeCast:
			return type_named(search, ((const TypeCast *) cast->arg)->typeName) == OIDOID;
		case T_A_Const:
			return type == REGCLASSOID && names_relation(search, (const A_Const *) cast->arg);
		default:
			return false;
	}
}

/* A sampling method is a function, of which no walker gives the name. */
static void
consider_sampling(AsbNameSearch *search, const RangeTableSample *sample)
{
	if (!asb_search_comes_later(search, sample->location) &&
		!asb_search_callable_known(search, PROCNAMEARGSNSP, sample->method) && !asb_search_too_much(search))
		asb_search_found(search, sample->location, ERRCODE_UNDEFINED_OBJECT, joined(sample->method),
						 psprintf("tablesample method %s does not exist", joined(sample->method)));
}

static void
consider_collation(AsbNameSearch *search, const List *names, int location)
{
	if (!asb_name_collation_known(search->role, names))
		asb_search_found(search, location, ERRCODE_UNDEFINED_OBJECT, joined(names),
						 psprintf("collation \"%s\" for encoding \"%s\" does not exist",
								  joined(names), GetDatabaseEncodingName()));
}

static void
consider_operator_class(AsbNameSearch *search, const List *names, int location)
{
	if (!asb_name_operator_class_known(search->role, names))
		asb_search_found(search, location, ERRCODE_UNDEFINED_OBJECT, joined(names),
						 psprintf("operator class \"%s\" does not exist for access method \"btree\"", joined(names)));
}

/* The key of ON CONFLICT, whose collations and operator classes no walker visits. */
static void
consider_inference(AsbNameSearch *search, const InferClause *infer)
{
	ListCell   *cell;

	foreach(cell, infer->indexElems)
	{
		const IndexElem *element = lfirst_node(IndexElem, cell);

		if (element->collation)
			consider_collation(search, element->collation, infer->location);
		if (element->opclass)
			consider_operator_class(search, element->opclass, infer->location);
	}
}

/* The key of ON CONFLICT ON CONSTRAINT: its columns must be known. */
static void
consider_constraint(AsbNameSearch *search, const RangeVar *relation, const InferClause *infer)
{
	Oid			relid = asb_name_relation(search->role, relation);

	if (infer && infer->conname && asb_name_relation_known(search->role, relid) &&
		!asb_constraint_known(search->role, relid, infer->conname))
		asb_search_found(search, -1, ERRCODE_UNDEFINED_OBJECT, infer->conname,
						 psprintf("constraint \"%s\" for table \"%s\" does not exist",
								  infer->conname, relation->relname));
}

static void
consider_insert(AsbNameSearch *search, const InsertStmt *insert)
{
	asb_search_targets(search, insert->relation, insert->cols);
	if (insert->cols == NIL && insert->selectStmt)
		asb_search_unnamed(search, asb_name_relation(search->role, insert->relation),
						   asb_search_width((const SelectStmt *) insert->selectStmt),
						   insert->relation->location, "INSERT");
	if (insert->onConflictClause)
	{
		add_row(search, insert->relation, "excluded");
		asb_search_targets(search, insert->relation, insert->onConflictClause->targetList);
		consider_constraint(search, insert->relation, insert->onConflictClause->infer);
	}
	asb_search_star(search, asb_returning(insert), list_make1(insert->relation));
	consider_returned_rows(search, insert->relation, asb_returned_rows(insert));
}

static void
consider_merge(AsbNameSearch *search, const MergeStmt *merge)
{
	ListCell   *cell;

	foreach(cell, merge->mergeWhenClauses)
	{
		const MergeWhenClause *when = lfirst_node(MergeWhenClause, cell);

		asb_search_targets(search, merge->relation, when->targetList);
		if (when->commandType == CMD_INSERT && when->targetList == NIL)
			asb_search_unnamed(search, asb_name_relation(search->role, merge->relation),
							   asb_search_list_width(when->values), merge->relation->location, "INSERT");
	}
	asb_search_star(search, asb_merge_returning(merge), list_make2(merge->sourceRelation, merge->relation));
	consider_returned_rows(search, merge->relation, asb_returned_rows(merge));
}

static void
consider_copy(AsbNameSearch *search, const CopyStmt *copy)
{
	ListCell   *cell;

	walk((Node *) copy->relation, search);
	asb_search_copied_columns(search, copy, copy->attlist);
	foreach(cell, copy->options)
	{
		const DefElem *option = lfirst_node(DefElem, cell);

		/* such as FORCE_NULL; * is no list */
		if (option->arg && IsA(option->arg, List))
			asb_search_copied_columns(search, copy, (List *) option->arg);
	}
	walk(copy->query, search);
}

/* The queries of WITH, each seeing the names before it, or all. */
static void
walk_with(const WithClause *with, AsbNameSearch *search)
{
	ListCell   *cell;

	if (with == NULL)
		return;
	search->ctes = list_copy(search->ctes);
	foreach(cell, with->recursive ? with->ctes : NIL)
		search->ctes = lappend(search->ctes, lfirst_node(CommonTableExpr, cell)->ctename);
	foreach(cell, with->ctes)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, cell);

		walk(cte->ctequery, search);
		if (cte->cycle_clause)
		{
			asb_search_note_types(search, (Node *) cte->cycle_clause);
			/* constants, which may be of any type; no walker visits them */
			walk(cte->cycle_clause->cycle_mark_value, search);
			walk(cte->cycle_clause->cycle_mark_default, search);
		}
		search->ctes = lappend(search->ctes, cte->ctename);
	}
}

static void
consider_statement(AsbNameSearch *search, Node *node)
{
	switch (nodeTag(node))
	{
		case T_SelectStmt:
			{
				SelectStmt *select = (SelectStmt *) node;

				walk_with(select->withClause, search);
				asb_search_star(search, select->targetList, select->fromClause);
				break;
			}
		case T_InsertStmt:
			{
				InsertStmt *insert = (InsertStmt *) node;

				walk_with(insert->withClause, search);
				search->target = insert->relation;
				consider_insert(search, insert);
				break;
			}
		case T_UpdateStmt:
			{
				UpdateStmt *update = (UpdateStmt *) node;

				walk_with(update->withClause, search);
				search->target = update->relation;
				asb_search_targets(search, update->relation, update->targetList);
				asb_search_star(search, asb_returning(update),
								lcons(update->relation, list_copy(update->fromClause)));
				consider_returned_rows(search, update->relation, asb_returned_rows(update));
				break;
			}
		case T_DeleteStmt:
			{
				DeleteStmt *delete = (DeleteStmt *) node;

				walk_with(delete->withClause, search);
				search->target = delete->relation;
				asb_search_star(search, asb_returning(delete),
								lcons(delete->relation, list_copy(delete->usingClause)));
				consider_returned_rows(search, delete->relation, asb_returned_rows(delete));
				break;
			}
		case T_MergeStmt:
			{
				MergeStmt  *merge = (MergeStmt *) node;

				walk_with(merge->withClause, search);
				search->target = merge->relation;
				consider_merge(search, merge);
				break;
			}
		default:
			break;
	}
}

static bool
walk(Node *node, AsbNameSearch *search)
{
	List	   *ctes = search->ctes;
	const RangeVar *target = search->target;

	if (node == NULL)
		return false;
	if (asb_search_too_much(search))
		return true;

	asb_search_note_types(search, node);
	switch (nodeTag(node))
	{
		case T_RangeVar:
			consider_relation(search, (RangeVar *) node);
			break;
		case T_JoinExpr:
			if (((JoinExpr *) node)->isNatural ||
				(((JoinExpr *) node)->alias && ((JoinExpr *) node)->alias->colnames))
				asb_search_all_of(search, node, -1);
			if (((JoinExpr *) node)->alias)
				add_rows_of_join(search, node, ((JoinExpr *) node)->alias->aliasname);
			search->columns = lappend(search->columns, node);
			break;
		case T_ColumnRef:
		case T_A_Indirection:
			search->columns = lappend(search->columns, node);
			break;
		case T_InferClause:
			search->columns = lappend(search->columns, node);
			consider_inference(search, (InferClause *) node);
			break;
		case T_CollateClause:
			consider_collation(search, ((CollateClause *) node)->collname,
							   ((CollateClause *) node)->location);
			break;
		case T_FuncCall:
			consider_callable(search, PROCNAMEARGSNSP, ((FuncCall *) node)->funcname,
							  ((FuncCall *) node)->location);
			consider_arguments(search, (FuncCall *) node);
			break;
		case T_TypeCast:
			if (describes(search, (TypeCast *) node))
				return walk(((TypeCast *) node)->arg, search);
			break;
		case T_TypeName:
			consider_type(search, (TypeName *) node);
			break;
		case T_RangeTableFuncCol:
			/* a column of XMLTABLE, unless it counts the rows; no walker visits its type */
			if (((RangeTableFuncCol *) node)->typeName)
				consider_type(search, ((RangeTableFuncCol *) node)->typeName);
			break;
		case T_RangeTableSample:
			consider_sampling(search, (RangeTableSample *) node);
			break;
		case T_A_Expr:
			/* of other kinds the grammar gave the name */
			if (((A_Expr *) node)->kind == AEXPR_OP ||
				((A_Expr *) node)->kind == AEXPR_OP_ANY ||
				((A_Expr *) node)->kind == AEXPR_OP_ALL)
				consider_callable(search, OPERNAMENSP, ((A_Expr *) node)->name,
								  ((A_Expr *) node)->location);
			break;
		case T_SubLink:
			if (((SubLink *) node)->operName)
				consider_callable(search, OPERNAMENSP, ((SubLink *) node)->operName,
								  ((SubLink *) node)->location);
			break;
		case T_SortBy:
			if (((SortBy *) node)->useOp)
				consider_callable(search, OPERNAMENSP, ((SortBy *) node)->useOp,
								  ((SortBy *) node)->location);
			break;
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			consider_statement(search, node);
			break;
		case T_WithClause:		/* walked already */
		case T_LockingClause:	/* names aliases */
		case T_IntoClause:		/* names what is to be made */
			return false;
		default:
			break;
	}

	(void) raw_expression_tree_walker(node, walk, search);
	search->ctes = ctes;
	search->target = target;
	return false;
}

/* Of a utility statement only what is analyzed before the gates are asked. */
static void
walk_statement(Node *statement, AsbNameSearch *search)
{
	switch (nodeTag(statement))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			walk(statement, search);
			break;
		case T_PrepareStmt:
			walk((Node *) ((PrepareStmt *) statement)->argtypes, search);
			walk_statement(((PrepareStmt *) statement)->query, search);
			break;
		case T_ExplainStmt:
			walk_statement(((ExplainStmt *) statement)->query, search);
			break;
		case T_DeclareCursorStmt:
			walk_statement(((DeclareCursorStmt *) statement)->query, search);
			break;
		case T_CreateTableAsStmt:
			walk_statement(((CreateTableAsStmt *) statement)->query, search);
			break;
		case T_CallStmt:
			walk((Node *) ((CallStmt *) statement)->funccall, search);
			break;
		case T_ExecuteStmt:
			walk((Node *) ((ExecuteStmt *) statement)->params, search);
			break;
		case T_CopyStmt:
			consider_copy(search, (CopyStmt *) statement);
			break;
		default:
			break;
	}
}

bool
asb_name_unreachable(Oid role, const char *source, int position, AsbNameCause cause,
					 AsbName *name)
{
	AsbNameSearch search = {
		.role = role,
		.location = -1,
		.failed = cause != ASB_NAME_BEFORE,
		.type_refused = cause == ASB_NAME_TYPE,
		.not_column = cause == ASB_NAME_NOT_COLUMN ?
			pg_mbcharcliplen(source, strlen(source), position - 1) : -1
	};
	ListCell   *cell;
	int			end = 0;		/* of the statement, in bytes and in characters */
	int			characters = 0;
	bool		columns_only = true;

	foreach(cell, raw_parser(source, RAW_PARSE_DEFAULT))
	{
		RawStmt    *raw = lfirst_node(RawStmt, cell);

		if (position > 0 && raw->stmt_len != 0)
		{
			characters += pg_mbstrlen_with_len(source + end, raw->stmt_location + raw->stmt_len - end);
			end = raw->stmt_location + raw->stmt_len;
			if (characters < position)
				continue;
		}
		search.relations = search.references = search.names = search.columns = search.typing = NIL;
		search.names_asked = false;
		walk_statement(raw->stmt, &search);
		columns_only = search.location < 0;
		asb_search_columns(&search);
		asb_search_literals(&search);
		if (position > 0 || search.location >= 0 || asb_search_too_much(&search))
			break;
	}
	if (asb_search_too_much(&search))
	{
		*name = (AsbName) {
			.sqlerrcode = ERRCODE_STATEMENT_TOO_COMPLEX,
			.message = "statement has too many names to tell what is wrong with it",
			.hint = "Split it."
		};
		return true;
	}
	if (search.location < 0)
		return false;

	name->sqlerrcode = search.sqlerrcode;
	name->object = search.object;
	name->message = search.message;
	name->hint = search.hint;
	name->columns_only = columns_only;
	name->position = search.location == INT_MAX ? 0 :
		pg_mbstrlen_with_len(source, search.location) + 1;
	return true;
}
