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

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/function.h"
#include "confine/name.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/catalog.h"
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

/* any of these makes a column known */
#define KNOWN (ACL_SELECT | ACL_INSERT | ACL_UPDATE)

typedef struct Search
{
	Oid			role;
	List	   *ctes;			/* names that stand for common table expressions */
	List	   *relations;		/* OIDs of those that can be reached */
	List	   *aliases;		/* the names that they go by, one for each */
	List	   *columns;		/* every ColumnRef, InferClause and join with USING */

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

/*
 * The schemas in which a name is looked for, in order: that which it says, if
 * the role may look there, or the search path.
 */
static List *
schemas_of(Oid role, const char *schema)
{
	Oid			nspoid;

	if (schema == NULL)
		return fetch_search_path(true);
	nspoid = get_namespace_oid(schema, true);
	if (!OidIsValid(nspoid) || pg_namespace_aclcheck(nspoid, role, ACL_USAGE) != ACLCHECK_OK)
		return NIL;
	return list_make1_oid(nspoid);
}

/* Splits a name of one to three parts; a database in it is not looked at. */
static char *
split(const List *names, char **schema)
{
	int			n = list_length(names);

	*schema = n > 1 ? strVal(list_nth(names, n - 2)) : NULL;
	return strVal(llast(names));
}

/* The relation that a name finds, InvalidOid if none; raises no error. */
static Oid
look_up(Oid role, const RangeVar *relation)
{
	ListCell   *cell;

	foreach(cell, schemas_of(role, relation->schemaname))
	{
		Oid			relid = get_relname_relid(relation->relname, lfirst_oid(cell));

		if (OidIsValid(relid))
			return relid;
	}
	return InvalidOid;
}

static bool
is_cte(const Search *search, const RangeVar *relation)
{
	ListCell   *cell;

	foreach(cell, relation->schemaname ? NIL : search->ctes)
	{
		if (strcmp(lfirst(cell), relation->relname) == 0)
			return true;
	}
	return false;
}

static bool
relation_known(Oid role, Oid relid)
{
	return OidIsValid(relid) &&
		(relid < FirstNormalObjectId || asb_relation_reachable(role, relid));
}

/*
 * How many columns stand before the first one that is hidden; INT_MAX if none
 * of the relation's is.
 */
static int
columns_before_hidden(Oid role, Oid relid)
{
	int			natts = relid < FirstNormalObjectId ? 0 : asb_relation_natts(relid);
	int			n = 0;

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (!asb_relation_has_column(relid, attnum))
			continue;
		if (!asb_relation_column_granted(role, relid, attnum, KNOWN))
			return n;
		n++;
	}
	return INT_MAX;
}

