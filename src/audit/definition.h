/*
 * definition.h
 *	  What functions, relations and types say, as a digest.
 */
#ifndef ASB_DEFINITION_H
#define ASB_DEFINITION_H

#include "catalog/pg_aggregate.h"

#include "audit/surface.h"
#include "audit/world.h"

/*
 * For the end of notes: "; SHA-256 of its definition ...", or nothing for what
 * has none, is the server's or comes with the extension.
 */
extern const char *asb_function_digest(AsbSurface *surface, AsbFunction *function);
extern const char *asb_type_digest(AsbSurface *surface, Oid typid);

/* ... of what it says for those who read it, or who write it. */
extern const char *asb_relation_digest(AsbSurface *surface, AsbRelation *relation, AclMode privilege);

/* The functions that an aggregate is made of, InvalidOid for those that it does not have. */
#define ASB_AGGREGATE_PARTS 8

extern void asb_aggregate_parts(const FormData_pg_aggregate *form, Oid *parts);

#endif							/* ASB_DEFINITION_H */
