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
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/name.h"
#include "confine/name_lookup.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/compat.h"

/*
 * Nothing interrupts us while an error is reported, so what takes time in
 * proportion to the square of a text ends here, in about a second.  Counted are
 * relations that a column is looked for in and names that one is compared with.
 */
#define MAX_WORK 5000000

/* a name of no function, which the server remembers in a list without an index */
#define UNKNOWN_FUNCTION_WORK 500

/* all columns of a relation, whose number is not counted: it would tell of hidden ones */
#define ROW_WORK 100

typedef struct Search
{
	Oid			role;
	List	   *ctes;			/* names that stand for common table expressions */
	const RangeVar *target;		/* what the statement changes, which is none of them */
	List	   *relations;		/* OIDs of those that can be reached */
	List	   *references;		/* RangeVars, one for each */
	List	   *names;			/* by which the statement has them, one for each */
	List	   *columns;		/* every ColumnRef, A_Indirection, InferClause and join with USING */
	bool		failed;			/* did something? */
	int			not_column;		/* byte offset of a ColumnRef that may be none, or -1 */

	/* what was found first, by its place in the text */
	int			location;		/* byte offset, -1: nothing yet */
	int			sqlerrcode;
	char	   *object;
	char	   *message;
	const char *hint;

	int64		work;			/* done so far; depends on the text and on what is known alone */
} Search;

static bool walk(Node *node, Search *search);

static void
found(Search *search, int location, int sqlerrcode, char *object, char *message)
{
	/* what has no place of its own comes last */
	if (location < 0)
		location = INT_MAX;
	if (search->location >= 0 && search->location <= location)
		return;
	search->location = location;
	search->sqlerrcode = sqlerrcode;
	search->object = object;
	search->message = message;
	search->hint = NULL;
}

/* Would it change nothing if the name that stands there cannot be reached? */
static bool
comes_later(const Search *search, int location)
{
	return search->location >= 0 && (location < 0 || search->location <= location);
}

static bool
too_much(const Search *search)
{
	return search->work > MAX_WORK;
}

/* Is there enough left for more work? */
static bool
spend(Search *search, int work)
{
	search->work += work;
	return !too_much(search);
}

static char *
joined(const List *names)
{
	return NameListToString(unconstify(List *, names));
}

static bool
is_cte(const Search *search, const RangeVar *relation)
{
	ListCell   *cell;

	foreach(cell, relation->schemaname || relation == search->target ? NIL : search->ctes)
	{
		if (strcmp(lfirst(cell), relation->relname) == 0)
			return true;
	}
	return false;
}

/* Columns of a relation, as many as "n" from the first on, are used without their names. */
static void
consider_unnamed(Search *search, Oid relid, int n, int location, const char *privilege)
{
	char	   *name;

	if (!asb_name_relation_known(search->role, relid) ||
		n <= asb_name_columns_before_hidden(search->role, relid))
		return;
	name = get_rel_name(relid);
	found(search, location, ERRCODE_INSUFFICIENT_PRIVILEGE, name,
		  psprintf("%s of all columns of relation \"%s\" is not granted", privilege, name));
	if (search->object == name)
		search->hint = ASB_HINT_COLUMNS;
}

/* The same for all columns of what stands in FROM; of no subquery, which gives its own. */
static void
consider_all_of(Search *search, Node *from, int location)
{
	ListCell   *cell;

	if (from == NULL)
		return;
	check_stack_depth();
	switch (nodeTag(from))
	{
		case T_List:
			foreach(cell, (List *) from)
				consider_all_of(search, lfirst(cell), location);
			break;
		case T_JoinExpr:
			consider_all_of(search, ((JoinExpr *) from)->larg, location);
			consider_all_of(search, ((JoinExpr *) from)->rarg, location);
			break;
		case T_RangeTableSample:
			consider_all_of(search, ((RangeTableSample *) from)->relation, location);
			break;
		case T_RangeVar:
			if (spend(search, ROW_WORK + list_length(search->ctes)) &&
				!is_cte(search, (RangeVar *) from))
				consider_unnamed(search, asb_name_relation(search->role, (RangeVar *) from), INT_MAX,
								 location >= 0 ? location : ((RangeVar *) from)->location, "SELECT");
			break;
		default:
			break;
	}
}

