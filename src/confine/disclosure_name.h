/*
 * disclosure_name.h
 *	  What errors tell of names: for disclosure.c.
 */
#ifndef ASB_DISCLOSURE_NAME_H
#define ASB_DISCLOSURE_NAME_H

#include "postgres_ext.h"
#include "utils/elog.h"

static inline bool
asb_starts_with(const char *text, const char *prefix)
{
	return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Puts other words into an error; "hint" may be NULL, and there is no detail. */
extern void asb_disclosure_say(ErrorData *error, int sqlerrcode, const char *message, const char *hint);

/* The words of the gate about a type that is not granted. */
extern void asb_disclosure_say_type(ErrorData *error);

/* Does an error name a type that the role cannot reach? */
extern bool asb_disclosure_tells_type(Oid role, const ErrorData *error);

/*
 * Replaces what an error of the analysis of "source" says of names by what it
 * would say of any.  Reads catalogs.
 */
extern void asb_disclosure_hide_names(Oid role, const char *source, ErrorData *error);

#endif							/* ASB_DISCLOSURE_NAME_H */
