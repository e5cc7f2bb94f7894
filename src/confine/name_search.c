/*
 * name_search.c
 *	  What has been found of the names in a statement, and what looking took.
 */
#include "postgres.h"

#include <limits.h>

#include "utils/syscache.h"

#include "confine/name_lookup.h"
#include "confine/name_search.h"

/*
 * Nothing interrupts us while an error is reported, so what takes time in
 * proportion to the square of a text ends here, in about a second.  Counted are
 * relations that a column is looked for in and names that one is compared with.
 */
#define MAX_WORK 5000000

/* a name of no function, which the server remembers in a list without an index */
#define UNKNOWN_FUNCTION_WORK 500

void
asb_search_found(AsbNameSearch *search, int location, int sqlerrcode, char *object, char *message)
{
	/* what has no place of its own comes last */
	if (location < 0)
		location = INT_MAX;
	if (search->location >= 0 && search->location <= location)
		return;
	search->location = location;
	search->sqlerrcode = sqlerrcode;
	search->object = object;
	search->message = message;
	search->hint = NULL;
}

bool
asb_search_comes_later(const AsbNameSearch *search, int location)
{
	return search->location >= 0 && (location < 0 || search->location <= location);
}

bool
asb_search_too_much(const AsbNameSearch *search)
{
	return search->work > MAX_WORK;
}

bool
asb_search_spend(AsbNameSearch *search, int work)
{
	search->work += work;
	return !asb_search_too_much(search);
}

bool
asb_search_is_cte(const AsbNameSearch *search, const RangeVar *relation)
{
	ListCell   *cell;

	foreach(cell, relation->schemaname || relation == search->target ? NIL : search->ctes)
	{
		if (strcmp(lfirst(cell), relation->relname) == 0)
			return true;
	}
	return false;
}

bool
asb_search_callable_known(AsbNameSearch *search, int cacheid, const List *names)
{
	if (asb_name_callable_known(search->role, cacheid, names))
		return true;
	(void) asb_search_spend(search, UNKNOWN_FUNCTION_WORK);
	return false;
}

const char *
asb_search_alias(const RangeVar *relation)
{
	return relation->alias ? relation->alias->aliasname : relation->relname;
}
