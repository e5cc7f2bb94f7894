/*
 * row_filter.c
 *	  Which rows of a relation somebody gets at, by its policies.
 *
 * Policies are put together as the server's rewriter does it: permissive ones
 * by OR, restrictive ones by AND, no permissive one allows nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/relcache.h"
#include "utils/rls.h"
#include "utils/ruleutils.h"

#include "audit/row_filter.h"
#include "session/context.h"

bool
asb_row_filtered(AsbRelation *relation, Oid role)
{
	return relation->form->relrowsecurity &&
		check_enable_rls(relation->oid, role, true) == RLS_ENABLED;
}

static char
command_letter(AclMode command)
{
	switch (command)
	{
		case ACL_INSERT:
			return ACL_INSERT_CHR;
		case ACL_UPDATE:
			return ACL_UPDATE_CHR;
		case ACL_DELETE:
			return ACL_DELETE_CHR;
		default:
			return ACL_SELECT_CHR;
	}
}

bool
asb_policy_applies(AsbSurface *surface, HeapTuple policy, AclMode command, Oid role)
{
	Form_pg_policy form = (Form_pg_policy) GETSTRUCT(policy);
	bool		isnull;
	ArrayType  *roles;
	Oid		   *items;

	if (form->polcmd != '*' && form->polcmd != command_letter(command))
		return false;

	roles = DatumGetArrayTypeP(asb_world_value(surface->world, policy, Anum_pg_policy_polroles, &isnull));
	items = (Oid *) ARR_DATA_PTR(roles);
	for (int i = 0; i < ARR_DIMS(roles)[0]; i++)
	{
		if (items[i] == ACL_ID_PUBLIC || has_privs_of_role(role, items[i]))
			return true;
	}
	return false;
}

/* Puts in what is known of the conversation. */
static Node *
fill_in(Node *node, AsbSurface *surface)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, FuncExpr) && asb_context_function(((FuncExpr *) node)->funcid))
	{
		Const	   *constant = asb_context_constant((FuncExpr *) node, surface->conversation);

		if (constant)
			return (Node *) constant;
	}
	if (IsA(node, Query))
		return (Node *) query_tree_mutator((Query *) node, fill_in, surface, 0);
	return expression_tree_mutator(node, fill_in, surface);
}

/* The policies of one command put together; "check": for new rows. */
static Node *
combine(AsbSurface *surface, AsbRelation *relation, AclMode command, Oid role, bool check)
{
	List	   *permissive = NIL;
	List	   *restrictive = NIL;
	ListCell   *cell;

	foreach(cell, relation->policies)
	{
		HeapTuple	policy = lfirst(cell);
		Node	   *condition = NULL;

		if (!asb_policy_applies(surface, policy, command, role))
			continue;
		if (check)
			condition = asb_world_node(surface->world, policy, Anum_pg_policy_polwithcheck);
		if (condition == NULL)
			condition = asb_world_node(surface->world, policy, Anum_pg_policy_polqual);
		if (condition == NULL)
			continue;
		if (surface->conversation)
			condition = fill_in(condition, surface);
		if (((Form_pg_policy) GETSTRUCT(policy))->polpermissive)
			permissive = lappend(permissive, condition);
		else
			restrictive = lappend(restrictive, condition);
	}

	if (permissive == NIL)
		return makeBoolConst(false, false);
	if (list_length(permissive) > 1)
		permissive = list_make1(makeBoolExpr(OR_EXPR, permissive, -1));
	permissive = list_concat(permissive, restrictive);
	return list_length(permissive) > 1 ?
		(Node *) makeBoolExpr(AND_EXPR, permissive, -1) : linitial(permissive);
}

typedef struct FilterContext
{
	AsbSurface *surface;
	AsbRelation *relation;
	AclMode		command;
	Oid			role;
	char	   *text;
} FilterContext;

static char *
deparse(FilterContext *context, bool check)
{
	Node	   *condition = combine(context->surface, context->relation,
									context->command, context->role, check);

	return deparse_expression(condition,
							  deparse_context_for(NameStr(context->relation->form->relname),
												  context->relation->oid),
							  false, false);
}

/*
 * Deparsing opens the relation, and its policies fill the relation cache: only
 * those of the last one are left there.
 */
static void
keep_in_cache(AsbSurface *surface, Oid relid)
{
	if (OidIsValid(surface->deparsed) && surface->deparsed != relid)
		RelationCacheInvalidateEntry(surface->deparsed);
	surface->deparsed = relid;
}

static void
make_filter(void *argument)
{
	FilterContext *context = argument;
	const char *check;

	context->text = deparse(context, context->command == ACL_INSERT);
	if (context->command != ACL_UPDATE)
		return;
	check = deparse(context, true);
	if (strcmp(check, context->text) != 0)
		context->text = psprintf("%s WITH CHECK %s", context->text, check);
}

const char *
asb_row_filter(AsbSurface *surface, AsbRelation *relation, AclMode command, Oid role)
{
	FilterContext context = {surface, relation, command, role, NULL};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext scratch;
	const char *filter = "unknown: it was changed while this was read";

	if ((command & (ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE)) == 0 ||
		!asb_row_filtered(relation, role))
		return NULL;

	/* the trees of some ten thousand policies would fill hundreds of megabytes */
	scratch = AllocSetContextCreate(caller, "agentsandbox row filter", ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(scratch);
	if (asb_surface_survives(make_filter, &context))
		filter = MemoryContextStrdup(caller, context.text);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	keep_in_cache(surface, relation->oid);
	return filter;
}
