/*
 * follow_view.c
 *	  What is reached through a view, and through rules.
 *
 * Who acts, as the server has it: relations in a view or rule are checked as
 * its owner (as the current user in a view with security_invoker), functions
 * in it run as the current user.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/reloptions.h"
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_rewrite.h"
#include "commands/defrem.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"

#include "audit/follow.h"

static bool
is_security_invoker(AsbSurface *surface, AsbRelation *view)
{
	bool		isnull;
	Datum		options = asb_world_value(surface->world, view->row, Anum_pg_class_reloptions, &isnull);
	ListCell   *cell;

	foreach(cell, isnull ? NIL : untransformRelOptions(options))
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, "security_invoker") == 0)
			return defGetBoolean(option);
	}
	return false;
}

static CmdType
rule_event(HeapTuple rule)
{
	return (CmdType) (((Form_pg_rewrite) GETSTRUCT(rule))->ev_type - '0');
}

static CmdType
event_of(AclMode command)
{
	switch (command)
	{
		case ACL_INSERT:
			return CMD_INSERT;
		case ACL_UPDATE:
			return CMD_UPDATE;
		case ACL_DELETE:
			return CMD_DELETE;
		default:
			return CMD_SELECT;
	}
}

Query *
asb_view_query(AsbSurface *surface, AsbRelation *view)
{
	ListCell   *cell;

	foreach(cell, view->rules)
	{
		if (rule_event(lfirst(cell)) == CMD_SELECT)
			return linitial_node(Query, (List *) asb_world_node(surface->world, lfirst(cell),
																Anum_pg_rewrite_ev_action));
	}
	return NULL;
}

/* Whose privileges a view uses. */
static AsbActor
view_actor(AsbSurface *surface, const AsbActor *actor, AsbRelation *view)
{
	return asb_actor_as(surface, actor,
						is_security_invoker(surface, view) ? actor->user : view->form->relowner,
						actor->user);
}

/*
 * INSERT, UPDATE or DELETE on a view without rule or trigger for it.  The
 * server asks for privileges on the columns that are written, and it is enough
 * for a row to be written that there is one.
 */
static void
follow_automatic_update(AsbSurface *surface, const AsbUse *use, const AsbActor *actor, AsbRelation *view)
{
	Query	   *query = asb_view_query(surface, view);
	AsbActor	as = view_actor(surface, actor, view);
	Bitmapset  *columns = NULL;
	AsbRelation *relation;
	RangeTblRef *base;
	ListCell   *cell;

	if (query == NULL || list_length(query->jointree->fromlist) != 1 ||
		!IsA(linitial(query->jointree->fromlist), RangeTblRef))
		return;
	base = linitial_node(RangeTblRef, query->jointree->fromlist);
	if (rt_fetch(base->rtindex, query->rtable)->rtekind != RTE_RELATION)
		return;
	relation = asb_world_relation(surface->world, rt_fetch(base->rtindex, query->rtable)->relid);
	if (relation == NULL)
		return;

	foreach(cell, query->targetList)
	{
		TargetEntry *target = lfirst_node(TargetEntry, cell);
		Var		   *var = (Var *) target->expr;

		if (!target->resjunk && IsA(var, Var) && var->varno == base->rtindex &&
			var->varlevelsup == 0 && var->varattno > 0 &&
			(use->columns == NULL ||
			 bms_is_member(target->resno - FirstLowInvalidHeapAttributeNumber, use->columns)))
			columns = bms_add_member(columns, var->varattno - FirstLowInvalidHeapAttributeNumber);
	}
	if (use->key.command != ACL_DELETE)
		columns = asb_allowed_columns(surface, relation, use->key.command, columns, as.checked_as);
	if (use->key.command == ACL_DELETE || columns)
		asb_reach_relation(surface, &as, relation->oid, use->key.command, columns);
	asb_follow_node(surface, &as, (Node *) query->jointree);
}

bool
asb_follow_rules(AsbSurface *surface, AclMode command, const AsbActor *actor, AsbRelation *relation)
{
	bool		replaced = false;
	ListCell   *cell;

	foreach(cell, relation->rules)
	{
		Form_pg_rewrite form = (Form_pg_rewrite) GETSTRUCT((HeapTuple) lfirst(cell));
		Node	   *condition;
		AsbActor	as;

		if (rule_event(lfirst(cell)) != event_of(command))
			continue;
		condition = asb_world_node(surface->world, lfirst(cell), Anum_pg_rewrite_ev_qual);
		as = asb_actor_step(actor, psprintf("rule %s", quote_identifier(NameStr(form->rulename))));
		as = asb_actor_as(surface, &as, relation->form->relowner, as.user);
		asb_follow_node(surface, &as, condition);
		asb_follow_stored(surface, &as, lfirst(cell), Anum_pg_rewrite_ev_action);
		replaced |= form->is_instead && condition == NULL;
	}
	return replaced;
}

void
asb_follow_view(AsbSurface *surface, const AsbUse *use, const AsbActor *actor, AsbRelation *view)
{
	if (use->key.command == ACL_SELECT)
	{
		AsbActor	as = view_actor(surface, actor, view);

		asb_follow_node(surface, &as, (Node *) asb_view_query(surface, view));
	}
	else if (!asb_follow_triggers(surface, use->key.command, actor, view) &&
			 !asb_follow_rules(surface, use->key.command, actor, view))
		follow_automatic_update(surface, use, actor, view);
}
