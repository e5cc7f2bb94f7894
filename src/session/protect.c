/*
 * protect.c
 *	  What agentsandbox.protect() needs to know of types and expressions.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "core/compat.h"
#include "core/contained.h"

/*
 * equality_operator(type regtype) RETURNS regoperator: the operator that
 * indexes and DISTINCT use for a type, whatever the search_path; NULL if the
 * type has none.
 */
ASB_FUNCTION(asb_equality_operator);

Datum
asb_equality_operator(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *entry = lookup_type_cache(PG_GETARG_OID(0), TYPECACHE_EQ_OPR);

	if (!OidIsValid(entry->eq_opr))
		PG_RETURN_NULL();
	PG_RETURN_OID(entry->eq_opr);
}

typedef struct Expression
{
	const char *source;
	bool		alone;
} Expression;

static void
parse_expression(void *argument)
{
	Expression *expression = argument;
	/* as policies have it: a comment does not hide the parenthesis */
	List	   *statements = raw_parser(psprintf("SELECT (%s\n)", expression->source), RAW_PARSE_DEFAULT);
	SelectStmt	bare = {.type = T_SelectStmt};
	SelectStmt *select = (SelectStmt *) linitial_node(RawStmt, statements)->stmt;

	if (list_length(statements) != 1 || !IsA(select, SelectStmt) || list_length(select->targetList) != 1 ||
		linitial_node(ResTarget, select->targetList)->name != NULL)
		return;
	bare.targetList = select->targetList;
	bare.limitOption = select->limitOption;
	expression->alone = equal(select, &bare);
}

/* "a statement too complex" and the like are said as they are */
static bool
is_about_syntax(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_SYNTAX_ERROR || sqlerrcode == ERRCODE_FEATURE_NOT_SUPPORTED;
}

/*
 * is_expression(text) RETURNS boolean: is this one expression and nothing
 * after it, so that it stays within parentheses?
 */
ASB_FUNCTION(asb_is_expression);

Datum
asb_is_expression(PG_FUNCTION_ARGS)
{
	Expression	expression = {.source = text_to_cstring(PG_GETARG_TEXT_PP(0))};

	PG_RETURN_BOOL(asb_contained_if(parse_expression, &expression, is_about_syntax) && expression.alone);
}
