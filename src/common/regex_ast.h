/*
 * regex_ast.h
 *	  What the regular expression parser hands to the automaton builder.
 *	  Private to regex_parse.c and regex.c.
 */
#ifndef ASB_COMMON_REGEX_AST_H
#define ASB_COMMON_REGEX_AST_H

#include "common/regex.h"

#define ASB_REGEX_NONE		(-1)	/* no such node */
#define ASB_REGEX_INFINITY	(-1)	/* as a repeat's upper bound */
#define ASB_MAX_CODEPOINT	0x10FFFF

typedef enum AsbRegexKind
{
	ASB_RE_SET,					/* one character of sets[set] */
	ASB_RE_CAT,					/* children one after the other; may have none */
	ASB_RE_ALT,					/* one of the children */
	ASB_RE_REPEAT,				/* its only child, min to max times */
	ASB_RE_BEGIN,				/* ^ */
	ASB_RE_END,					/* $ */
	ASB_RE_WORD,				/* \b */
	ASB_RE_NOT_WORD				/* \B */
} AsbRegexKind;

typedef struct AsbRegexNode
{
	AsbRegexKind kind;
	int			child;			/* first child */
	int			next;			/* next sibling */
	int			min,
				max;			/* of a repeat */
	int			set;
} AsbRegexNode;

/* A set of characters: ranges sorted, apart from each other. */
typedef struct AsbRegexRange
{
	uint32_t	first,
				last;
} AsbRegexRange;

typedef struct AsbRegexSet
{
	AsbRegexRange *ranges;
	int			nranges;
	int			allocated;
} AsbRegexSet;

typedef struct AsbRegexAst
{
	AsbRegexNode *nodes;
	int			nnodes;
	AsbRegexSet *sets;
	int			nsets;
	int			root;
	bool		uses_word;		/* has \b or \B */
} AsbRegexAst;

/* Returns false with *why set.  Free the result in both cases. */
extern bool asb_regex_parse(const char *pattern, size_t len, AsbRegexAst *ast,
							const char **why);
extern void asb_regex_ast_free(AsbRegexAst *ast);

/* [A-Za-z0-9_], the word characters of \w and \b */
extern bool asb_regex_is_word(uint32_t c);

#endif							/* ASB_COMMON_REGEX_AST_H */
