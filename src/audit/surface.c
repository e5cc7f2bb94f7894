/*
 * surface.c
 *	  agentsandbox.surface(): the finite list of all that can be reached.
 *
 * The parts collect rows in memory; here they are sorted, doubles dropped, and
 * returned.  The order is that of the bytes, whatever the database's locale,
 * so that a listing can be compared with an earlier one.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "audit/surface.h"
#include "audit/world.h"
#include "core/arguments.h"
#include "core/compat.h"
#include "core/contained.h"

void
asb_surface_add(AsbSurface *surface, const char *class, const char *identity,
				const char *privilege, const char *row_filter,
				AsbPath *via, const char *notes)
{
	if (surface->nrows == surface->maxrows)
	{
		Size		size;

		surface->maxrows = Max(1024, surface->maxrows * 2);
		size = surface->maxrows * sizeof(AsbSurfaceRow);
		surface->rows = surface->rows ? repalloc_huge(surface->rows, size) :
			MemoryContextAllocHuge(CurrentMemoryContext, size);
	}
	surface->rows[surface->nrows++] = (AsbSurfaceRow) {
		.class = class,
		.identity = identity,
		.privilege = privilege,
		.row_filter = row_filter,
		.notes = notes,
		.via = via
	};
}

AsbPath *
asb_path(const AsbPath *before, const char *step)
{
	int			n = before ? before->nsteps : 0;
	AsbPath    *path = palloc(offsetof(AsbPath, steps) + (n + 1) * sizeof(char *));

	path->array = (Datum) 0;
	path->nsteps = n + 1;
	for (int i = 0; i < n; i++)
		path->steps[i] = before->steps[i];
	path->steps[n] = step;
	return path;
}

/* Errors that say that an object is not there, or not any more. */
static bool
is_about_absence(int sqlerrcode)
{
	switch (sqlerrcode)
	{
		case ERRCODE_INTERNAL_ERROR:	/* "cache lookup failed" and kin */
		case ERRCODE_UNDEFINED_COLUMN:
		case ERRCODE_UNDEFINED_FUNCTION:
		case ERRCODE_UNDEFINED_OBJECT:
		case ERRCODE_UNDEFINED_TABLE:
		case ERRCODE_UNDEFINED_SCHEMA:
		case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:	/* a wrapper without handler */
			return true;
		default:
			return false;
	}
}

bool
asb_surface_survives(void (*look_up) (void *argument), void *argument)
{
	return asb_contained_if(look_up, argument, is_about_absence);
}

bool
asb_surface_looks_up(void (*look_up) (void *argument), void *argument)
{
	return asb_contained_undone(look_up, argument, is_about_absence);
}

/* Nulls come last. */
static int
compare_texts(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (a == NULL || b == NULL)
		return a == NULL ? 1 : -1;
	return strcmp(a, b);
}

static int
compare_paths(const AsbPath *a, const AsbPath *b)
{
	int			result = 0;

	if (a == b)
		return 0;
	for (int i = 0; result == 0 && i < Min(a->nsteps, b->nsteps); i++)
		result = compare_texts(a->steps[i], b->steps[i]);
	return result ? result : a->nsteps - b->nsteps;
}

static int
compare_rows(const void *a, const void *b)
{
	const AsbSurfaceRow *x = a;
	const AsbSurfaceRow *y = b;
	int			result = compare_texts(x->class, y->class);

	if (result == 0)
		result = compare_texts(x->identity, y->identity);
	if (result == 0)
		result = compare_texts(x->privilege, y->privilege);
	if (result == 0)
		result = compare_texts(x->row_filter, y->row_filter);
	if (result == 0)
		result = compare_paths(x->via, y->via);
	if (result == 0)
		result = compare_texts(x->notes, y->notes);
	return result;
}

static Datum
path_array(AsbPath *path)
{
	Datum	   *steps;

	if (path->array != (Datum) 0)
		return path->array;
	steps = palloc(path->nsteps * sizeof(Datum));
	for (int i = 0; i < path->nsteps; i++)
		steps[i] = CStringGetTextDatum(path->steps[i]);
	path->array = PointerGetDatum(construct_array(steps, path->nsteps, TEXTOID,
												  -1, false, TYPALIGN_INT));
	return path->array;
}

static void
return_row(ReturnSetInfo *result, const AsbSurfaceRow *row)
{
	const char *texts[6] = {row->class, row->identity, row->privilege,
	row->row_filter, NULL, row->notes};
	Datum		values[6];
	bool		nulls[6];

	for (int i = 0; i < lengthof(texts); i++)
	{
		nulls[i] = texts[i] == NULL;
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
	}
	values[4] = path_array(row->via);
	nulls[4] = false;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	for (int i = 0; i < lengthof(texts); i++)
	{
		if (texts[i])
			pfree(DatumGetPointer(values[i]));
	}
}

static void
return_surface(FunctionCallInfo fcinfo, AsbSurface *surface)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "agentsandbox surface",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext;

	InitMaterializedSRF(fcinfo, 0);
	oldcontext = MemoryContextSwitchTo(context);

	surface->world = asb_world_read();
	asb_surface_session(surface);
	asb_surface_relations(surface);
	asb_surface_functions(surface);
	asb_surface_types(surface);
	asb_surface_follow(surface);
	asb_world_close(surface->world);

	qsort(surface->rows, surface->nrows, sizeof(AsbSurfaceRow), compare_rows);
	for (int64 i = 0; i < surface->nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i == 0 || compare_rows(&surface->rows[i - 1], &surface->rows[i]) != 0)
			return_row(result, &surface->rows[i]);
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
}

ASB_FUNCTION(asb_surface_of_profile);

/* surface(profile name) returns table (...) */
Datum
asb_surface_of_profile(PG_FUNCTION_ARGS)
{
	const char *name;
	AsbProfile	profile;
	AsbSurface	surface = {.profile = &profile};

	asb_refuse_null(PG_ARGISNULL(0), "profile");
	name = NameStr(*PG_GETARG_NAME(0));
	surface.role = get_role_oid(name, true);
	if (!OidIsValid(surface.role) || !asb_profile_find(surface.role, &profile))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("profile \"%s\" does not exist in this database", name),
				 errhint("agentsandbox.profiles lists those that exist; agentsandbox.create_profile() makes one.")));
	return_surface(fcinfo, &surface);
	return (Datum) 0;
}

ASB_FUNCTION(asb_surface_of_conversation);

/* surface(conversation uuid) returns table (...) */
Datum
asb_surface_of_conversation(PG_FUNCTION_ARGS)
{
	AsbSession	session;
	AsbSurface	surface = {.profile = &session.profile, .conversation = &session};

	asb_refuse_null(PG_ARGISNULL(0), "conversation");
	asb_session_describe(PG_GETARG_UUID_P(0), &session);
	surface.role = session.role;
	return_surface(fcinfo, &surface);
	return (Datum) 0;
}
