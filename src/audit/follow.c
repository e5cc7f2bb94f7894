/*
 * follow.c
 *	  What is reached through something else: the walk.
 *
 * A use is a relation, a command, whose privileges are checked and whom
 * functions run as; or a function or type, and whom it runs as.  Each is
 * looked at once, nearest to the agent first, so cycles end, the path shown is
 * a shortest one, and the time grows with the number of edges.  Every edge gives
 * rows, so that a table behind two views is listed behind each.
 *
 * What is used with the agent's own privileges (in views with
 * security_invoker, policies, functions that are not SECURITY DEFINER) is seldom
 * new reach: the relation gate asks for a grant, and that is listed already.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "audit/follow.h"
#include "audit/grant.h"
#include "audit/row_filter.h"
#include "audit/surface_label.h"
#include "audit/surface_relation.h"
#include "confine/function.h"
#include "confine/relation.h"
#include "core/compat.h"
#include "core/table.h"

typedef struct AsbFollow
{
	HTAB	   *uses;			/* AsbUse: met already */
	List	   *queue;			/* of AsbUse */
} AsbFollow;

static void
note_use(AsbSurface *surface, const AsbUse *use)
{
	AsbUse	   *entry;
	bool		found;

	if (surface->follow == NULL)
	{
		surface->follow = palloc0(sizeof(AsbFollow));
		surface->follow->uses = asb_table_create("agentsandbox uses", CurrentMemoryContext,
												 sizeof(AsbUseKey), sizeof(AsbUse));
	}
	entry = hash_search(surface->follow->uses, &use->key, HASH_ENTER, &found);
	if (found)
		return;
	*entry = *use;
	entry->columns = bms_copy(use->columns);	/* often a part of a tree */
	surface->follow->queue = lappend(surface->follow->queue, entry);
}

static AsbUse
make_use(Oid object, const AsbActor *actor, AclMode command)
{
	return (AsbUse) {
		.key = {.command = command, .object = object, .checked_as = actor->checked_as, .user = actor->user},
		.path = actor->path
	};
}

void
asb_follow_relation(AsbSurface *surface, AsbRelation *relation, AclMode command,
					const Bitmapset *columns)
{
	AsbUse		use = make_use(relation->oid, &(AsbActor) {ASB_AGENT, ASB_AGENT, NULL}, command);

	use.columns = columns;
	note_use(surface, &use);
}

void
asb_follow_function(AsbSurface *surface, AsbFunction *function)
{
	AsbUse		use = make_use(function->oid, &(AsbActor) {ASB_AGENT, ASB_AGENT, NULL}, ACL_EXECUTE);

	note_use(surface, &use);
}

void
asb_follow_type(AsbSurface *surface, Oid typid)
{
	AsbUse		use = make_use(typid, &(AsbActor) {ASB_AGENT, ASB_AGENT, NULL}, ACL_USAGE);

	note_use(surface, &use);
}

AsbActor
asb_actor_step(const AsbActor *actor, const char *step)
{
	AsbActor	next = *actor;

	/* the first step is from what the agent does itself */
	next.path = asb_path(actor->path, actor->path ? step : psprintf(ASB_THROUGH "%s", step));
	return next;
}

AsbActor
asb_actor_as(AsbSurface *surface, const AsbActor *actor, Oid checked_as, Oid user)
{
	AsbActor	next = *actor;

	next.checked_as = checked_as;
	next.user = user;
	if (checked_as != actor->checked_as && checked_as != ASB_AGENT)
		next.path = asb_path(actor->path, psprintf(superuser_arg(checked_as) ?
												   "as owner %s, a superuser" : "as owner %s",
												   asb_role_text(checked_as)));
	return next;
}

/*
 * May the role do this to the relation (attnum 0) or to the column?  Of the
 * agent's own role the gate wants a grant, of others, and of sequences, the
 * server is asked.
 */
static bool
allowed(AsbSurface *surface, AsbRelation *relation, AttrNumber attnum, AclMode command, Oid role)
{
	HeapTuple	row = attnum == 0 ? relation->row :
		relation->column_rows ? relation->column_rows[attnum - 1] : NULL;

	if (row == NULL)
		return false;
	if (role == ASB_AGENT && relation->form->relkind != RELKIND_SEQUENCE)
		return ((attnum == 0 ? asb_relation_privileges(surface->role, row) :
				 asb_relation_column_privileges(surface->role, row, command)) & command) != 0;
	return asb_world_server_privileges(surface->world, row,
									   attnum == 0 ? Anum_pg_class_relacl : Anum_pg_attribute_attacl,
									   attnum != 0 ? OBJECT_COLUMN :
									   relation->form->relkind == RELKIND_SEQUENCE ? OBJECT_SEQUENCE : OBJECT_TABLE,
									   relation->form->relowner, asb_actual_role(surface, role), command) != 0;
}