/* Does * stand alone among the targets?  It means all that is in FROM. */
static void
consider_star(Search *search, List *targets, List *from)
{
	ListCell   *cell;

	foreach(cell, targets)
	{
		const ResTarget *target = lfirst_node(ResTarget, cell);
		const ColumnRef *reference = (const ColumnRef *) target->val;

		if (too_much(search))
			return;
		if (reference && IsA(reference, ColumnRef) && IsA(linitial(reference->fields), A_Star))
			consider_all_of(search, (Node *) from, reference->location);
	}
}

static const char *
alias_of(const RangeVar *relation)
{
	return relation->alias ? relation->alias->aliasname : relation->relname;
}

static void
add_reachable(Search *search, Oid relid, const RangeVar *relation, const char *name)
{
	search->relations = lappend_oid(search->relations, relid);
	search->references = lappend(search->references, unconstify(RangeVar *, relation));
	search->names = lappend(search->names, unconstify(char *, name));
}

/* What else the columns of a relation go by, if it is known. */
static void
add_row(Search *search, const RangeVar *relation, char *alias)
{
	Oid			relid = asb_name_relation(search->role, relation);

	if (asb_name_relation_known(search->role, relid))
		add_reachable(search, relid, makeRangeVar(NULL, alias, relation->location), alias);
}

/* The alias of a join is one of all that is in it; a subquery gives columns of its own. */
static void
add_rows_of_join(Search *search, Node *from, char *alias)
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
			if (spend(search, ROW_WORK + list_length(search->ctes)) && !is_cte(search, (RangeVar *) from))
				add_row(search, (RangeVar *) from, alias);
			break;
		default:
			break;
	}
}

static void
consider_relation(Search *search, const RangeVar *relation)
{
	Oid			relid;
	char	   *name;

	if (!spend(search, 1 + list_length(search->ctes)) || is_cte(search, relation))
		return;

	relid = asb_name_relation(search->role, relation);
	if (asb_name_relation_known(search->role, relid))
	{
		add_reachable(search, relid, relation, alias_of(relation));
		/* names of its own for columns, in their order */
		if (relation->alias && relation->alias->colnames)
			consider_unnamed(search, relid, list_length(relation->alias->colnames),
							 relation->location, "SELECT");
		return;
	}

	name = relation->schemaname ?
		psprintf("%s.%s", relation->schemaname, relation->relname) : relation->relname;
	found(search, relation->location, ERRCODE_UNDEFINED_TABLE, name,
		  psprintf("relation \"%s\" does not exist", name));
}

/* What RETURNING calls the rows of a relation; where something else is called so, too, rather too much is found. */
static void
consider_returned_rows(Search *search, const RangeVar *relation, const List *names)
{
	Oid			relid = asb_name_relation(search->role, relation);
	ListCell   *cell;

	foreach(cell, asb_name_relation_known(search->role, relid) ? names : NIL)
		add_reachable(search, relid, relation, lfirst(cell));
}

/* A function or, in OPERNAMENSP, an operator: is one of this name known? */
static bool
callable_known(Search *search, int cacheid, const List *names)
{
	if (asb_name_callable_known(search->role, cacheid, names))
		return true;
	(void) spend(search, UNKNOWN_FUNCTION_WORK);
	return false;
}

static void
consider_callable(Search *search, int cacheid, const List *names, int location)
{
	if (!comes_later(search, location) && !callable_known(search, cacheid, names) && !too_much(search))
		found(search, location, ERRCODE_UNDEFINED_FUNCTION, joined(names),
			  psprintf("%s %s does not exist", cacheid == OPERNAMENSP ? "operator" : "function", joined(names)));
}

