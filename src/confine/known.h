/*
 * known.h
 *	  What of the database an agent knows.
 */
#ifndef ASB_KNOWN_H
#define ASB_KNOWN_H

/* Is there such a schema, and can the role use it? */
extern bool asb_knows_schema(Oid role, Oid nspoid);

/* Can the role use the relation, and name it? */
extern bool asb_knows_relation(Oid role, Oid relid);

#endif							/* ASB_KNOWN_H */
