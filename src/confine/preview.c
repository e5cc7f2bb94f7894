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

#include "funcapi.h"
#include "parser/analyze.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/cmdtag.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

#include "confine/flow.h"
#include "confine/name.h"
#include "confine/refusal.h"
#include "confine/statement.h"
#include "core/compat.h"
#include "flow/raise.h"

static void preview_raw(RawStmt *raw, const char *source, AsbFlow *flow);

static const AsbSession *
conversation(void)
{
	const AsbSession *session = asb_session();

	if (session == NULL || session->kind != ASB_SESSION_CONVERSATION)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a conversation can preview statements")));
	return session;
}

/* An error of the analysis must not tell a hidden name from one that there is none of. */
static void
refuse_unreachable_names(const char *source)
{
	AsbName		name;

	if (asb_name_unreachable(conversation()->role, source, 0, &name))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_RELATION,
			.sqlerrcode = name.sqlerrcode,
			.object = name.object,
			.message = name.message
		});
}

static void pg_attribute_noreturn()
refuse_kind(Node *statement)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s cannot be previewed", GetCommandTagName(CreateCommandTag(statement))),
			 errhint("Preview a query, INSERT, UPDATE, DELETE or MERGE.")));
}

/* Where data goes in a query, added to what went before it. */
static void
preview_query(Query *query, AsbFlow *flow)
{
	ListCell   *cell;

	foreach(cell, QueryRewrite(query))
	{
		AsbFlow		part = {.known = flow->known};

		asb_flow_of_query(conversation(), lfirst_node(Query, cell), &part);
		flow->read |= part.read;
		flow->floor &= part.floor;
		if (OidIsValid(part.written))
			flow->written = part.written;
	}
}

static void
preview_utility(Node *statement, const char *source, AsbFlow *flow)
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
		preview_query((Query *) part, flow);
	}
	else
	{
		RawStmt    *raw = makeNode(RawStmt);

		raw->stmt = part;
		preview_raw(raw, source, flow);
	}
}

static void
preview_raw(RawStmt *raw, const char *source, AsbFlow *flow)
{
	Oid		   *types = NULL;
	int			ntypes = 0;
	Query	   *query = parse_analyze_varparams(raw, source, &types, &ntypes, NULL);

	if (query->commandType == CMD_UTILITY)
		preview_utility(query->utilityStmt, source, flow);
	else
		preview_query(query, flow);
}

/*
 * preview_flow(sql text, OUT known text[], OUT read text[], OUT refused text)
 */
ASB_FUNCTION(asb_preview_flow);

Datum
asb_preview_flow(PG_FUNCTION_ARGS)
{
	const char *source = text_to_cstring(PG_GETARG_TEXT_PP(0));
	List	   *statements = pg_parse_query(source);
	AsbFlow		flow = {.known = asb_labels_known(conversation()), .floor = ~UINT64CONST(0)};
	AsbLabelSet lacking;
	ListCell   *cell;
	TupleDesc	desc;
	Datum		values[3];
	bool		isnull[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	refuse_unreachable_names(source);
	foreach(cell, statements)
		preview_raw(lfirst_node(RawStmt, cell), source, &flow);

	lacking = (flow.known | flow.read) & ~flow.floor;
	values[0] = PointerGetDatum(asb_labels_to_array(flow.known));
	values[1] = PointerGetDatum(asb_labels_to_array(flow.read));
	isnull[2] = lacking == 0;
	if (lacking)
		values[2] = CStringGetTextDatum(asb_flow_write_message(conversation(), flow.written, lacking));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, isnull)));
}