static void
consider_type(Search *search, const TypeName *type)
{
	Oid			typid;

	if (type->names == NIL)
		return;					/* an OID, which only the grammar's own nodes have */

	typid = type->pct_type ? InvalidOid : asb_name_type(search->role, type->names);
	if (OidIsValid(typid) && asb_type_decide(search->role, typid))
		return;
	if (OidIsValid(typid) && typid < FirstNormalObjectId)
	{
		/* what its input function would say of a name must not be heard */
		char	   *name = strVal(llast(type->names));

		found(search, type->location, ERRCODE_INSUFFICIENT_PRIVILEGE, name,
			  psprintf("values of type %s are not allowed", format_type_be(typid)));
		if (search->object == name)
			search->hint = ASB_HINT_NAMES;
		return;
	}
	found(search, type->location, ERRCODE_UNDEFINED_OBJECT, joined(type->names),
		  psprintf("type \"%s\" does not exist", joined(type->names)));
}

/* A sampling method is a function, of which no walker gives the name. */
static void
consider_sampling(Search *search, const RangeTableSample *sample)
{
	if (!comes_later(search, sample->location) &&
		!callable_known(search, PROCNAMEARGSNSP, sample->method) && !too_much(search))
		found(search, sample->location, ERRCODE_UNDEFINED_OBJECT, joined(sample->method),
			  psprintf("tablesample method %s does not exist", joined(sample->method)));
}

static void
consider_collation(Search *search, const List *names, int location)
{
	if (!asb_name_collation_known(search->role, names))
		found(search, location, ERRCODE_UNDEFINED_OBJECT, joined(names),
			  psprintf("collation \"%s\" for encoding \"%s\" does not exist",
					   joined(names), GetDatabaseEncodingName()));
}

static void
consider_operator_class(Search *search, const List *names, int location)
{
	if (!asb_name_operator_class_known(search->role, names))
		found(search, location, ERRCODE_UNDEFINED_OBJECT, joined(names),
			  psprintf("operator class \"%s\" does not exist for access method \"btree\"", joined(names)));
}

/* The key of ON CONFLICT, whose collations and operator classes no walker visits. */
static void
consider_inference(Search *search, const InferClause *infer)
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

static void
consider_column(Search *search, const char *column, int location, char *message)
{
	if (spend(search, 1 + list_length(search->relations)) &&
		asb_name_column_hidden(search->role, column, search->relations))
		found(search, location, ERRCODE_UNDEFINED_COLUMN, pstrdup(column), message);
}

/* Relations of the statement that go by this name, if it is a whole row of theirs. */
static void
consider_row(Search *search, const char *name, int location)
{
	ListCell   *relid;
	ListCell   *cell;

	forboth(relid, search->relations, cell, search->names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			consider_unnamed(search, lfirst_oid(relid), INT_MAX, location, "SELECT");
	}
}

/* What a name in front of a column stands for: a relation of the statement, or something else. */
typedef enum Row
{
	NO_ROW,
	ROW_WITHOUT,				/* ... none of which shows the column */
	ROW_WITH
} Row;

static Row
row_of(const Search *search, const char *name, char *column, const char **alias)
{
	Row			row = NO_ROW;
	ListCell   *relids;
	ListCell   *references;
	ListCell   *names;

	forthree(relids, search->relations, references, search->references, names, search->names)
	{
		Oid			relid = lfirst_oid(relids);
		const RangeVar *relation = lfirst(references);
		AttrNumber	attnum;

		if (strcmp(lfirst(names), name) != 0)
			continue;
		attnum = get_attnum(relid, column);
		if (attnum < 0 ||
			(attnum > 0 && (relid < FirstNormalObjectId ||
							asb_relation_column_granted(search->role, relid, attnum, ASB_OF_COLUMNS))) ||
			(relation->alias && list_member(relation->alias->colnames, makeString(column))))
			return ROW_WITH;
		row = ROW_WITHOUT;
		*alias = alias_of(relation);
	}
	return row;
}

/* Is it a field of a column whose values are rows? */
static bool
field_known(const Search *search, const char *column, const char *field)
{
	ListCell   *cell;

	foreach(cell, search->relations)
	{
		Oid			relid = lfirst_oid(cell);
		AttrNumber	attnum = get_attnum(relid, column);

		if (attnum > 0 && asb_relation_column_granted(search->role, relid, attnum, ASB_OF_COLUMNS) &&
			get_attnum(get_typ_typrelid(get_atttype(relid, attnum)), field) > 0)
			return true;
	}
	return false;
}

