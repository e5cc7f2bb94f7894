/*
 * arguments.h
 *	  Arguments that must not be null.  A function that does something is not
 *	  STRICT: it would do nothing and say nothing, and whoever closes,
 *	  revokes or completes would believe that it was done.
 */
#ifndef ASB_ARGUMENTS_H
#define ASB_ARGUMENTS_H

static inline void
asb_refuse_null(bool isnull, const char *names)
{
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", names)));
}

#endif							/* ASB_ARGUMENTS_H */
