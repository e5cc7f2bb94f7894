/*
 * surface_granted.c
 *	  What of a relation and its columns is granted, or open without a grant.
 *
 * The relation gate says what is granted; left out is what the server would
 * refuse all the same, such as INSERT into a view that cannot take it.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type_d.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"

#include "audit/follow.h"
#include "audit/grant.h"
#include "audit/row_filter.h"
#include "audit/surface_label.h"
#include "audit/surface_relation.h"
#include "confine/catalogs.h"
#include "confine/relation.h"
#include "confine/type.h"

#define CHANGES (ACL_INSERT | ACL_UPDATE | ACL_DELETE)

/* What the server can do with a relation, or with some columns of it. */
typedef struct Updatable
{
	Oid			relid;
	Bitmapset  *columns;
	AclMode		privileges;		/* those asked for; then those possible */
} Updatable;

static void
ask_updatable(void *argument)
{
	Updatable  *updatable = argument;
	int			events = relation_is_updatable(updatable->relid, NIL, true, updatable->columns);

	if ((events & (1 << CMD_INSERT)) == 0)
		updatable->privileges &= ~ACL_INSERT;
	if ((events & (1 << CMD_UPDATE)) == 0)
		updatable->privileges &= ~ACL_UPDATE;
	if ((events & (1 << CMD_DELETE)) == 0)
		updatable->privileges &= ~ACL_DELETE;
}

static AclMode
possible(const AsbRelation *relation, AclMode granted, AttrNumber attnum)
{
	Updatable	updatable = {relation->oid, NULL, granted};

	switch (relation->form->relkind)
	{
		case RELKIND_MATVIEW:
		case RELKIND_SEQUENCE:
			return granted & ACL_SELECT;
		case RELKIND_VIEW:
		case RELKIND_FOREIGN_TABLE:
			if ((granted & CHANGES) == 0)
				return granted & ~ACL_USAGE;
			if (attnum != 0)
				updatable.columns = bms_make_singleton(attnum - FirstLowInvalidHeapAttributeNumber);
			return (asb_surface_survives(ask_updatable, &updatable) ? updatable.privileges :
					granted & ~CHANGES) & ~ACL_USAGE;
		default:
			return granted & ~ACL_USAGE;
	}
}

typedef struct Granted
{
	AsbSurface *surface;
	AsbRelation *relation;
	const char *filters[ASB_PRIVILEGES];
	const char *lock_filter;
	Bitmapset  *columns[ASB_PRIVILEGES];	/* granted one by one */
	AclMode		whole;			/* of the relation */
	AclMode		partial;		/* of some columns */
	AclMode		possible;
	AttrNumber	attnum;			/* the column whose grants are gone through */
	Oid			type;			/* that is asked about */
	bool		type_open;
} Granted;

/* Can a column of a view be written? */
static AclMode
possible_of_column(Granted *granted, AttrNumber attnum, AclMode mask)
{
	return granted->relation->form->relkind == RELKIND_VIEW && (mask & CHANGES) ?
		possible(granted->relation, mask, attnum) : mask;
}

static void
ask_type(void *argument)
{
	Granted    *granted = argument;

	granted->type_open = asb_type_decide(granted->surface->role, granted->type);
}

/* What can be done with a column because of its type. */
static AclMode
possible_of_type(Granted *granted, AttrNumber attnum)
{
	Oid			type = granted->relation->types[attnum - 1].oid;
	bool		open;

	if (type < FirstNormalObjectId)
		open = asb_type_decide(granted->surface->role, type);	/* it cannot be dropped */
	else
	{
		granted->type = type;
		open = asb_surface_survives(ask_type, granted) && granted->type_open;
	}
	if (open)
		return ~0;
	return asb_catalog_column_made(granted->surface->role, granted->relation->oid, attnum) ? ACL_SELECT : 0;
}

static void
add_column(Granted *granted, AttrNumber attnum, AclMode mask, AsbPath *via)
{
	const char *kind = asb_column_kind(granted->surface, granted->relation, attnum);

	mask = possible_of_column(granted, attnum, mask & granted->possible);
	mask &= possible_of_type(granted, attnum);
	if (asb_catalog_column_blank(granted->surface->role, granted->relation->oid, attnum))
		kind = "always null";
	for (int i = 0; i < ASB_PRIVILEGES; i++)
	{
		if (mask & asb_privileges[i])
			asb_surface_add(granted->surface, "column",
							asb_world_column_identity(granted->relation, attnum),
							asb_privilege_text(asb_privileges[i]), granted->filters[i], via, kind);
	}
	if (mask & ACL_SELECT)
		asb_surface_label_column(granted->surface, granted->relation, attnum, via);
}

