/*
 * preview.c
 *	  What a statement would raise and refuse, without running it.
 *
 * The text is analyzed and rewritten, never planned: planning runs functions
 * and reads statistics.  It is judged by the gates as it would be if it were
 * sent; what may not be run may not be previewed.  What functions in it read is
 * not foreseen.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/cmdtag.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "confine/disclosure.h"
#include "confine/flow.h"
#include "confine/function.h"
#include "confine/limit.h"
#include "confine/name.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "confine/statement.h"
#include "core/arguments.h"
#include "core/catalog.h"
#include "core/compat.h"
#include "flow/raise.h"

typedef struct Preview
{
	AsbFlow		flow;
	List	   *functions;		/* that were looked at */
	List	   *unforeseen;		/* text of the result */
} Preview;

static void preview_raw(RawStmt *raw, const char *source, Preview *preview);
static void preview_query(Query *query, Preview *preview);

static const AsbSession *
conversation(void)
{
	return asb_conversation_session("can preview statements", NULL);
}

/* An error of the analysis must not tell a hidden name from one that there is none of. */
static void
refuse_unreachable_names(const char *source)
{
	AsbName		name;

	if (asb_name_unreachable(conversation()->role, source, 0, ASB_NAME_BEFORE, &name))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_RELATION,
			.sqlerrcode = name.sqlerrcode,
			.object = name.object,
			.message = name.message,
			.hint = name.hint
		});
}

static void pg_attribute_noreturn()
refuse_kind(Node *statement)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s cannot be previewed", GetCommandTagName(CreateCommandTag(statement))),
			 errhint("Preview a query, INSERT, UPDATE, DELETE, MERGE, CALL or COPY TO.")));
}

static void
add_unforeseen(Preview *preview, char *what)
{
	ListCell   *cell;

	foreach(cell, preview->unforeseen)
	{
		if (strcmp(lfirst(cell), what) == 0)
			return;
	}
	preview->unforeseen = lappend(preview->unforeseen, what);
}

/* The queries of a function that was parsed when it was made. */
static List *
queries_of_body(Datum body)
{
	Node	   *node = stringToNode(TextDatumGetCString(body));

	return IsA(node, List) ? linitial_node(List, castNode(List, node)) : list_make1(node);
}

static void
preview_body(HeapTuple row, Preview *preview)
{
	Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(row);
	bool		isnull;
	Datum		body = SysCacheGetAttr(PROCOID, row, Anum_pg_proc_prosqlbody, &isnull);
	ListCell   *cell;

	if (isnull)
	{
		if (proc->prolang == ClanguageId || proc->prolang == INTERNALlanguageId)
			return;
		add_unforeseen(preview, asb_function_decide(conversation()->role, proc->oid) == ASB_FUNCTION_GRANTED ?
					   format_procedure(proc->oid) : pstrdup("a function that a view, policy or function calls"));
		return;
	}
	foreach(cell, queries_of_body(body))
	{
		Query	   *query = lfirst_node(Query, cell);

		AcquireRewriteLocks(query, true, false);
		preview_query(query, preview);
	}
}

static bool
preview_function(Oid funcid, void *context)
{
	Preview    *preview = context;
	HeapTuple	row;

	if (funcid < FirstNormalObjectId || list_member_oid(preview->functions, funcid))
		return false;
	preview->functions = lappend_oid(preview->functions, funcid);
	if (get_func_namespace(funcid) == asb_schema_oid())
	{
		const char *name = get_func_name(funcid);

		/* of ours these give what a gateway said */
		if (strcmp(name, "await") == 0 || strcmp(name, "call") == 0)
			preview->flow.read |= asb_labels_of_responses(conversation());
		else if (strcmp(name, "cancel") == 0)
			preview->flow.read |= asb_labels_of_outcomes(conversation());
		return false;
	}
	row = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for function %u", funcid);
	preview_body(row, preview);
	ReleaseSysCache(row);
	return false;
}

static void
preview_triggers(Oid relid, Preview *preview)
{
	Relation	rel = table_open(relid, NoLock);	/* the analysis has a lock */

	if (rel->trigdesc)
		add_unforeseen(preview, asb_relation_reachable(conversation()->role, relid) ?
					   psprintf("triggers and foreign keys of %s", RelationGetRelationName(rel)) :
					   pstrdup("triggers and foreign keys of a relation that a view or function writes"));
	table_close(rel, NoLock);
}

static bool
walk(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		Query	   *query = (Query *) node;

		if (query->resultRelation > 0)
			preview_triggers(rt_fetch(query->resultRelation, query->rtable)->relid, context);
		return query_tree_walker(query, walk, context, 0);
	}
	check_functions_in_node(node, preview_function, context);
	return expression_tree_walker(node, walk, context);
}

/* Where data goes in a query, added to what went before it. */
static void
preview_query(Query *query, Preview *preview)
{
	AsbFlow    *flow = &preview->flow;
	ListCell   *cell;

	if (query->commandType == CMD_UTILITY)
		return;					/* in a function's body: nothing that reads */
	foreach(cell, QueryRewrite(query))
	{
		AsbFlow		part = {.known = flow->known};

		asb_flow_read_changed(lfirst_node(Query, cell));
		asb_flow_of_query(conversation(), lfirst_node(Query, cell), &part);
		flow->read |= part.read;
		flow->floor &= part.floor;
		if (OidIsValid(part.written))
			flow->written = part.written;
		walk(lfirst(cell), preview);
	}
}