/* Columns of a relation, as many as "n" from the first on, are used without their names. */
static void
consider_unnamed(Search *search, Oid relid, int n, int location, const char *privilege)
{
	char	   *name;

	if (!relation_known(search->role, relid) ||
		n <= columns_before_hidden(search->role, relid))
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
				consider_unnamed(search, look_up(search->role, (RangeVar *) from), INT_MAX,
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

static void
consider_relation(Search *search, const RangeVar *relation)
{
	Oid			relid;
	char	   *name;

	if (!spend(search, 1 + list_length(search->ctes)) || is_cte(search, relation))
		return;

	relid = look_up(search->role, relation);
	if (relation_known(search->role, relid))
	{
		search->relations = lappend_oid(search->relations, relid);
		search->aliases = lappend(search->aliases,
								  relation->alias ? relation->alias->aliasname : relation->relname);
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

static bool
function_known(Oid role, Oid funcid)
{
	return funcid < FirstNormalObjectId ||
		asb_function_decide(role, funcid) != ASB_FUNCTION_HIDDEN;
}

static void
consider_function(Search *search, const List *names, int location)
{
	char	   *schema;
	char	   *name = split(names, &schema);
	List	   *schemas;
	CatCList   *list;
	bool		known = false;

	if (comes_later(search, location))
		return;
	schemas = schemas_of(search->role, schema);
	list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members && !known; i++)
	{
		Form_pg_proc row = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		known = list_member_oid(schemas, row->pronamespace) &&
			function_known(search->role, row->oid);
	}
	ReleaseSysCacheList(list);
	if (!known && spend(search, UNKNOWN_FUNCTION_WORK))
		found(search, location, ERRCODE_UNDEFINED_FUNCTION, joined(names),
			  psprintf("function %s does not exist", joined(names)));
}

static void
consider_operator(Search *search, const List *names, int location)
{
	char	   *schema;
	char	   *name = split(names, &schema);
	List	   *schemas;
	CatCList   *list;
	bool		known = false;

	if (comes_later(search, location))
		return;
	schemas = schemas_of(search->role, schema);
	list = SearchSysCacheList1(OPERNAMENSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members && !known; i++)
	{
		Form_pg_operator row = (Form_pg_operator) GETSTRUCT(&list->members[i]->tuple);

		known = list_member_oid(schemas, row->oprnamespace) &&
			function_known(search->role, row->oprcode);
	}
	ReleaseSysCacheList(list);
	if (!known && spend(search, UNKNOWN_FUNCTION_WORK))
		found(search, location, ERRCODE_UNDEFINED_FUNCTION, joined(names),
			  psprintf("operator %s does not exist", joined(names)));
}

static void
consider_type(Search *search, const TypeName *type)
{
	char	   *schema;
	char	   *name;
	ListCell   *cell;

	if (type->names == NIL)
		return;					/* an OID, which only the grammar's own nodes have */

	name = split(type->names, &schema);
	foreach(cell, type->pct_type ? NIL : schemas_of(search->role, schema))
	{
		Oid			typid = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
											PointerGetDatum(name),
											ObjectIdGetDatum(lfirst_oid(cell)));

		if (!OidIsValid(typid))
			continue;
		if (asb_type_decide(search->role, typid))
			return;
		if (typid < FirstNormalObjectId)
		{
			/* what its input function would say of a name must not be heard */
			found(search, type->location, ERRCODE_INSUFFICIENT_PRIVILEGE, name,
				  psprintf("values of type %s are not allowed", format_type_be(typid)));
			if (search->object == name)
				search->hint = ASB_HINT_NAMES;
			return;
		}
		break;
	}

	found(search, type->location, ERRCODE_UNDEFINED_OBJECT, joined(type->names),
		  psprintf("type \"%s\" does not exist", joined(type->names)));
}

static void
consider_collation(Search *search, const List *names, int location)
{
	int			encodings[] = {GetDatabaseEncoding(), -1};
	char	   *schema;
	char	   *name = split(names, &schema);
	ListCell   *cell;
	Oid			collid = InvalidOid;

	foreach(cell, schemas_of(search->role, schema))
	{
		for (int i = 0; i < lengthof(encodings) && !OidIsValid(collid); i++)
			collid = GetSysCacheOid3(COLLNAMEENCNSP, Anum_pg_collation_oid,
									 PointerGetDatum(name), Int32GetDatum(encodings[i]),
									 ObjectIdGetDatum(lfirst_oid(cell)));
		if (OidIsValid(collid))
			break;
	}
	if (!OidIsValid(collid) || collid >= FirstNormalObjectId)
		found(search, location, ERRCODE_UNDEFINED_OBJECT, joined(names),
			  psprintf("collation \"%s\" for encoding \"%s\" does not exist",
					   joined(names), GetDatabaseEncodingName()));
}

static void
consider_operator_class(Search *search, const List *names, int location)
{
	char	   *schema;
	char	   *name = split(names, &schema);
	ListCell   *cell;
	Oid			opclass = InvalidOid;

	foreach(cell, schemas_of(search->role, schema))
	{
		opclass = GetSysCacheOid3(CLAAMNAMENSP, Anum_pg_opclass_oid, ObjectIdGetDatum(BTREE_AM_OID),
								  PointerGetDatum(name), ObjectIdGetDatum(lfirst_oid(cell)));
		if (OidIsValid(opclass))
			break;
	}
	if (!OidIsValid(opclass) || opclass >= FirstNormalObjectId)
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

/* Is the column in one of the relations, but open in none? */
static bool
column_hidden(Oid role, const char *column, const List *relations)
{
	bool		hidden = false;
	ListCell   *cell;

	foreach(cell, relations)
	{
		AttrNumber	attnum = get_attnum(lfirst_oid(cell), column);

		if (attnum <= 0)
			continue;
		if (lfirst_oid(cell) < FirstNormalObjectId ||
			asb_relation_column_granted(role, lfirst_oid(cell), attnum, KNOWN))
			return false;
		hidden = true;
	}
	return hidden;
}

static void
consider_column(Search *search, const char *column, int location, char *message)
{
	if (spend(search, 1 + list_length(search->relations)) &&
		column_hidden(search->role, column, search->relations))
		found(search, location, ERRCODE_UNDEFINED_COLUMN, pstrdup(column), message);
}

/* Does a relation of the statement have a column that is known by this name? */
static bool
column_known(const Search *search, const char *column)
{
	ListCell   *cell;

	foreach(cell, search->relations)
	{
		AttrNumber	attnum = get_attnum(lfirst_oid(cell), column);

		if (attnum > 0 && asb_relation_column_granted(search->role, lfirst_oid(cell), attnum, KNOWN))
			return true;
	}
	return false;
}

/* Relations of the statement that go by this name, if it is a whole row of theirs. */
static void
consider_row(Search *search, const char *alias, int location)
{
	ListCell   *relid;
	ListCell   *cell;

	forboth(relid, search->relations, cell, search->aliases)
	{
		if (strcmp(lfirst(cell), alias) == 0)
			consider_unnamed(search, lfirst_oid(relid), INT_MAX, location, "SELECT");
	}
}

static void
consider_column_reference(Search *search, const ColumnRef *reference)
{
	const List *fields = reference->fields;
	int			n = list_length(fields);
	char	   *name;

	if (comes_later(search, reference->location) || !spend(search, 1 + list_length(search->relations)))
		return;

	/* the server would tell a schema that must not be used from none */
	if (n > 2 && schemas_of(search->role, strVal(list_nth(fields, n - 3))) == NIL)
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
	if (n < 3 && !column_known(search, name))
		consider_row(search, name, reference->location);
	consider_column(search, name, reference->location,
					n == 1 ? psprintf("column \"%s\" does not exist", name) :
					psprintf("column %s.%s does not exist", strVal(list_nth(fields, n - 2)), name));
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
	Oid			relid = look_up(search->role, relation);
	ListCell   *cell;

	foreach(cell, targets)
	{
		ResTarget  *target = lfirst_node(ResTarget, cell);

		if (target->name && OidIsValid(relid) &&
			column_hidden(search->role, target->name, list_make1_oid(relid)))
			found(search, target->location, ERRCODE_UNDEFINED_COLUMN, target->name,
				  psprintf("column \"%s\" of relation \"%s\" does not exist",
						   target->name, relation->relname));
	}
}

/* How many columns a query gives, at most. */
static int
width(const SelectStmt *select)
{
	ListCell   *cell;

	while (select->op != SETOP_NONE)
		select = select->larg;
	if (select->valuesLists)
		return list_length(linitial(select->valuesLists));
	foreach(cell, select->targetList)
	{
		const Node *value = lfirst_node(ResTarget, cell)->val;

		if ((IsA(value, ColumnRef) && IsA(llast(((const ColumnRef *) value)->fields), A_Star)) ||
			(IsA(value, A_Indirection) && IsA(llast(((const A_Indirection *) value)->indirection), A_Star)))
			return INT_MAX;
	}
	return list_length(select->targetList);
}

/* The key of ON CONFLICT ON CONSTRAINT: its columns must be known. */
static void
consider_constraint(Search *search, const RangeVar *relation, const InferClause *infer)
{
	Oid			relid = look_up(search->role, relation);
	HeapTuple	tuple;
	Datum		key;
	Datum	   *columns;
	int			n = 0;
	bool		isnull;
	bool		known;

	if (infer == NULL || infer->conname == NULL || !relation_known(search->role, relid))
		return;
	tuple = SearchSysCache1(CONSTROID,
							ObjectIdGetDatum(get_relation_constraint_oid(relid, infer->conname, true)));
	if (!HeapTupleIsValid(tuple))
		return;
	key = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conkey, &isnull);
	known = !isnull;
	if (known)
		deconstruct_array(DatumGetArrayTypeP(key), INT2OID, sizeof(int16), true,
						  TYPALIGN_SHORT, &columns, NULL, &n);
	for (int i = 0; known && i < n; i++)
		known = asb_relation_column_granted(search->role, relid, DatumGetInt16(columns[i]), KNOWN);
	ReleaseSysCache(tuple);
	if (!known)
		found(search, -1, ERRCODE_UNDEFINED_OBJECT, infer->conname,
			  psprintf("constraint \"%s\" for table \"%s\" does not exist",
					   infer->conname, relation->relname));
}

static void
consider_insert(Search *search, const InsertStmt *insert)
{
	consider_targets(search, insert->relation, insert->cols);
	if (insert->cols == NIL && insert->selectStmt)
		consider_unnamed(search, look_up(search->role, insert->relation),
						 width((const SelectStmt *) insert->selectStmt),
						 insert->relation->location, "INSERT");
	if (insert->onConflictClause)
	{
		consider_targets(search, insert->relation, insert->onConflictClause->targetList);
		consider_constraint(search, insert->relation, insert->onConflictClause->infer);
	}
	consider_star(search, asb_returning(insert), list_make1(insert->relation));
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
			consider_unnamed(search, look_up(search->role, merge->relation),
							 list_length(when->values), merge->relation->location, "INSERT");
	}
	consider_star(search, asb_merge_returning(merge), list_make2(merge->sourceRelation, merge->relation));
}

/*
 * The same in COPY, which has them as strings without a place and looks for
 * them when it is executed only, so that those there are not count here too.
 */
static void
consider_copied_columns(Search *search, const CopyStmt *copy)
{
	Oid			relid = copy->relation ? look_up(search->role, copy->relation) : InvalidOid;
	ListCell   *cell;

	foreach(cell, OidIsValid(relid) ? copy->attlist : NIL)
	{
		char	   *name = strVal(lfirst(cell));

		if (get_attnum(relid, name) == InvalidAttrNumber ||
			column_hidden(search->role, name, list_make1_oid(relid)))
			found(search, -1, ERRCODE_UNDEFINED_COLUMN, name,
				  psprintf("column \"%s\" of relation \"%s\" does not exist",
						   name, copy->relation->relname));
	}
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
		search->ctes = lappend(search->ctes, cte->ctename);
	}
}

