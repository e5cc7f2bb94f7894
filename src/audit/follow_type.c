/*
 * follow_type.c
 *	  What is reached through a type, and through operators.
 *
 * A value of a type runs the type's own functions and the checks of domains;
 * sorting, grouping and indexes run the support functions of an operator
 * family.  No gate is asked for these: the type, or the operator, is.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "audit/definition.h"
#include "audit/follow.h"
#include "confine/function.h"

static const char *
kind_of_type(Oid typid)
{
	switch (get_typtype(typid))
	{
		case TYPTYPE_DOMAIN:
			return "domain";
		case TYPTYPE_ENUM:
			return "enum";
		case TYPTYPE_COMPOSITE:
			return "composite type";
		case TYPTYPE_RANGE:
			return "range";
		default:
			return NULL;
	}
}

const char *
asb_type_notes(AsbSurface *surface, Oid typid)
{
	const char *kind = typid < FirstNormalObjectId ? NULL : kind_of_type(typid);

	return kind ? psprintf("%s%s", kind, asb_type_digest(surface, typid)) : NULL;
}

static void
follow_checks(AsbSurface *surface, const AsbActor *actor, Oid domain)
{
	ListCell   *cell;

	foreach(cell, surface->world->domain_checks)
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT((HeapTuple) lfirst(cell));
		AsbActor	step;

		if (form->contypid != domain)
			continue;
		step = asb_actor_step(actor, psprintf("check constraint %s", quote_identifier(NameStr(form->conname))));
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_constraint_conbin);
	}
}

static void
follow_range(AsbSurface *surface, const AsbActor *actor, Oid typid)
{
	HeapTuple	row = SearchSysCache1(RANGETYPE, ObjectIdGetDatum(typid));
	FormData_pg_range form;

	if (!HeapTupleIsValid(row))
		return;
	form = *(Form_pg_range) GETSTRUCT(row);
	ReleaseSysCache(row);
	asb_reach_type(surface, actor, form.rngsubtype);
	asb_reach_function(surface, actor, form.rngcanonical, false);
	/* the planner and GiST indexes ask for it */
	asb_reach_function(surface, actor, form.rngsubdiff, false);
	asb_follow_operator_class(surface, actor, form.rngsubopc);
}

typedef struct Columns
{
	Oid			typid;
	List	   *types;
} Columns;

static void
ask_columns(void *argument)
{
	Columns    *columns = argument;
	TupleDesc	desc = lookup_rowtype_tupdesc(columns->typid, -1);

	for (int i = 0; i < desc->natts; i++)
	{
		if (!TupleDescAttr(desc, i)->attisdropped)
			columns->types = lappend_oid(columns->types, TupleDescAttr(desc, i)->atttypid);
	}
	ReleaseTupleDesc(desc);
}

/* A row is made of values of its columns' types. */
static void
follow_columns(AsbSurface *surface, const AsbActor *actor, Oid typid)
{
	Columns		columns = {typid};
	ListCell   *cell;

	if (!asb_surface_survives(ask_columns, &columns))
		return;
	foreach(cell, columns.types)
		asb_reach_type(surface, actor, lfirst_oid(cell));
}

/* What the server finds out about a type, to compare and hash its values. */
typedef struct Comparison
{
	Oid			typid;
	Oid			functions[6];
} Comparison;

static void
ask_comparison(void *argument)
{
	Comparison *comparison = argument;
	TypeCacheEntry *type = lookup_type_cache(comparison->typid,
											 TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR | TYPECACHE_GT_OPR |
											 TYPECACHE_CMP_PROC | TYPECACHE_HASH_PROC |
											 TYPECACHE_HASH_EXTENDED_PROC);

	comparison->functions[0] = get_opcode(type->eq_opr);
	comparison->functions[1] = get_opcode(type->lt_opr);
	comparison->functions[2] = get_opcode(type->gt_opr);
	comparison->functions[3] = type->cmp_proc;
	comparison->functions[4] = type->hash_proc;
	comparison->functions[5] = type->hash_extended_proc;
}

/* GREATEST(), and arrays, rows and ranges of the type compare it without naming an operator. */
static void
follow_comparison(AsbSurface *surface, const AsbActor *actor, Oid typid)
{
	Comparison	comparison = {typid};

	if (typid < FirstNormalObjectId || !asb_surface_survives(ask_comparison, &comparison))
		return;
	for (int i = 0; i < lengthof(comparison.functions); i++)
		asb_reach_function(surface, actor, comparison.functions[i], false);
}