/* COPY of a relation reads what a query of it reads. */
static Node *
query_of_copy(const CopyStmt *copy)
{
	SelectStmt *select = makeNode(SelectStmt);
	List	   *columns = copy->attlist ? copy->attlist : list_make1(NULL);
	ListCell   *cell;

	foreach(cell, columns)
	{
		ColumnRef  *column = makeNode(ColumnRef);
		ResTarget  *target = makeNode(ResTarget);

		column->fields = list_make1(lfirst(cell) ? lfirst(cell) : makeNode(A_Star));
		column->location = -1;
		target->val = (Node *) column;
		target->location = -1;
		select->targetList = lappend(select->targetList, target);
	}
	select->fromClause = list_make1(copy->relation);
	return (Node *) select;
}

/* What a CALL evaluates. */
static Query *
query_of_call(const CallStmt *call)
{
	Query	   *query = makeNode(Query);

	query->commandType = CMD_SELECT;
	query->canSetTag = true;
	query->jointree = makeFromExpr(NIL, NULL);
	query->targetList = list_make1(makeTargetEntry((Expr *) call->funcexpr, 1, NULL, false));
	return query;
}

static void
preview_utility(Node *statement, const char *source, Preview *preview)
{
	Node	   *part = NULL;

	if (asb_statement_decide(&conversation()->profile, statement) != ASB_STATEMENT_ALLOWED)
		refuse_kind(statement);
	switch (nodeTag(statement))
	{
		case T_ExplainStmt:
			part = ((ExplainStmt *) statement)->query;
			break;
		case T_DeclareCursorStmt:
			part = ((DeclareCursorStmt *) statement)->query;
			break;
		case T_PrepareStmt:
			part = ((PrepareStmt *) statement)->query;
			break;
		case T_CopyStmt:
			part = ((CopyStmt *) statement)->query;
			if (part == NULL && !((CopyStmt *) statement)->is_from)
				part = query_of_copy((CopyStmt *) statement);
			break;
		case T_CallStmt:
			part = (Node *) query_of_call((CallStmt *) statement);
			break;
		default:
			break;
	}
	if (part == NULL)
		refuse_kind(statement);
	if (IsA(part, Query))
	{
		if (((Query *) part)->commandType == CMD_UTILITY)
			refuse_kind(((Query *) part)->utilityStmt);
		preview_query((Query *) part, preview);
	}
	else
	{
		RawStmt    *raw = makeNode(RawStmt);

		raw->stmt = part;
		preview_raw(raw, source, preview);
	}
}

static void
preview_raw(RawStmt *raw, const char *source, Preview *preview)
{
	Oid		   *types = NULL;
	int			ntypes = 0;
	Query	   *query = parse_analyze_varparams(raw, source, &types, &ntypes, NULL);

	if (query->commandType == CMD_UTILITY)
		preview_utility(query->utilityStmt, source, preview);
	else
		preview_query(query, preview);
}

/* As an error of the same text would be told, had it been sent. */
static void
preview_text(const char *source, Preview *preview)
{
	List	   *statements;
	Oid			role = conversation()->role;
	MemoryContext context = CurrentMemoryContext;
	ListCell   *cell;

	/* before it is parsed: this text can be longer than the one that it came with */
	asb_limit_parse(source);
	statements = pg_parse_query(source);
	PG_TRY();
	{
		refuse_unreachable_names(source);
		foreach(cell, statements)
			preview_raw(lfirst_node(RawStmt, cell), source, preview);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		asb_disclosure_names(role, source, error);
		error->cursorpos = 0;
		ReThrowError(error);
	}
	PG_END_TRY();
}

static ArrayType *
text_array(List *strings)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(list_length(strings), 1));
	ListCell   *cell;

	foreach(cell, strings)
		values[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return construct_array(values, list_length(strings), TEXTOID, -1, false, TYPALIGN_INT);
}

/*
 * preview_flow(sql text, OUT known text[], OUT read text[], OUT refused text,
 *              OUT unforeseen text[])
 */
ASB_FUNCTION(asb_preview_flow);

Datum
asb_preview_flow(PG_FUNCTION_ARGS)
{
	const char *source;
	Preview		preview = {{.known = asb_labels_known(conversation()), .floor = ~UINT64CONST(0)}};
	AsbFlow    *flow = &preview.flow;
	AsbLabelSet lacking;
	TupleDesc	desc;
	Datum		values[4];
	bool		isnull[4] = {false};

	asb_refuse_null(PG_ARGISNULL(0), "sql");
	source = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	preview_text(source, &preview);

	lacking = (flow->known | flow->read) & ~flow->floor;
	values[0] = PointerGetDatum(asb_labels_to_array(flow->known));
	values[1] = PointerGetDatum(asb_labels_to_array(flow->read));
	isnull[2] = lacking == 0;
	if (lacking)
		values[2] = CStringGetTextDatum(asb_flow_write_message(conversation(), flow->written, lacking));
	values[3] = PointerGetDatum(text_array(preview.unforeseen));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, isnull)));
}
