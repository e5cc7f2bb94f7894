/*
 * surface_relation.h
 *	  Rows about relations and their columns.
 */
#ifndef ASB_SURFACE_RELATION_H
#define ASB_SURFACE_RELATION_H

#include "audit/surface.h"
#include "audit/world.h"

/* Those that rows tell of. */
#define ASB_PRIVILEGES 5
extern const AclMode asb_privileges[ASB_PRIVILEGES];

/* "relation" or "sequence". */
extern const char *asb_relation_class(const AsbRelation *relation);

/* "table", "view" and so on, with a digest of what counts for the privilege. */
extern const char *asb_relation_kind(AsbSurface *surface, AsbRelation *relation, AclMode privilege);

/* The type of a column; NULL for those that come with the server or the extension. */
extern const char *asb_column_kind(AsbSurface *surface, const AsbRelation *relation, AttrNumber attnum);

/* "SELECT" and so on, for one privilege. */
extern const char *asb_privilege_text(AclMode privilege);

/*
 * Adds the row of a relation and a privilege, and those of its columns in
 * "columns", counted as in RangeTblEntry.selectedCols; NULL for all.
 */
extern void asb_surface_add_relation(AsbSurface *surface, AsbRelation *relation, AclMode privilege,
									 const Bitmapset *columns, const char *row_filter, AsbPath *via);

/* Adds what is granted of a relation, and what that leads to; surface_granted.c. */
extern void asb_surface_granted(AsbSurface *surface, AsbRelation *relation);

#endif							/* ASB_SURFACE_RELATION_H */