Bitmapset *
asb_allowed_columns(AsbSurface *surface, AsbRelation *relation, AclMode command,
					const Bitmapset *columns, Oid role)
{
	Bitmapset  *result = NULL;
	int			bit = -1;

	if (allowed(surface, relation, 0, command, role))
		return bms_copy(columns);
	while ((bit = bms_next_member(columns, bit)) >= 0)
	{
		AttrNumber	attnum = bit + FirstLowInvalidHeapAttributeNumber;

		if (attnum > 0 && attnum <= relation->form->relnatts &&
			allowed(surface, relation, attnum, command, role))
			result = bms_add_member(result, bit);
	}
	return result;
}

/* May the role do this to all of these columns?  No columns is any one of them. */
static bool
allowed_of_columns(AsbSurface *surface, AsbRelation *relation, AclMode command,
				   const Bitmapset *columns, Oid role)
{
	if (allowed(surface, relation, 0, command, role))
		return true;
	if (command == ACL_DELETE)
		return false;
	if (bms_is_empty(columns))
		return relation->column_rows != NULL;
	return bms_equal(columns, asb_allowed_columns(surface, relation, command, columns, role));
}

/*
 * What the agent itself uses its own privileges for is listed, unless it has no
 * USAGE of the schema: nobody is asked for that where a stored query, of a view
 * with security_invoker, names the relation.
 */
void
asb_reach_relation(AsbSurface *surface, const AsbActor *actor, Oid relid,
				   AclMode command, const Bitmapset *columns)
{
	AsbRelation *relation = asb_world_relation(surface->world, relid);
	AsbUse		use;

	if (relation == NULL ||
		(actor->checked_as == ASB_AGENT &&
		 asb_world_namespace_usable(surface->world, relation->form->relnamespace, surface->role)) ||
		!allowed_of_columns(surface, relation, command, columns, actor->checked_as))
		return;

	/* the same columns may be none at all: count(*) */
	asb_surface_add_relation(surface, relation, command,
							 columns ? columns : bms_make_singleton(0),
							 asb_row_filter(surface, relation, command,
											asb_actual_role(surface, actor->checked_as)),
							 actor->path);
	use = make_use(relid, actor, command);
	use.columns = columns ? columns : bms_make_singleton(0);
	note_use(surface, &use);
}

void
asb_reach_relation_unchecked(AsbSurface *surface, const AsbActor *actor, Oid relid,
							 AclMode command, const Bitmapset *columns, const char *filter)
{
	AsbRelation *relation = asb_world_relation(surface->world, relid);
	AsbUse		use = make_use(relid, actor, command);

	if (relation == NULL)
		return;
	asb_surface_add_relation(surface, relation, command, columns, filter, actor->path);
	use.key.unfiltered = true;
	use.columns = columns;
	use.filter = filter;
	note_use(surface, &use);
}

void
asb_reach_sequence(AsbSurface *surface, const AsbActor *actor, Oid relid, bool checked)
{
	AsbRelation *sequence = asb_world_relation(surface->world, relid);

	if (sequence == NULL || sequence->form->relkind != RELKIND_SEQUENCE)
		return;
	if (checked &&
		!allowed(surface, sequence, 0, ACL_USAGE, actor->user) &&
		!allowed(surface, sequence, 0, ACL_UPDATE, actor->user))
		return;
	asb_surface_add(surface, "sequence", sequence->identity, "USAGE", NULL, actor->path, "sequence");
}

void
asb_reach_function(AsbSurface *surface, const AsbActor *actor, Oid funcid, bool checked)
{
	AsbFunction *function = asb_world_function(surface->world, funcid);
	AsbUse		use;

	if (function == NULL)
		return;
	/* what any agent may call anyway, or has executed, needs no telling */
	if (funcid < FirstNormalObjectId &&
		asb_function_decide_row(surface->role, function->row) > ASB_FUNCTION_DESCRIBES)
		return;
	if (checked &&
		asb_world_server_privileges(surface->world, function->row, Anum_pg_proc_proacl,
									OBJECT_FUNCTION, function->form->proowner,
									asb_actual_role(surface, actor->user), ACL_EXECUTE) == 0)
		return;

	asb_surface_add(surface, "function", asb_world_function_identity(surface->world, function),
					"EXECUTE", NULL, actor->path,
					asb_function_notes(surface, function, actor->user));
	asb_surface_label_function(surface, funcid, function->identity, actor->path);
	use = make_use(funcid, actor, ACL_EXECUTE);
	use.key.checked_as = ASB_AGENT;
	note_use(surface, &use);
}

void
asb_reach_type(AsbSurface *surface, const AsbActor *actor, Oid typid)
{
	Oid			element = typid < FirstNormalObjectId ? InvalidOid : get_element_type(typid);
	AsbUse		use = make_use(OidIsValid(element) ? element : typid, actor, ACL_USAGE);

	if (use.key.object < FirstNormalObjectId)
		return;
	use.key.checked_as = ASB_AGENT;
	note_use(surface, &use);
}

typedef struct NodeContext
{
	AsbSurface *surface;
	const AsbActor *actor;
} NodeContext;

static bool
reach_function_in_node(Oid funcid, void *argument)
{
	NodeContext *context = argument;

	asb_reach_function(context->surface, context->actor, funcid, true);
	return false;
}

