/*
 * definition.h
 *	  What a function, a view, rules and triggers say, as a digest.
 */
#ifndef ASB_DEFINITION_H
#define ASB_DEFINITION_H

#include "audit/surface.h"
#include "audit/world.h"

/*
 * For the end of notes: "; SHA-256 of its definition ...", or nothing for what
 * has none, is the server's or comes with the extension.
 */
extern const char *asb_function_digest(AsbFunction *function);
extern const char *asb_relation_digest(AsbSurface *surface, AsbRelation *relation);

#endif							/* ASB_DEFINITION_H */
