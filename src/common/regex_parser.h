/*
 * regex_parser.h
 *	  Work in progress of parsing a regular expression.
 *	  Private to regex_parse.c and regex_characters.c.
 */
#ifndef ASB_COMMON_REGEX_PARSER_H
#define ASB_COMMON_REGEX_PARSER_H

#include "common/regex_ast.h"

typedef struct AsbRegexParser
{
	const char *p;				/* next byte */
	const char *end;
	AsbRegexAst *ast;
	int			nodes_allocated;
	int			sets_allocated;
	int			nesting;
	const char *why;			/* first fault; NULL while all is well */
} AsbRegexParser;

/* Note the first fault; returns "no node" for the caller to return. */
extern int	asb_regex_parse_fault(AsbRegexParser *ps, const char *why);

/* Make room for one more element; false when memory is out. */
extern bool asb_regex_grow(AsbRegexParser *ps, void **array, int used,
						   int *allocated, size_t size);

extern int	asb_regex_new_node(AsbRegexParser *ps, AsbRegexKind kind);

/* What one character is matched against (regex_characters.c), each a node: */
extern int	asb_regex_parse_class(AsbRegexParser *ps);	/* after "[" */
extern int	asb_regex_parse_escape(AsbRegexParser *ps); /* after a backslash */
extern int	asb_regex_parse_dot(AsbRegexParser *ps);	/* after "." */
extern int	asb_regex_single_character(AsbRegexParser *ps, long c);

/* Is this the next byte? */
static inline bool
asb_regex_at(AsbRegexParser *ps, char c)
{
	return ps->p < ps->end && *ps->p == c;
}

/* Step over it if it is. */
static inline bool
asb_regex_accept(AsbRegexParser *ps, char c)
{
	if (!asb_regex_at(ps, c))
		return false;
	ps->p++;
	return true;
}

#endif							/* ASB_COMMON_REGEX_PARSER_H */