/* nextval('a_sequence') */
static void
reach_sequence_in_call(NodeContext *context, const FuncExpr *call)
{
	const Const *name;

	if ((call->funcid != F_NEXTVAL && call->funcid != F_SETVAL_REGCLASS_INT8 &&
		 call->funcid != F_SETVAL_REGCLASS_INT8_BOOL) ||
		!IsA(linitial(call->args), Const))
		return;
	name = linitial_node(Const, call->args);
	if (!name->constisnull)
		asb_reach_sequence(context->surface, context->actor, DatumGetObjectId(name->constvalue), true);
}

static void
reach_range_table(NodeContext *context, const Query *query)
{
	static const AclMode commands[] = {ACL_SELECT, ACL_INSERT, ACL_UPDATE, ACL_DELETE};
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);
		bool		is_result = foreach_current_index(cell) + 1 == query->resultRelation;
		const AsbAccess *access;

		if (rte->rtekind != RTE_RELATION)
			continue;
		access = asb_entry_access(query, rte);
		for (int i = 0; i < lengthof(commands); i++)
		{
			/* SELECT FOR UPDATE needs UPDATE too, and changes nothing */
			if ((access->requiredPerms & commands[i]) == 0 ||
				(commands[i] == ACL_UPDATE && !is_result))
				continue;
			asb_reach_relation(context->surface, context->actor, access->relid, commands[i],
							   commands[i] == ACL_SELECT ? access->selectedCols :
							   commands[i] == ACL_INSERT ? access->insertedCols :
							   commands[i] == ACL_UPDATE ? access->updatedCols : NULL);
		}
	}
}

static bool
walk(Node *node, NodeContext *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		reach_range_table(context, (Query *) node);
		return query_tree_walker((Query *) node, walk, context, QTW_IGNORE_JOINALIASES);
	}
	if (IsA(node, FuncExpr))
		reach_sequence_in_call(context, (FuncExpr *) node);
	if (IsA(node, NextValueExpr))
		asb_reach_sequence(context->surface, context->actor, ((NextValueExpr *) node)->seqid, false);
	if (IsA(node, CoerceToDomain))
		asb_reach_type(context->surface, context->actor, ((CoerceToDomain *) node)->resulttype);
	(void) check_functions_in_node(node, reach_function_in_node, context);
	return expression_tree_walker(node, walk, context);
}

void
asb_follow_node(AsbSurface *surface, const AsbActor *actor, Node *node)
{
	(void) walk(node, &(NodeContext) {surface, actor});
}

/* The trees of some ten thousand policies would fill hundreds of megabytes. */
static void
follow_tree(AsbSurface *surface, const AsbActor *actor, HeapTuple row, AttrNumber attnum,
			bool (*walker) (Node *node, NodeContext *context))
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext scratch = AllocSetContextCreate(caller, "agentsandbox tree", ALLOCSET_SMALL_SIZES);
	Node	   *node;

	MemoryContextSwitchTo(scratch);
	node = asb_world_node(surface->world, row, attnum);
	MemoryContextSwitchTo(caller);
	(void) walker(node, &(NodeContext) {surface, actor});
	MemoryContextDelete(scratch);
}

void
asb_follow_stored(AsbSurface *surface, const AsbActor *actor, HeapTuple row, AttrNumber attnum)
{
	follow_tree(surface, actor, row, attnum, walk);
}

static bool
is_mutable(Oid funcid, void *world)
{
	AsbFunction *function = asb_world_function(world, funcid);

	return function == NULL || function->form->provolatile != PROVOLATILE_IMMUTABLE;
}

static bool
is_not_constant(Node *node, AsbWorld *world)
{
	return node != NULL &&
		(IsA(node, Var) || check_functions_in_node(node, is_mutable, world) ||
		 expression_tree_walker(node, is_not_constant, world));
}

static bool
walk_constants(Node *node, NodeContext *context)
{
	if (node == NULL)
		return false;
	if (!is_not_constant(node, context->surface->world))
		return walk(node, context);
	return expression_tree_walker(node, walk_constants, context);
}

void
asb_follow_constants(AsbSurface *surface, const AsbActor *actor, HeapTuple row, AttrNumber attnum)
{
	follow_tree(surface, actor, row, attnum, walk_constants);
}

static void
follow_use(AsbSurface *surface, const AsbUse *use)
{
	switch (use->key.command)
	{
		case ACL_EXECUTE:
			asb_follow_use_of_function(surface, use);
			break;
		case ACL_USAGE:
			asb_follow_use_of_type(surface, use);
			break;
		default:
			asb_follow_use_of_relation(surface, use);
			break;
	}
}

void
asb_surface_follow(AsbSurface *surface)
{
	ListCell   *cell;

	/* the queue grows while it is walked */
	asb_follow_login(surface);
	asb_follow_operators(surface);
	if (surface->follow)
	{
		foreach(cell, surface->follow->queue)
		{
			CHECK_FOR_INTERRUPTS();
			follow_use(surface, lfirst(cell));
		}
	}
}
