/*
 * catalogs.h
 *	  The system catalogs that agents may read, and which rows of them.
 */
#ifndef ASB_CATALOGS_H
#define ASB_CATALOGS_H

#include "nodes/parsenodes.h"

#include "core/compat.h"

/* May agents read this column of this relation, seeing their own world only? */
extern bool asb_catalog_column_open(Oid relid, AttrNumber attnum);

/*
 * The condition that rows of a catalog with such columns are cut down to, palloc'd, and why it
 * is open; NULL if it is none.  And that of a view of information_schema that a
 * profile can open.
 */
extern char *asb_catalog_filter(Oid relid, const char **reason);
extern char *asb_catalog_information_schema_filter(Oid relid);

/* Is no more asked than to read one of the views of information_schema that a profile can open? */
extern bool asb_catalog_in_information_schema(const AsbAccess *access);

/*
 * Restricts an entry of an agent's range table to what the agent can reach, if
 * it is one of those catalogs or views.
 */
extern void asb_catalog_restrict(const Query *query, RangeTblEntry *rte, int rtindex);

/*
 * Changes a cast of a number through regtype to text, by which drivers ask for
 * the name of a type, so that it tells no name that the agent does not know.
 */
extern void asb_catalog_name_type(CoerceViaIO *cast);

#endif							/* ASB_CATALOGS_H */
