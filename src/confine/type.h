/*
 * type.h
 *	  The type gate: types whose values a sandboxed session may handle.
 */
#ifndef ASB_TYPE_H
#define ASB_TYPE_H

#include "confine/agent.h"

/* refusal of a type that may be known by its number only */
#define ASB_TYPE_NOT_GRANTED "values of a type that is not granted are not allowed"

/* hint of the refusal of types that name objects */
#define ASB_HINT_NAMES "Names of what can be used are allowed; see agentsandbox.tables and agentsandbox.columns."
#define ASB_HINT_XML "Use json or jsonb; of a table, name the other columns."

/* What to say when values of a type are refused: of types that name objects something else than of xml; or NULL. */
extern const char *asb_type_hint(Oid typid);

/*
 * The decision of this gate, for a role: a conversation, profile or pool role.
 * False for what must look as if it did not exist.
 */
extern bool asb_type_decide(Oid role, Oid typid);

/*
 * Does the type turn names into numbers and numbers into names: regclass and
 * kin?  Its values are closed, but constants of what the agent can reach.
 */
extern bool asb_type_names_objects(Oid typid);

/*
 * Refuses values of a type.  It may have been given by its number, so its name
 * is not told, unless it is the server's.
 */
extern void asb_type_refuse(Oid typid) pg_attribute_cold;

/*
 * Is a constant of such a type the name of something that the role can reach?
 */
extern bool asb_type_constant_reachable(Oid role, Oid typid, Oid object);

#endif							/* ASB_TYPE_H */
