/*
 * follow_function.c
 *	  What is reached through a function.
 *
 * The text of a function is followed if it has been parsed (BEGIN ATOMIC,
 * RETURN).  Text in a string cannot be: its names are looked up when it runs.
 * There the notes say as whom it runs, and what that role could do.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_language_d.h"
#include "commands/proclang.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "audit/definition.h"
#include "audit/follow.h"
#include "audit/grant.h"
#include "core/catalog.h"
#include "core/table.h"

typedef struct Owner
{
	Oid			role;			/* hash key */
	const char *powers;
} Owner;

/* What a role could read and change, as far as tables tell. */
static const char *
count_powers(AsbSurface *surface, Oid role)
{
	AsbWorld   *world = surface->world;
	int			reads = 0;
	int			changes = 0;

	if (superuser_arg(role))
		return "a superuser";
	for (int i = 0; i < world->nsorted; i++)
	{
		AsbRelation *relation = world->sorted[i];
		AclMode		may;

		if (relation->oid < FirstNormalObjectId || relation->form->relkind == RELKIND_SEQUENCE)
			continue;
		may = asb_world_server_privileges(world, relation->row, Anum_pg_class_relacl, OBJECT_TABLE,
										  relation->form->relowner, role,
										  ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE);
		reads += (may & ACL_SELECT) != 0;
		changes += (may & ~ACL_SELECT) != 0;
	}
	return psprintf("who may read %d and change %d relations", reads, changes);
}

static const char *
powers(AsbSurface *surface, Oid role)
{
	Owner	   *owner;
	bool		found;

	if (surface->owners == NULL)
		surface->owners = asb_table_create("agentsandbox owners", CurrentMemoryContext,
										   sizeof(Oid), sizeof(Owner));
	owner = hash_search(surface->owners, &role, HASH_ENTER, &found);
	if (!found)
		owner->powers = count_powers(surface, role);
	return owner->powers;
}

const char *
asb_function_notes(AsbSurface *surface, AsbFunction *function, Oid user)
{
	bool		isnull;
	const char *who;
	const char *language;

	(void) asb_world_value(surface->world, function->row, Anum_pg_proc_prosqlbody, &isnull);
	if (function->form->prosecdef)
		who = psprintf("runs as owner %s, %s", asb_role_text(function->form->proowner),
					   powers(surface, function->form->proowner));
	else
		who = user == ASB_AGENT ? "runs as the agent" : psprintf("runs as %s", asb_role_text(user));

	if (function->form->pronamespace == asb_schema_oid())
		return psprintf("%s; API of the extension", who);
	if (!isnull || function->form->prokind == PROKIND_AGGREGATE)
		return psprintf("%s; its text is followed%s", who, asb_function_digest(surface, function));
	language = get_language_name(function->form->prolang, true);
	return psprintf("%s; its text in %s is not followed%s", who, language ? language : "a language that is gone",
					asb_function_digest(surface, function));
}

/* The functions that an aggregate is made of. */
static void
follow_aggregate(AsbSurface *surface, const AsbActor *actor, Oid funcid)
{
	HeapTuple	row = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(funcid));
	Oid			parts[ASB_AGGREGATE_PARTS];

	if (!HeapTupleIsValid(row))
		return;
	asb_aggregate_parts((Form_pg_aggregate) GETSTRUCT(row), parts);
	for (int i = 0; i < lengthof(parts); i++)
	{
		if (OidIsValid(parts[i]))
			asb_reach_function(surface, actor, parts[i], false);
	}
	ReleaseSysCache(row);
}

void
asb_follow_use_of_function(AsbSurface *surface, const AsbUse *use)
{
	AsbFunction *function = asb_world_function(surface->world, use->key.object);
	AsbActor	actor = {use->key.user, use->key.user, use->path};

	actor = asb_actor_step(&actor, psprintf("EXECUTE of function %s",
											asb_world_function_identity(surface->world, function)));
	/* part of the query that calls it */
	asb_follow_stored(surface, &actor, function->row, Anum_pg_proc_proargdefaults);

	if (function->form->prokind == PROKIND_AGGREGATE)
		follow_aggregate(surface, &actor, function->oid);
	if (function->form->prosecdef)
		actor = asb_actor_as(surface, &actor, function->form->proowner, function->form->proowner);
	asb_follow_stored(surface, &actor, function->row, Anum_pg_proc_prosqlbody);
}

static void
follow_event_trigger(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbSurface *surface = argument;
	Form_pg_event_trigger form = (Form_pg_event_trigger) GETSTRUCT(row);
	AsbActor	actor = {ASB_AGENT, ASB_AGENT, NULL};

	if (strcmp(NameStr(form->evtevent), "login") != 0 ||
		form->evtenabled == TRIGGER_DISABLED || form->evtenabled == TRIGGER_FIRES_ON_REPLICA)
		return;
	actor = asb_actor_step(&actor, psprintf("login, event trigger %s", quote_identifier(NameStr(form->evtname))));
	asb_reach_function(surface, &actor, form->evtfoid, false);
}

/* Before 17 there are no such triggers; of the other events an agent causes none. */
void
asb_follow_login(AsbSurface *surface)
{
	asb_world_scan(surface->world, EventTriggerRelationId, follow_event_trigger, surface);
}