void
asb_follow_use_of_type(AsbSurface *surface, const AsbUse *use)
{
	AsbActor	actor = {use->key.user, use->key.user, use->path};
	Oid			typid = use->key.object;

	/* what the agent can name is listed already */
	if (use->path)
		asb_surface_add(surface, "type", asb_world_type(surface->world, typid), "USAGE", NULL,
						use->path, asb_type_notes(surface, typid));
	actor = asb_actor_step(&actor, psprintf("a value of type %s", asb_world_type(surface->world, typid)));

	/* a domain is made of another type, which may be one as well */
	while (OidIsValid(typid))
	{
		HeapTuple	row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(typid));
		FormData_pg_type form;

		if (!HeapTupleIsValid(row))
			break;
		form = *(Form_pg_type) GETSTRUCT(row);
		ReleaseSysCache(row);

		asb_reach_function(surface, &actor, form.typinput, false);
		asb_reach_function(surface, &actor, form.typoutput, false);
		asb_reach_function(surface, &actor, form.typreceive, false);
		asb_reach_function(surface, &actor, form.typsend, false);
		asb_reach_function(surface, &actor, form.typmodin, false);
		follow_comparison(surface, &actor, typid);
		/* an array of a domain, which a domain is made of */
		asb_reach_type(surface, &actor, get_element_type(typid));
		if (form.typtype == TYPTYPE_DOMAIN)
			follow_checks(surface, &actor, typid);
		else if (form.typtype == TYPTYPE_RANGE)
			follow_range(surface, &actor, typid);
		else if (form.typtype == TYPTYPE_MULTIRANGE)
			asb_reach_type(surface, &actor, get_multirange_range(typid));
		else if (form.typtype == TYPTYPE_COMPOSITE)
			follow_columns(surface, &actor, typid);
		typid = form.typbasetype;
	}
}

/* The support functions of a family that are not the server's. */
static void
follow_family(AsbSurface *surface, const AsbActor *actor, Oid family)
{
	HeapTuple	row = SearchSysCache1(OPFAMILYOID, ObjectIdGetDatum(family));
	AsbActor	step;
	ListCell   *cell;

	if (!HeapTupleIsValid(row))
		return;
	step = asb_actor_step(actor, psprintf("operator family %s",
										  quote_identifier(NameStr(((Form_pg_opfamily) GETSTRUCT(row))->opfname))));
	ReleaseSysCache(row);
	foreach(cell, surface->world->support)
	{
		Form_pg_amproc form = (Form_pg_amproc) GETSTRUCT((HeapTuple) lfirst(cell));

		if (form->amprocfamily == family)
			asb_reach_function(surface, &step, form->amproc, false);
	}
}

void
asb_follow_operator_class(AsbSurface *surface, const AsbActor *actor, Oid opclass)
{
	HeapTuple	row = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	Oid			family;

	if (!HeapTupleIsValid(row))
		return;
	family = ((Form_pg_opclass) GETSTRUCT(row))->opcfamily;
	ReleaseSysCache(row);
	follow_family(surface, actor, family);
}

/* Does the family have support functions that are not the server's? */
static bool
has_support(AsbSurface *surface, Oid family)
{
	ListCell   *cell;

	foreach(cell, surface->world->support)
	{
		if (((Form_pg_amproc) GETSTRUCT((HeapTuple) lfirst(cell)))->amprocfamily == family)
			return true;
	}
	return false;
}

/* An operator that the agent can name, in a family that is followed. */
static void
follow_operator(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbSurface *surface = argument;
	Form_pg_amop form = (Form_pg_amop) GETSTRUCT(row);
	AsbFunctionVerdict verdict;
	AsbActor	actor = {ASB_AGENT, ASB_AGENT, NULL};

	if (!has_support(surface, form->amopfamily))
		return;
	verdict = asb_function_decide(surface->role, get_opcode(form->amopopr));
	if (verdict != ASB_FUNCTION_GRANTED && verdict != ASB_FUNCTION_LISTED)
		return;
	actor = asb_actor_step(&actor, psprintf("operator %s", format_operator_qualified(form->amopopr)));
	follow_family(surface, &actor, form->amopfamily);
}

void
asb_follow_operators(AsbSurface *surface)
{
	if (surface->world->support != NIL)
		asb_world_scan(surface->world, AccessMethodOperatorRelationId, follow_operator, surface);
}
