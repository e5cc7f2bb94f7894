/*
 * grant.c
 *	  Which grants give a role its privileges, in words.
 *
 * A grant to the profile is one step; one to a role that the profile inherits
 * from is a step for each membership on the shortest way there, and one more.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_auth_members.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/syscache.h"

#include "audit/grant.h"
#include "audit/world.h"
#include "confine/agent.h"
#include "core/table.h"

typedef struct Grantee
{
	Oid			role;			/* hash key */
	AsbPath    *membership;		/* NULL: the profile or the conversation itself */
	AsbPath    *granted;
} Grantee;

char *
asb_role_text(Oid role)
{
	char	   *name = GetUserNameFromId(role, true);

	return name ? pstrdup(quote_identifier(name)) : psprintf("%u", role);
}

static void
add_grantee(AsbSurface *surface, Oid role, AsbPath *membership)
{
	bool		found;
	Grantee    *grantee = hash_search(surface->grantees, &role, HASH_ENTER, &found);

	if (found)
		return;
	grantee->membership = membership;
	grantee->granted = asb_path(membership, psprintf(role == surface->profile->role ?
													 "granted to profile %s" : "granted to %s",
													 asb_role_text(role)));
}

static int
compare_oids(const ListCell *a, const ListCell *b)
{
	return strcmp(asb_role_text(lfirst_oid(a)), asb_role_text(lfirst_oid(b)));
}

/* The roles that this one is a member of and inherits from, by name. */
static List *
direct_memberships(Oid role)
{
	CatCList   *members = SearchSysCacheList1(AUTHMEMMEMROLE, ObjectIdGetDatum(role));
	List	   *roles = NIL;

	for (int i = 0; i < members->n_members; i++)
	{
		Oid			other =
		((Form_pg_auth_members) GETSTRUCT(&members->members[i]->tuple))->roleid;

		if (has_privs_of_role(role, other))
			roles = lappend_oid(roles, other);
	}
	ReleaseSysCacheList(members);
	list_sort(roles, compare_oids);
	return roles;
}

static void
find_grantees(AsbSurface *surface)
{
	List	   *roles = list_make1_oid(surface->profile->role);
	ListCell   *cell;

	surface->grantees = asb_table_create("agentsandbox grantees", CurrentMemoryContext,
										 sizeof(Oid), sizeof(Grantee));
	add_grantee(surface, surface->role, NULL);
	add_grantee(surface, surface->profile->role, NULL);

	/* what the administrator made the conversation's own role a member of */
	if (surface->role != surface->profile->role)
		roles = lappend_oid(roles, surface->role);

	/* the list grows while it is walked, breadth first */
	foreach(cell, roles)
	{
		Oid			role = lfirst_oid(cell);
		Grantee    *grantee = hash_search(surface->grantees, &role, HASH_FIND, NULL);
		ListCell   *inner;

		foreach(inner, direct_memberships(role))
		{
			Oid			other = lfirst_oid(inner);

			if (hash_search(surface->grantees, &other, HASH_FIND, NULL) ||
				!has_privs_of_role(surface->role, other))
				continue;
			add_grantee(surface, other,
						asb_path(grantee->membership, psprintf("member of %s", asb_role_text(other))));
			roles = lappend_oid(roles, other);
		}
	}
}

AclMode
asb_grants(AsbSurface *surface, HeapTuple row, AttrNumber acl, AclMode mask,
		   AsbGrantCallback callback, void *argument)
{
	bool		isnull;
	Datum		value = asb_world_value(surface->world, row, acl, &isnull);
	AclMode		found = 0;
	Acl		   *items;

	if (isnull)
		return 0;
	if (surface->grantees == NULL)
		find_grantees(surface);

	items = DatumGetAclP(value);
	for (int i = 0; i < ACL_NUM(items); i++)
	{
		const AclItem *item = &ACL_DAT(items)[i];
		AclMode		privileges = asb_acl_item_granted(item, surface->role, mask);
		Grantee    *grantee;

		if (privileges == 0)
			continue;
		found |= privileges;
		grantee = hash_search(surface->grantees, &item->ai_grantee, HASH_FIND, NULL);
		/* a membership that was made only now */
		if (callback)
			callback(grantee ? grantee->granted :
					 asb_path(NULL, psprintf("granted to %s", asb_role_text(item->ai_grantee))),
					 privileges, argument);
	}
	if ((Pointer) items != DatumGetPointer(value))
		pfree(items);
	return found;
}

void
asb_grant_memberships(AsbSurface *surface,
					  void (*callback) (Oid role, AsbPath *via, void *argument),
					  void *argument)
{
	HASH_SEQ_STATUS status;
	Grantee    *grantee;

	if (surface->grantees == NULL)
		find_grantees(surface);
	hash_seq_init(&status, surface->grantees);
	while ((grantee = hash_seq_search(&status)) != NULL)
	{
		if (grantee->membership)
			callback(grantee->role, grantee->membership, argument);
	}
}