static void
add_whole(AsbPath *via, AclMode mask, void *argument)
{
	Granted    *granted = argument;
	AsbRelation *relation = granted->relation;

	mask &= granted->possible;
	for (int i = 0; i < ASB_PRIVILEGES; i++)
	{
		if (mask & asb_privileges[i])
			asb_surface_add(granted->surface, asb_relation_class(relation), relation->identity,
							asb_privilege_text(asb_privileges[i]), granted->filters[i], via,
							asb_relation_kind(granted->surface, relation, asb_privileges[i]));
	}
	if (mask & ACL_SELECT)
		asb_surface_label_relation(granted->surface, relation, via);
	asb_surface_label_writes(granted->surface, relation, mask, NULL, via);
	if ((mask & ASB_OF_COLUMNS) == 0)
		return;
	for (AttrNumber attnum = 1; attnum <= relation->form->relnatts; attnum++)
	{
		if (relation->columns[attnum - 1] != NULL)
			add_column(granted, attnum, mask & ASB_OF_COLUMNS, via);
	}
}

static void
add_partial(AsbPath *via, AclMode mask, void *argument)
{
	Granted    *granted = argument;
	AsbRelation *relation = granted->relation;

	add_column(granted, granted->attnum, mask, via);
	if (mask & granted->possible & ACL_SELECT)
		asb_surface_label_relation(granted->surface, relation, via);
	asb_surface_label_writes(granted->surface, relation, mask & granted->possible,
							 bms_make_singleton(granted->attnum - FirstLowInvalidHeapAttributeNumber), via);
	for (int i = 0; i < ASB_PRIVILEGES; i++)
	{
		if ((mask & granted->possible & asb_privileges[i]) == 0)
			continue;
		asb_surface_add(granted->surface, asb_relation_class(relation), relation->identity,
						asb_privilege_text(asb_privileges[i]), granted->filters[i], via,
						psprintf("%s; some columns",
								 asb_relation_kind(granted->surface, relation, asb_privileges[i])));
		granted->columns[i] = bms_add_member(granted->columns[i],
											 granted->attnum - FirstLowInvalidHeapAttributeNumber);
	}
}

/* What is granted column by column, and what is open of the server's catalogs. */
static void
add_columns(Granted *granted, AsbPath *catalog_list)
{
	AsbSurface *surface = granted->surface;
	AsbRelation *relation = granted->relation;

	for (AttrNumber attnum = 1; relation->column_rows && attnum <= relation->form->relnatts; attnum++)
	{
		HeapTuple	row = relation->column_rows[attnum - 1];
		AclMode		mask;

		if (row == NULL)
			continue;
		granted->attnum = attnum;
		mask = asb_relation_column_privileges(surface->role, row, ASB_OF_COLUMNS);
		mask &= ~asb_grants(surface, row, Anum_pg_attribute_attacl, mask, add_partial, granted);
		if (mask && catalog_list)
			add_partial(catalog_list, mask, granted);
	}
}

static void
add_lock(AsbPath *via, AclMode mask, void *argument)
{
	Granted    *granted = argument;

	asb_surface_add(granted->surface, "relation", granted->relation->identity, "UPDATE",
					granted->lock_filter, via,
					psprintf("%s; only SELECT ... FOR UPDATE, which locks rows below it",
							 asb_relation_kind(granted->surface, granted->relation, ACL_SELECT)));
}

/* A view that cannot be updated can still be read FOR UPDATE. */
static void
add_locks(Granted *granted)
{
	AsbRelation *relation = granted->relation;
	AsbSurface *surface = granted->surface;

	if (((granted->whole | granted->partial) & ACL_UPDATE) == 0 ||
		(granted->possible & (ACL_SELECT | ACL_UPDATE)) != ACL_SELECT ||
		(relation->form->relkind != RELKIND_VIEW && relation->form->relkind != RELKIND_FOREIGN_TABLE))
		return;
	granted->lock_filter = asb_row_filter(surface, relation, ACL_SELECT, surface->role);
	(void) asb_grants(surface, relation->row, Anum_pg_class_relacl, ACL_UPDATE, add_lock, granted);
	for (AttrNumber attnum = 1; relation->column_rows && attnum <= relation->form->relnatts; attnum++)
	{
		if (relation->column_rows[attnum - 1])
			(void) asb_grants(surface, relation->column_rows[attnum - 1], Anum_pg_attribute_attacl,
							  ACL_UPDATE, add_lock, granted);
	}
}