static bool
walk(Node *node, Search *search)
{
	List	   *ctes = search->ctes;

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
			search->columns = lappend(search->columns, node);
			break;
		case T_ColumnRef:
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
			consider_function(search, ((FuncCall *) node)->funcname,
							  ((FuncCall *) node)->location);
			break;
		case T_TypeName:
			consider_type(search, (TypeName *) node);
			break;
		case T_A_Expr:
			/* of other kinds the grammar gave the name */
			if (((A_Expr *) node)->kind == AEXPR_OP ||
				((A_Expr *) node)->kind == AEXPR_OP_ANY ||
				((A_Expr *) node)->kind == AEXPR_OP_ALL)
				consider_operator(search, ((A_Expr *) node)->name,
								  ((A_Expr *) node)->location);
			break;
		case T_SubLink:
			if (((SubLink *) node)->operName)
				consider_operator(search, ((SubLink *) node)->operName,
								  ((SubLink *) node)->location);
			break;
		case T_SortBy:
			if (((SortBy *) node)->useOp)
				consider_operator(search, ((SortBy *) node)->useOp,
								  ((SortBy *) node)->location);
			break;
		case T_SelectStmt:
			walk_with(((SelectStmt *) node)->withClause, search);
			consider_star(search, ((SelectStmt *) node)->targetList, ((SelectStmt *) node)->fromClause);
			break;
		case T_InsertStmt:
			walk_with(((InsertStmt *) node)->withClause, search);
			consider_insert(search, (InsertStmt *) node);
			break;
		case T_UpdateStmt:
			walk_with(((UpdateStmt *) node)->withClause, search);
			consider_targets(search, ((UpdateStmt *) node)->relation,
							 ((UpdateStmt *) node)->targetList);
			consider_star(search, asb_returning((UpdateStmt *) node),
						  lcons(((UpdateStmt *) node)->relation, list_copy(((UpdateStmt *) node)->fromClause)));
			break;
		case T_DeleteStmt:
			walk_with(((DeleteStmt *) node)->withClause, search);
			consider_star(search, asb_returning((DeleteStmt *) node),
						  lcons(((DeleteStmt *) node)->relation, list_copy(((DeleteStmt *) node)->usingClause)));
			break;
		case T_MergeStmt:
			walk_with(((MergeStmt *) node)->withClause, search);
			consider_merge(search, (MergeStmt *) node);
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
			walk((Node *) ((CopyStmt *) statement)->relation, search);
			consider_copied_columns(search, (CopyStmt *) statement);
			walk(((CopyStmt *) statement)->query, search);
			break;
		default:
			break;
	}
}

bool
asb_name_unreachable(Oid role, const char *source, int position, AsbName *name)
{
	Search		search = {.role = role, .location = -1};
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
		search.relations = search.aliases = search.columns = NIL;
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
