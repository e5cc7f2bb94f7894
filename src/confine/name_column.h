/*
 * name_column.h
 *	  Columns that an agent names, or means, and cannot reach.
 */
#ifndef ASB_NAME_COLUMN_H
#define ASB_NAME_COLUMN_H

#include "confine/name_search.h"

/* Columns of a relation, as many as "n" from the first on, are used without their names. */
extern void asb_search_unnamed(AsbNameSearch *search, Oid relid, int n, int location, const char *privilege);

/* The same for all columns of what stands in FROM; of no subquery, which gives its own. */
extern void asb_search_all_of(AsbNameSearch *search, Node *from, int location);

/* Does * stand alone among the targets?  It means all that is in FROM. */
extern void asb_search_star(AsbNameSearch *search, List *targets, List *from);

/* The columns that INSERT and UPDATE set. */
extern void asb_search_targets(AsbNameSearch *search, const RangeVar *relation, List *targets);

/*
 * The same in COPY, which has them as strings without a place and looks for
 * them when it is executed only, so that those there are not count here too.
 */
extern void asb_search_copied_columns(AsbNameSearch *search, const CopyStmt *copy, const List *columns);

/* All that is noted in "columns", once the relations of the statement are known. */
extern void asb_search_columns(AsbNameSearch *search);

/* How many columns a list of values, or a query, gives at most. */
extern int	asb_search_list_width(const List *values);
extern int	asb_search_width(const SelectStmt *select);

#endif							/* ASB_NAME_COLUMN_H */