/* What the gate opens without a grant, PUBLIC must still have. */
static bool
server_select(AsbSurface *surface, AsbRelation *relation)
{
	return asb_world_server_privileges(surface->world, relation->row, Anum_pg_class_relacl,
									   OBJECT_TABLE, relation->form->relowner,
									   surface->role, ACL_SELECT) != 0;
}

/*
 * Is there a column that can be updated?  Without one, UPDATE is good for
 * SELECT ... FOR UPDATE at most.
 */
static bool
some_column_updatable(Granted *granted)
{
	AsbRelation *relation = granted->relation;

	for (AttrNumber attnum = 1; attnum <= relation->form->relnatts; attnum++)
	{
		HeapTuple	row = relation->column_rows ? relation->column_rows[attnum - 1] : NULL;

		if (relation->columns[attnum - 1] != NULL &&
			((granted->whole & ACL_UPDATE) ||
			 (row && asb_relation_column_privileges(granted->surface->role, row, ACL_UPDATE))) &&
			(possible_of_type(granted, attnum) & ACL_UPDATE))
			return true;
	}
	return false;
}

static void
add_granted(AsbSurface *surface, AsbRelation *relation)
{
	Granted		granted = {.surface = surface, .relation = relation};
	AsbPath    *catalog_list = NULL;
	const char *filter = NULL;

	granted.whole = asb_relation_privileges(surface->role, relation->row);
	for (int i = 0; relation->column_rows && i < relation->form->relnatts; i++)
	{
		if (relation->column_rows[i])
			granted.partial |= asb_relation_column_privileges(surface->role, relation->column_rows[i],
															  ASB_OF_COLUMNS);
	}
	if ((granted.whole | granted.partial) == 0 ||
		!asb_world_namespace_usable(surface->world, relation->form->relnamespace, surface->role))
		return;

	granted.possible = possible(relation, granted.whole | granted.partial, 0);
	if ((granted.possible & (ACL_SELECT | ACL_UPDATE)) == ACL_UPDATE && !some_column_updatable(&granted))
		granted.possible &= ~ACL_UPDATE;
	if (relation->oid < FirstNormalObjectId)
	{
		const char *reason;

		/* nobody but a superuser changes a catalog */
		if (relation->oid < FirstUnpinnedObjectId)
			granted.possible &= ACL_SELECT;
		filter = asb_catalog_filter(surface->role, relation->oid, &reason);
		if (filter && server_select(surface, relation))
			catalog_list = asb_path(NULL, psprintf("server catalog list: %s", reason));
	}
	for (int i = 0; i < ASB_PRIVILEGES; i++)
	{
		if (granted.possible & asb_privileges[i])
			granted.filters[i] = filter ? filter :
				asb_row_filter(surface, relation, asb_privileges[i], surface->role);
	}

	(void) asb_grants(surface, relation->row, Anum_pg_class_relacl, granted.whole, add_whole, &granted);
	add_columns(&granted, catalog_list);
	add_locks(&granted);

	/* of what is behind a view that is open without a grant no more is told than its filter says */
	if (filter && (granted.whole & ACL_SELECT) == 0)
		return;
	for (int i = 0; i < ASB_PRIVILEGES; i++)
	{
		if (granted.possible & asb_privileges[i])
			asb_follow_relation(surface, relation, asb_privileges[i],
								granted.whole & asb_privileges[i] ? NULL : granted.columns[i]);
	}
}

/* A view of information_schema, which an option of the profile opens. */
static void
add_information_schema(AsbSurface *surface, AsbRelation *relation)
{
	Granted		granted = {.surface = surface, .relation = relation, .possible = ACL_SELECT};
	const char *filter = asb_catalog_information_schema_filter(relation->oid);
	AsbPath    *via;

	if (filter == NULL || !server_select(surface, relation))
		return;
	for (int i = 0; i < ASB_PRIVILEGES; i++)
		granted.filters[i] = filter;
	via = asb_path(asb_path(NULL, "server catalog list: tools list tables by it"),
				   "allowed by an option of the profile");
	add_whole(via, ACL_SELECT, &granted);
	asb_follow_relation(surface, relation, ACL_SELECT, NULL);
}

void
asb_surface_granted(AsbSurface *surface, AsbRelation *relation)
{
	add_granted(surface, relation);
	if (surface->profile->information_schema && relation->oid < FirstNormalObjectId)
		add_information_schema(surface, relation);
}
