/*
 * surface_type.c
 *	  The part of the surface that is types.
 *
 * Listed are types that stand by themselves.  The array of a type and the row
 * type of a relation are open when the type is, or all columns are.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "audit/follow.h"
#include "audit/grant.h"
#include "audit/surface.h"
#include "audit/world.h"
#include "confine/describe.h"
#include "confine/type.h"

typedef struct TypeContext
{
	AsbSurface *surface;
	HeapTuple	row;
	bool		open;
} TypeContext;

static void
ask_type(void *argument)
{
	TypeContext *context = argument;

	context->open = asb_type_decide(context->surface->role,
									((Form_pg_type) GETSTRUCT(context->row))->oid);
}

static void
add_granted_type(AsbPath *via, AclMode mask, void *argument)
{
	TypeContext *context = argument;
	Oid			typid = ((Form_pg_type) GETSTRUCT(context->row))->oid;

	asb_surface_add(context->surface, "type", asb_world_type(context->surface->world, typid),
					"USAGE", NULL, via, asb_type_notes(context->surface, typid));
}

static void
add_type(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbSurface *surface = argument;
	Form_pg_type form = (Form_pg_type) GETSTRUCT(row);
	TypeContext context = {surface, row};

	if (IsTrueArrayType(form) ||
		(form->typtype == TYPTYPE_COMPOSITE && asb_world_relation(surface->world, form->typrelid)))
		return;
	if (!asb_surface_survives(ask_type, &context))
		return;
	if (!context.open)
	{
		if (asb_describes_type(form->oid))
			asb_surface_add(surface, "type", asb_world_type(surface->world, form->oid), "USAGE", NULL,
							asb_path(NULL, "server type list"), "only casts, of what the agent knows");
		return;
	}

	if (!asb_grants(surface, row, Anum_pg_type_typacl, ACL_USAGE, add_granted_type, &context))
		add_granted_type(asb_path(NULL, form->oid < FirstNormalObjectId ?
								  "server type list" :
								  "type of a column or function that can be reached"),
						 ACL_USAGE, &context);
	if (form->oid >= FirstNormalObjectId)
		asb_follow_type(surface, form->oid);
}

void
asb_surface_types(AsbSurface *surface)
{
	asb_world_scan(surface->world, TypeRelationId, add_type, surface);
}