static void
found_no_column(Search *search, const char *alias, char *name, int location)
{
	found(search, location, ERRCODE_UNDEFINED_COLUMN, pstrdup(name),
		  psprintf("column %s.%s does not exist", alias, name));
}

/*
 * A function can be called in the notation of a column of its argument.  Unless
 * one of the name is known, what the server says would tell whether there is one
 * that is hidden.  Which type the argument has is not known here, so what is said
 * fits whatever is wrong with the statement.
 */
static void
consider_indirection(Search *search, const A_Indirection *indirection)
{
	const ColumnRef *reference = (const ColumnRef *) indirection->arg;
	int			location = exprLocation(indirection->arg);
	const char *before = NULL;
	const char *alias = NULL;
	ListCell   *cell;

	if (!search->failed || comes_later(search, location) ||
		!spend(search, 1 + list_length(search->relations)))
		return;
	if (IsA(reference, ColumnRef) && IsA(llast(reference->fields), String))
		before = strVal(llast(reference->fields));

	foreach(cell, indirection->indirection)
	{
		char	   *name = IsA(lfirst(cell), String) ? strVal(lfirst(cell)) : NULL;
		Row			row = before && name ? row_of(search, before, name, &alias) : NO_ROW;

		if (name && row != ROW_WITH && !(before && field_known(search, before, name)) &&
			!callable_known(search, PROCNAMEARGSNSP, list_make1(lfirst(cell))))
		{
			if (row == ROW_WITHOUT)
				/* of a row the server tells the relation, whatever the row is called */
				found_no_column(search, alias, name, location);
			else
			{
				found(search, location, ERRCODE_WRONG_OBJECT_TYPE, name,
					  psprintf("column notation .%s does not fit, or something else in the statement does not", name));
				if (search->object == name)
					search->hint = "Call functions as f(x), and take columns of rows from FROM, to learn what is wrong.";
			}
			return;
		}
		before = NULL;
	}
}

static void
consider_column_reference(Search *search, const ColumnRef *reference)
{
	const List *fields = reference->fields;
	int			n = list_length(fields);
	const char *alias;
	char	   *name;

	if (comes_later(search, reference->location) || !spend(search, 1 + list_length(search->relations)))
		return;

	/* the server would tell a schema that must not be used from none */
	if (n > 2 && asb_name_schemas(search->role, strVal(list_nth(fields, n - 3))) == NIL)
	{
		name = strVal(list_nth(fields, n - 2));
		found(search, reference->location, ERRCODE_UNDEFINED_TABLE, name,
			  psprintf("missing FROM-clause entry for table \"%s\"", name));
		return;
	}

	if (!IsA(llast(fields), String))
	{
		if (n > 1)
			consider_row(search, strVal(list_nth(fields, n - 2)), reference->location);
		return;
	}
	name = strVal(llast(fields));
	if (n < 3 && !asb_name_column_known(search->role, name, search->relations))
		consider_row(search, name, reference->location);
	consider_column(search, name, reference->location,
					n == 1 ? psprintf("column \"%s\" does not exist", name) :
					psprintf("column %s.%s does not exist", strVal(list_nth(fields, n - 2)), name));
	/* see consider_indirection() */
	if (n > 1 && search->failed &&
		(reference->location == search->not_column ||
		 (row_of(search, strVal(list_nth(fields, n - 2)), name, &alias) == ROW_WITHOUT &&
		  !callable_known(search, PROCNAMEARGSNSP, list_make1(llast(fields))))))
		found_no_column(search, strVal(list_nth(fields, n - 2)), name, reference->location);
}

