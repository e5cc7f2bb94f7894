/*
 * parameters.c
 *	  Parameters that a Parse message gives types to.
 *
 * A Bind message has the input function of each type run on a value of the
 * client's: it looks names up, runs the checks of a domain, parses XML.  So the
 * types are judged when the statement is analyzed (analyze.c).  But some texts no
 * gate judges: what ends a transaction, or leaves a conversation, is asked
 * nothing, in a failed transaction nothing can be asked, and a text that is no
 * statement is not analyzed at all.  None of them can use a parameter, so they
 * must have none.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parse_param.h"
#include "parser/parser.h"
#include "port/pg_bswap.h"
#include "tcop/tcopprot.h"

#include "confine/parameters.h"
#include "confine/refusal.h"

#define ASB_NO_PARAMETERS "this text cannot have parameters"

/* parse_param.c's VarParamState, which no header shows; the same since 9.0 */
typedef struct AsbVarParamState
{
	Oid		  **paramTypes;
	int		   *numParams;
} AsbVarParamState;

/* Since 16 such a statement is analyzed with parameters of its own, and what is left in their place is gone. */
static bool
is_generic_explain(const Node *utility)
{
	ListCell   *cell;

	if (utility == NULL || !IsA(utility, ExplainStmt))
		return false;
	foreach(cell, ((const ExplainStmt *) utility)->options)
	{
		if (strcmp(lfirst_node(DefElem, cell)->defname, "generic_plan") == 0)
			return true;
	}
	return false;
}

const Oid *
asb_parameters(const ParseState *pstate, const Query *query, int *n)
{
	const AsbVarParamState *parameters = pstate->p_ref_hook_state;

	*n = 0;
	if (pstate->p_coerce_param_hook == NULL || is_generic_explain(query->utilityStmt))
		return NULL;
	*n = *parameters->numParams;
	return *parameters->paramTypes;
}

/* A type whose input function looks a name up, and that a text is cast to by asking what the agent knows. */
static bool
is_name(Oid type)
{
	return type == REGCLASSOID || type == REGTYPEOID;
}

static bool
uses_name(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXTERN && is_name(((Param *) node)->paramtype);
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, uses_name, context, 0);
	return expression_tree_walker(node, uses_name, context);
}

void
asb_parameters_take_names(const ParseState *pstate, Query *query)
{
	const AsbVarParamState *parameters = pstate->p_ref_hook_state;
	List	   *statements;
	ParseState *again;
	Query	   *analyzed;
	int			n;

	(void) asb_parameters(pstate, query, &n);
	if (n == 0 || !uses_name((Node *) query, NULL))
		return;
	/* the text of a Parse message is one statement; where PREPARE is written out the type can be, too */
	statements = raw_parser(pstate->p_sourcetext, RAW_PARSE_DEFAULT);
	if (list_length(statements) != 1 || IsA(linitial_node(RawStmt, statements)->stmt, PrepareStmt))
		return;

	for (int i = 0; i < n; i++)
	{
		if (is_name((*parameters->paramTypes)[i]))
			(*parameters->paramTypes)[i] = TEXTOID;
	}
	again = make_parsestate(NULL);
	again->p_sourcetext = pstate->p_sourcetext;
	setup_parse_variable_parameters(again, parameters->paramTypes, parameters->numParams);
	analyzed = transformTopLevelStmt(again, linitial_node(RawStmt, statements));
	check_variable_parameters(again, analyzed);
	free_parsestate(again);

	analyzed->queryId = query->queryId;
	*query = *analyzed;
}

void
asb_parameters_refuse(const ParseState *pstate, const Query *query)
{
	int			n;

	(void) asb_parameters(pstate, query, &n);
	if (n > 0)
		/* of this gate, as no other can be asked whether it only observes */
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ERRCODE_PROTOCOL_VIOLATION,
			.message = ASB_NO_PARAMETERS,
			.hint = "Prepare it without."
		});
}

/* Is the text of the message read where it arrived, and not a copy in the server's encoding? */
static bool
is_in_message(const char *text)
{
	int			encoding = pg_get_client_encoding();

	return *text == '\0' || encoding == GetDatabaseEncoding() ||
		encoding == PG_SQL_ASCII || GetDatabaseEncoding() == PG_SQL_ASCII;
}

/*
 * The server has no hook for a text that is no statement, and no list of what
 * is prepared without a name.  But in the message the number of parameters
 * stands right behind the text.  The statement is there already to be bound, so
 * the session ends.
 */
void
asb_parameters_parsed(void)
{
	const char *text = debug_query_string;
	uint16		n;

	/* what is parsed and begins so is a statement: nearly all there are */
	if (text == NULL || isalpha((unsigned char) *text))
		return;
	if (is_in_message(text))
	{
		memcpy(&n, text + strlen(text) + 1, sizeof(n));
		if (pg_ntoh16(n) == 0)
			return;
	}
	if (raw_parser(text, RAW_PARSE_DEFAULT) == NIL)
		ereport(FATAL,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg(ASB_NO_PARAMETERS)));
}
