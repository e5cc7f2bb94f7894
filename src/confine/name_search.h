/*
 * name_search.h
 *	  What has been found of the names in a statement, and what looking took.
 */
#ifndef ASB_NAME_SEARCH_H
#define ASB_NAME_SEARCH_H

#include "nodes/parsenodes.h"

typedef struct AsbNameSearch
{
	Oid			role;
	List	   *ctes;			/* names that stand for common table expressions */
	const RangeVar *target;		/* what the statement changes, which is none of them */
	List	   *relations;		/* OIDs of those that can be reached */
	List	   *references;		/* RangeVars, one for each */
	List	   *names;			/* by which the statement has them, one for each */
	List	   *typing;			/* every node that may give a literal in it a type, or a type that it takes */
	List	   *columns;		/* every ColumnRef, A_Indirection, InferClause and join with USING */
	bool		names_asked;	/* is the next known? */
	int			names_in_statement; /* what anything in it may be the name of (name_literal.c) */
	bool		failed;			/* did something? */
	bool		type_refused;	/* was it a type? */
	int			not_column;		/* byte offset of a ColumnRef that may be none, or -1 */

	/* what was found first, by its place in the text */
	int			location;		/* byte offset, -1: nothing yet */
	int			sqlerrcode;
	char	   *object;
	char	   *message;
	const char *hint;

	int64		work;			/* done so far; depends on the text and on what is known alone */
} AsbNameSearch;

/* all columns of a relation, whose number is not counted: it would tell of hidden ones */
#define ASB_NAME_ROW_WORK 100

/* A name that cannot be reached stands there; the first in the text counts. */
extern void asb_search_found(AsbNameSearch *search, int location, int sqlerrcode, char *object, char *message);

/* Would it change nothing if the name that stands there cannot be reached? */
extern bool asb_search_comes_later(const AsbNameSearch *search, int location);

/* Has looking taken too long? */
extern bool asb_search_too_much(const AsbNameSearch *search);

/* Is there enough left for more work? */
extern bool asb_search_spend(AsbNameSearch *search, int work);

/* Does it stand for a common table expression? */
extern bool asb_search_is_cte(const AsbNameSearch *search, const RangeVar *relation);

/* A function or, in OPERNAMENSP, an operator: is one of this name known? */
extern bool asb_search_callable_known(AsbNameSearch *search, int cacheid, const List *names);

/* What the statement calls a relation. */
extern const char *asb_search_alias(const RangeVar *relation);

#endif							/* ASB_NAME_SEARCH_H */