/* Once the relations of the statement are known. */
static void
consider_columns(Search *search)
{
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, search->columns)
	{
		Node	   *node = lfirst(cell);

		switch (nodeTag(node))
		{
			case T_ColumnRef:
				consider_column_reference(search, (ColumnRef *) node);
				break;
			case T_A_Indirection:
				consider_indirection(search, (A_Indirection *) node);
				break;
			case T_InferClause:
				foreach(inner, ((InferClause *) node)->indexElems)
				{
					char	   *name = lfirst_node(IndexElem, inner)->name;

					if (name)
						consider_column(search, name, ((InferClause *) node)->location,
										psprintf("column \"%s\" does not exist", name));
				}
				break;
			case T_JoinExpr:
				foreach(inner, ((JoinExpr *) node)->usingClause)
					consider_column(search, strVal(lfirst(inner)), -1,
									psprintf("column \"%s\" specified in USING clause does not exist in left table",
											 strVal(lfirst(inner))));
				break;
			default:
				break;
		}
	}
}

/* The columns that INSERT and UPDATE set. */
static void
consider_targets(Search *search, const RangeVar *relation, List *targets)
{
	Oid			relid = asb_name_relation(search->role, relation);
	ListCell   *cell;

	foreach(cell, targets)
	{
		ResTarget  *target = lfirst_node(ResTarget, cell);

		if (target->name && OidIsValid(relid) &&
			asb_name_column_hidden(search->role, target->name, list_make1_oid(relid)))
			found(search, target->location, ERRCODE_UNDEFINED_COLUMN, target->name,
				  psprintf("column \"%s\" of relation \"%s\" does not exist",
						   target->name, relation->relname));
	}
}

/* How many columns a list of values gives, at most. */
static int
width_of_list(const List *values)
{
	ListCell   *cell;

	foreach(cell, values)
	{
		const Node *value = lfirst(cell);

		if (IsA(value, ResTarget))
			value = ((const ResTarget *) value)->val;
		if ((IsA(value, ColumnRef) && IsA(llast(((const ColumnRef *) value)->fields), A_Star)) ||
			(IsA(value, A_Indirection) && IsA(llast(((const A_Indirection *) value)->indirection), A_Star)))
			return INT_MAX;
	}
	return list_length(values);
}

/* The same of a query. */
static int
width(const SelectStmt *select)
{
	while (select->op != SETOP_NONE)
		select = select->larg;
	return width_of_list(select->valuesLists ? linitial(select->valuesLists) : select->targetList);
}

/* The key of ON CONFLICT ON CONSTRAINT: its columns must be known. */
static void
consider_constraint(Search *search, const RangeVar *relation, const InferClause *infer)
{
	Oid			relid = asb_name_relation(search->role, relation);

	if (infer && infer->conname && asb_name_relation_known(search->role, relid) &&
		!asb_relation_constraint_known(search->role, relid, infer->conname))
		found(search, -1, ERRCODE_UNDEFINED_OBJECT, infer->conname,
			  psprintf("constraint \"%s\" for table \"%s\" does not exist",
					   infer->conname, relation->relname));
}

static void
consider_insert(Search *search, const InsertStmt *insert)
{
	consider_targets(search, insert->relation, insert->cols);
	if (insert->cols == NIL && insert->selectStmt)
		consider_unnamed(search, asb_name_relation(search->role, insert->relation),
						 width((const SelectStmt *) insert->selectStmt),
						 insert->relation->location, "INSERT");
	if (insert->onConflictClause)
	{
		add_row(search, insert->relation, "excluded");
		consider_targets(search, insert->relation, insert->onConflictClause->targetList);
		consider_constraint(search, insert->relation, insert->onConflictClause->infer);
	}
	consider_star(search, asb_returning(insert), list_make1(insert->relation));
	consider_returned_rows(search, insert->relation, asb_returned_rows(insert));
}

static void
consider_merge(Search *search, const MergeStmt *merge)
{
	ListCell   *cell;

	foreach(cell, merge->mergeWhenClauses)
	{
		const MergeWhenClause *when = lfirst_node(MergeWhenClause, cell);

		consider_targets(search, merge->relation, when->targetList);
		if (when->commandType == CMD_INSERT && when->targetList == NIL)
			consider_unnamed(search, asb_name_relation(search->role, merge->relation),
							 width_of_list(when->values), merge->relation->location, "INSERT");
	}
	consider_star(search, asb_merge_returning(merge), list_make2(merge->sourceRelation, merge->relation));
	consider_returned_rows(search, merge->relation, asb_returned_rows(merge));
}

