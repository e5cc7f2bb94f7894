/*
 * name_lookup.h
 *	  What a name in an agent's text finds, and whether the role may know of it.
 */
#ifndef ASB_NAME_LOOKUP_H
#define ASB_NAME_LOOKUP_H

#include "nodes/pg_list.h"
#include "nodes/primnodes.h"

/*
 * The schemas in which a name is looked for, in order: that which it says, if
 * the role may look there, or (NULL) the search path.
 */
extern List *asb_name_schemas(Oid role, const char *schema);

/* The relation that a name finds, InvalidOid if none. */
extern Oid	asb_name_relation(Oid role, const RangeVar *relation);
extern bool asb_name_relation_known(Oid role, Oid relid);

/* Is a text, as a literal of type regclass has it, the name of a relation that is known? */
extern bool asb_name_text_known(Oid role, const char *text);

/*
 * How many columns stand before the first one that is hidden; INT_MAX if none
 * of the relation's is.
 */
extern int	asb_name_columns_before_hidden(Oid role, Oid relid);

/* Is the column in one of the relations, but open in none?  Is it in one, and granted? */
extern bool asb_name_column_hidden(Oid role, const char *column, const List *relations);
extern bool asb_name_column_known(Oid role, const char *column, const List *relations);

/* Is there a function (PROCNAMEARGSNSP) or operator (OPERNAMENSP) of the name that is not hidden? */
extern bool asb_name_callable_known(Oid role, int cacheid, const List *names);

/* The type that a name finds, InvalidOid if none. */
extern Oid	asb_name_type(Oid role, const List *names);

/* Is the first that the name finds the server's? */
extern bool asb_name_collation_known(Oid role, const List *names);
extern bool asb_name_operator_class_known(Oid role, const List *names);

#endif							/* ASB_NAME_LOOKUP_H */
