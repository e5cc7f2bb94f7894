/*
 * name.h
 *	  Names in an agent's text that it cannot reach.
 */
#ifndef ASB_NAME_H
#define ASB_NAME_H

#include "postgres_ext.h"

/* Why names are looked through. */
typedef enum AsbNameCause
{
	ASB_NAME_BEFORE,			/* nothing is wrong yet */
	ASB_NAME_ERROR,				/* something is */
	ASB_NAME_NOT_COLUMN,		/* ... and that may be a column, or a function in its place */
	ASB_NAME_TYPE				/* ... and that is a type that was refused */
} AsbNameCause;

typedef struct AsbName
{
	int			sqlerrcode;		/* of the error that tells that there is no such thing */
	char	   *object;			/* the name as the agent wrote it */
	char	   *message;
	const char *hint;			/* or NULL */
	int			position;		/* for errposition() */
	bool		columns_only;	/* can all be reached that are not names of columns? */
} AsbName;

/*
 * Looks through a statement for names that do not exist or cannot be reached,
 * which is the same to the role, and takes the one that stands first.  False
 * if there is none.  "source" is the whole text, "position" that of something
 * in the statement, or 0 for any of its statements; the text has been parsed
 * before without an error.
 */
extern bool asb_name_unreachable(Oid role, const char *source, int position, AsbNameCause cause,
								 AsbName *name);

#endif							/* ASB_NAME_H */
