/*
 * surface_label.h
 *	  Rows about labels that a conversation gets by what it reaches.
 */
#ifndef ASB_SURFACE_LABEL_H
#define ASB_SURFACE_LABEL_H

#include "audit/surface.h"
#include "audit/world.h"

/* Reading the relation, or a column of it beyond that, raises labels. */
extern void asb_surface_label_relation(AsbSurface *surface, const AsbRelation *relation, AsbPath *via);
extern void asb_surface_label_column(AsbSurface *surface, const AsbRelation *relation,
									 AttrNumber attnum, AsbPath *via);

/* So does what INSERT, UPDATE and DELETE read; no columns stand for all of them. */
extern void asb_surface_label_writes(AsbSurface *surface, const AsbRelation *relation, AclMode privileges,
									 const Bitmapset *columns, AsbPath *via);

/* So does the function. */
extern void asb_surface_label_function(AsbSurface *surface, Oid funcid, const char *identity, AsbPath *via);

#endif							/* ASB_SURFACE_LABEL_H */