/*
 * The same in COPY, which has them as strings without a place and looks for
 * them when it is executed only, so that those there are not count here too.
 */
static void
consider_copied_columns(Search *search, const CopyStmt *copy, const List *columns)
{
	Oid			relid = copy->relation ? asb_name_relation(search->role, copy->relation) : InvalidOid;
	ListCell   *cell;

	foreach(cell, OidIsValid(relid) ? columns : NIL)
	{
		char	   *name = strVal(lfirst(cell));

		if (get_attnum(relid, name) == InvalidAttrNumber ||
			asb_name_column_hidden(search->role, name, list_make1_oid(relid)))
			found(search, -1, ERRCODE_UNDEFINED_COLUMN, name,
				  psprintf("column \"%s\" of relation \"%s\" does not exist",
						   name, copy->relation->relname));
	}
}

static void
consider_copy(Search *search, const CopyStmt *copy)
{
	ListCell   *cell;

	walk((Node *) copy->relation, search);
	consider_copied_columns(search, copy, copy->attlist);
	foreach(cell, copy->options)
	{
		const DefElem *option = lfirst_node(DefElem, cell);

		/* such as FORCE_NULL; * is no list */
		if (option->arg && IsA(option->arg, List))
			consider_copied_columns(search, copy, (List *) option->arg);
	}
	walk(copy->query, search);
}

/* The queries of WITH, each seeing the names before it, or all. */
static void
walk_with(const WithClause *with, Search *search)
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
			/* constants, which may be of any type; no walker visits them */
			walk(cte->cycle_clause->cycle_mark_value, search);
			walk(cte->cycle_clause->cycle_mark_default, search);
		}
		search->ctes = lappend(search->ctes, cte->ctename);
	}
}

static void
consider_statement(Search *search, Node *node)
{
	switch (nodeTag(node))
	{
		case T_SelectStmt:
			{
				SelectStmt *select = (SelectStmt *) node;

				walk_with(select->withClause, search);
				consider_star(search, select->targetList, select->fromClause);
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
				consider_targets(search, update->relation, update->targetList);
				consider_star(search, asb_returning(update),
							  lcons(update->relation, list_copy(update->fromClause)));
				consider_returned_rows(search, update->relation, asb_returned_rows(update));
				break;
			}
		case T_DeleteStmt:
			{
				DeleteStmt *delete = (DeleteStmt *) node;

				walk_with(delete->withClause, search);
				search->target = delete->relation;
				consider_star(search, asb_returning(delete),
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
walk(Node *node, Search *search)
{
	List	   *ctes = search->ctes;
	const RangeVar *target = search->target;

	if (node == NULL)
		return false;
	if (too_much(search))
		return true;

	switch (nodeTag(node))
	{
		case T_RangeVar:
			consider_relation(search, (RangeVar *) node);
			break;
		case T_JoinExpr:
			if (((JoinExpr *) node)->isNatural ||
				(((JoinExpr *) node)->alias && ((JoinExpr *) node)->alias->colnames))
				consider_all_of(search, node, -1);
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
walk_statement(Node *statement, Search *search)
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
	Search		search = {
		.role = role,
		.location = -1,
		.failed = cause != ASB_NAME_BEFORE,
		.not_column = cause == ASB_NAME_NOT_COLUMN ?
			pg_mbcharcliplen(source, strlen(source), position - 1) : -1
	};
	ListCell   *cell;
	int			end = 0;		/* of the statement, in bytes and in characters */
	int			characters = 0;

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
		search.relations = search.references = search.names = search.columns = NIL;
		walk_statement(raw->stmt, &search);
		consider_columns(&search);
		if (position > 0 || search.location >= 0 || too_much(&search))
			break;
	}
	if (too_much(&search))
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
	name->position = search.location == INT_MAX ? 0 :
		pg_mbstrlen_with_len(source, search.location) + 1;
	return true;
}
