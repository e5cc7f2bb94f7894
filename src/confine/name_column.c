/*
 * name_column.c
 *	  Columns that an agent names, or means, and cannot reach.
 *
 * A column is looked for in all relations of the statement, see name.c.
 */
#include "postgres.h"

#include <limits.h>

#include "access/transam.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/name_column.h"
#include "confine/name_lookup.h"
#include "confine/relation.h"

void
asb_search_unnamed(AsbNameSearch *search, Oid relid, int n, int location, const char *privilege)
{
	char	   *name;

	if (!asb_name_relation_known(search->role, relid) ||
		n <= asb_name_columns_before_hidden(search->role, relid))
		return;
	name = get_rel_name(relid);
	asb_search_found(search, location, ERRCODE_INSUFFICIENT_PRIVILEGE, name,
					 psprintf("%s of all columns of relation \"%s\" is not granted", privilege, name));
	if (search->object == name)
		search->hint = asb_relation_hint_columns(search->role, relid,
												 strcmp(privilege, "INSERT") == 0 ? ACL_INSERT : ACL_SELECT);
}

void
asb_search_all_of(AsbNameSearch *search, Node *from, int location)
{
	ListCell   *cell;

	if (from == NULL)
		return;
	check_stack_depth();
	switch (nodeTag(from))
	{
		case T_List:
			foreach(cell, (List *) from)
				asb_search_all_of(search, lfirst(cell), location);
			break;
		case T_JoinExpr:
			asb_search_all_of(search, ((JoinExpr *) from)->larg, location);
			asb_search_all_of(search, ((JoinExpr *) from)->rarg, location);
			break;
		case T_RangeTableSample:
			asb_search_all_of(search, ((RangeTableSample *) from)->relation, location);
			break;
		case T_RangeVar:
			if (asb_search_spend(search, ASB_NAME_ROW_WORK + list_length(search->ctes)) &&
				!asb_search_is_cte(search, (RangeVar *) from))
				asb_search_unnamed(search, asb_name_relation(search->role, (RangeVar *) from), INT_MAX,
								   location >= 0 ? location : ((RangeVar *) from)->location, "SELECT");
			break;
		default:
			break;
	}
}

void
asb_search_star(AsbNameSearch *search, List *targets, List *from)
{
	ListCell   *cell;

	foreach(cell, targets)
	{
		const ResTarget *target = lfirst_node(ResTarget, cell);
		const ColumnRef *reference = (const ColumnRef *) target->val;

		if (asb_search_too_much(search))
			return;
		if (reference && IsA(reference, ColumnRef) && IsA(linitial(reference->fields), A_Star))
			asb_search_all_of(search, (Node *) from, reference->location);
	}
}

static void
consider_column(AsbNameSearch *search, const char *column, int location, char *message)
{
	if (asb_search_spend(search, 1 + list_length(search->relations)) &&
		asb_name_column_hidden(search->role, column, search->relations))
		asb_search_found(search, location, ERRCODE_UNDEFINED_COLUMN, pstrdup(column), message);
}

/* Relations of the statement that go by this name, if it is a whole row of theirs. */
static void
consider_row(AsbNameSearch *search, const char *name, int location)
{
	ListCell   *relid;
	ListCell   *cell;

	forboth(relid, search->relations, cell, search->names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			asb_search_unnamed(search, lfirst_oid(relid), INT_MAX, location, "SELECT");
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
row_of(const AsbNameSearch *search, const char *name, char *column, const char **alias)
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
		*alias = asb_search_alias(relation);
	}
	return row;
}

/* Is it a field of a column whose values are rows? */
static bool
field_known(const AsbNameSearch *search, const char *column, const char *field)
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
found_no_column(AsbNameSearch *search, const char *alias, char *name, int location)
{
	asb_search_found(search, location, ERRCODE_UNDEFINED_COLUMN, pstrdup(name),
					 psprintf("column %s.%s does not exist", alias, name));
}

