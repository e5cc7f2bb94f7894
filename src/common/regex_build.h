/*
 * regex_build.h
 *	  Work in progress of compiling a regular expression.
 *	  Private to regex.c, regex_program.c and regex_classes.c.
 */
#ifndef ASB_COMMON_REGEX_BUILD_H
#define ASB_COMMON_REGEX_BUILD_H

#include "common/regex_ast.h"

typedef enum Opcode
{
	OP_SET,						/* a character of set x, go on at the next */
	OP_SPLIT,					/* go on at x and at y */
	OP_ASSERT,					/* if assertion x (an AsbRegexKind) holds, go on */
	OP_MATCH
} Opcode;

typedef struct AsbRegexInstruction
{
	Opcode		op;
	int			x,
				y;
} AsbRegexInstruction;

/* What came before the place where a state stands. */
typedef enum Before
{
	BEFORE_START,				/* nothing */
	BEFORE_OTHER,				/* a character that is not of a word */
	BEFORE_WORD
} Before;

/* What comes after it. */
typedef enum After
{
	AFTER_END,					/* nothing */
	AFTER_OTHER,
	AFTER_WORD
} After;

typedef struct State
{
	Before		before;
	int			first;			/* its positions in AsbRegexBuilder.positions */
	int			count;
} State;

typedef struct AsbRegexBuilder
{
	const AsbRegexAst *ast;
	const char *why;			/* first fault; NULL while all is well */

	AsbRegexInstruction *program;
	int			nprogram;

	uint32_t   *class_first;	/* first character of each range ... */
	uint8_t    *class_of;		/* ... and its class */
	int			nranges;
	int			nclasses;
	int			shift;			/* nclasses <= 1 << shift */
	uint8_t    *set_has;		/* [nsets][ASB_REGEX_MAX_CLASSES] */
	uint8_t		class_is_word[ASB_REGEX_MAX_CLASSES];

	State	   *states;
	int			nstates;
	int		   *positions;		/* of all states, one after the other */
	int			npositions;
	int			positions_allocated;
	uint16_t   *next;			/* [nstates][1 << shift] */
	uint8_t    *final;
	int		   *buckets;		/* hash of states: index, or -1 */

	int		   *stack;			/* scratch: [nprogram] each */
	int		   *seen;			/* seen[pc] == generation: visited */
	int			generation;
	int		   *gather;			/* positions being collected */
	int			ngather;
	int		   *closure;		/* character positions of the current state */
	int			nclosure;
	long		work;
} AsbRegexBuilder;

/* Note the first fault. */
extern void asb_regex_fault(AsbRegexBuilder *b, const char *why);

/* Zeroed memory; a fault and NULL if there is none. */
extern void *asb_regex_allocate(AsbRegexBuilder *b, size_t n, size_t size);

/* The tree becomes the program, repeats unrolled (regex_program.c). */
extern void asb_regex_build_program(AsbRegexBuilder *b);

/* Divide the characters into classes (regex_classes.c). */
extern void asb_regex_build_classes(AsbRegexBuilder *b);

#endif							/* ASB_COMMON_REGEX_BUILD_H */
