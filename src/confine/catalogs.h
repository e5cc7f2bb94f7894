/*
 * catalogs.h
 *	  The system catalogs that agents may read, and which rows of them.
 */
#ifndef ASB_CATALOGS_H
#define ASB_CATALOGS_H

#include "nodes/parsenodes.h"

#include "core/compat.h"

/* May agents name this column of this relation, seeing their own world only?  Does the role see nulls in it then? */
extern bool asb_catalog_column_open(Oid relid, AttrNumber attnum);
extern bool asb_catalog_column_blank(Oid role, Oid relid, AttrNumber attnum);

/* Does the role see in it what fits any type: nulls, or numbers of functions that it knows? */
extern bool asb_catalog_column_made(Oid role, Oid relid, AttrNumber attnum);

/*
 * The condition that rows of a catalog with such columns are cut down to, and
 * why it is open; NULL if it is none.  And that of a view of information_schema
 * that a profile can open.
 */
extern const char *asb_catalog_filter(Oid role, Oid relid, const char **reason);
extern const char *asb_catalog_information_schema_filter(Oid relid);

/* Is no more asked than to read one of the views of information_schema that a profile can open? */
extern bool asb_catalog_in_information_schema(const AsbAccess *access);

/*
 * Restricts an entry of an agent's range table to what the agent can reach, if
 * it is one of those catalogs or views.
 */
extern void asb_catalog_restrict(Oid role, const Query *query, RangeTblEntry *rte);

/* Is it a subquery that this has put in the place of an entry? */
extern bool asb_catalog_is_replacement(const Query *query);

#endif							/* ASB_CATALOGS_H */
