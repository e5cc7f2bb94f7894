/*
 * surface.h
 *	  What the parts of the surface share: the rows found so far, and for whom.
 *
 * A surface is the finite list of all that a profile, or one conversation, can
 * reach.  Each part adds the rows of some classes; whether something can be
 * reached is asked of the gates.  A row is direct if the agent can name the
 * thing itself, and then its path tells what allows it; else the path begins
 * with ASB_THROUGH and tells by which steps something direct leads to it.
 */
#ifndef ASB_SURFACE_H
#define ASB_SURFACE_H

#include "session/session.h"

#define ASB_THROUGH "through "

/* Steps by which something is reached; never changed once made. */
typedef struct AsbPath
{
	Datum		array;			/* of text, made when first needed; 0: not yet */
	int			nsteps;
	const char *steps[FLEXIBLE_ARRAY_MEMBER];
} AsbPath;

typedef struct AsbSurfaceRow
{
	const char *class;
	const char *identity;
	const char *privilege;		/* these three may be NULL */
	const char *row_filter;
	const char *notes;
	AsbPath    *via;
} AsbSurfaceRow;

typedef struct AsbSurface
{
	Oid			role;			/* the gates are asked for: profile's or conversation's */
	const AsbProfile *profile;
	const AsbSession *conversation; /* NULL: of a profile */
	struct AsbWorld *world;		/* catalogs as they were at the start (world.h) */

	AsbSurfaceRow *rows;
	int64		nrows;
	int64		maxrows;

	Oid			deparsed;		/* see row_filter.c */
	struct HTAB *grantees;		/* see grant.c */
	struct HTAB *owners;		/* see follow_function.c */
	struct AsbFollow *follow;	/* see follow.h */
} AsbSurface;

/* Adds a row; the strings are not copied. */
extern void asb_surface_add(AsbSurface *surface, const char *class, const char *identity,
							const char *privilege, const char *row_filter,
							AsbPath *via, const char *notes);

/* A path with one more step; "before" may be NULL, the text is not copied. */
extern AsbPath *asb_path(const AsbPath *before, const char *step);

/*
 * Runs something that looks up catalogs, where an object may have been dropped
 * since the surface was begun; false if one had been.
 */
extern bool asb_surface_survives(void (*look_up) (void *argument), void *argument);

/* The same, and releases the locks that this took. */
extern bool asb_surface_looks_up(void (*look_up) (void *argument), void *argument);

/* The parts, in no order that matters but the last. */
extern void asb_surface_session(AsbSurface *surface);	/* all but objects */
extern void asb_surface_relations(AsbSurface *surface);
extern void asb_surface_functions(AsbSurface *surface); /* and operators */
extern void asb_surface_types(AsbSurface *surface);
extern void asb_surface_follow(AsbSurface *surface);	/* what those lead to */

#endif							/* ASB_SURFACE_H */