/*
 * A function can be called in the notation of a column of its argument.  Unless
 * one of the name is known, what the server says would tell whether there is one
 * that is hidden.  Which type the argument has is not known here, so what is said
 * fits whatever is wrong with the statement.
 */
static void
consider_indirection(AsbNameSearch *search, const A_Indirection *indirection)
{
	const ColumnRef *reference = (const ColumnRef *) indirection->arg;
	int			location = exprLocation(indirection->arg);
	const char *before = NULL;
	const char *alias = NULL;
	ListCell   *cell;

	if (!search->failed || asb_search_comes_later(search, location) ||
		!asb_search_spend(search, 1 + list_length(search->relations)))
		return;
	if (IsA(reference, ColumnRef) && IsA(llast(reference->fields), String))
		before = strVal(llast(reference->fields));

	foreach(cell, indirection->indirection)
	{
		char	   *name = IsA(lfirst(cell), String) ? strVal(lfirst(cell)) : NULL;
		Row			row = before && name ? row_of(search, before, name, &alias) : NO_ROW;

		if (name && row != ROW_WITH && !(before && field_known(search, before, name)) &&
			!asb_search_callable_known(search, PROCNAMEARGSNSP, list_make1(lfirst(cell))))
		{
			if (row == ROW_WITHOUT)
				/* of a row the server tells the relation, whatever the row is called */
				found_no_column(search, alias, name, location);
			else
			{
				asb_search_found(search, location, ERRCODE_WRONG_OBJECT_TYPE, name,
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
consider_column_reference(AsbNameSearch *search, const ColumnRef *reference)
{
	const List *fields = reference->fields;
	int			n = list_length(fields);
	const char *alias;
	char	   *name;

	if (asb_search_comes_later(search, reference->location) ||
		!asb_search_spend(search, 1 + list_length(search->relations)))
		return;

	/* the server would tell a schema that must not be used from none */
	if (n > 2 && asb_name_schemas(search->role, strVal(list_nth(fields, n - 3))) == NIL)
	{
		name = strVal(list_nth(fields, n - 2));
		asb_search_found(search, reference->location, ERRCODE_UNDEFINED_TABLE, name,
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
		  !asb_search_callable_known(search, PROCNAMEARGSNSP, list_make1(llast(fields))))))
		found_no_column(search, strVal(list_nth(fields, n - 2)), name, reference->location);
}

void
asb_search_columns(AsbNameSearch *search)
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

void
asb_search_targets(AsbNameSearch *search, const RangeVar *relation, List *targets)
{
	Oid			relid = asb_name_relation(search->role, relation);
	ListCell   *cell;

	foreach(cell, targets)
	{
		ResTarget  *target = lfirst_node(ResTarget, cell);

		if (target->name && OidIsValid(relid) &&
			asb_name_column_hidden(search->role, target->name, list_make1_oid(relid)))
			asb_search_found(search, target->location, ERRCODE_UNDEFINED_COLUMN, target->name,
							 psprintf("column \"%s\" of relation \"%s\" does not exist",
									  target->name, relation->relname));
	}
}

int
asb_search_list_width(const List *values)
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

int
asb_search_width(const SelectStmt *select)
{
	while (select->op != SETOP_NONE)
		select = select->larg;
	return asb_search_list_width(select->valuesLists ? linitial(select->valuesLists) : select->targetList);
}

void
asb_search_copied_columns(AsbNameSearch *search, const CopyStmt *copy, const List *columns)
{
	Oid			relid = copy->relation ? asb_name_relation(search->role, copy->relation) : InvalidOid;
	ListCell   *cell;

	foreach(cell, OidIsValid(relid) ? columns : NIL)
	{
		char	   *name = strVal(lfirst(cell));

		if (get_attnum(relid, name) == InvalidAttrNumber ||
			asb_name_column_hidden(search->role, name, list_make1_oid(relid)))
			asb_search_found(search, -1, ERRCODE_UNDEFINED_COLUMN, name,
							 psprintf("column \"%s\" of relation \"%s\" does not exist",
									  name, copy->relation->relname));
	}
}
