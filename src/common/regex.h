/*
 * regex.h
 *	  ECMA-262 regular expressions that cannot be made to hang.
 *
 * A pattern (syntax and meaning of ECMA-262 with flag "u", as JSON Schema
 * recommends) is compiled into a complete deterministic automaton, so matching
 * costs one table look-up per character, whatever the pattern and the string.
 * Patterns for which no such automaton of bounded size exists (back
 * references, look-around, Unicode properties, explosive repetition) are
 * refused by the compiler with a reason.
 *
 * Pure C: used by the server, the unit tests and the fuzzers alike.
 */
#ifndef ASB_COMMON_REGEX_H
#define ASB_COMMON_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a pattern may cost; each is checked while compiling. */
#define ASB_REGEX_MAX_PATTERN	8192	/* bytes of pattern */
#define ASB_REGEX_MAX_NESTING	100 /* groups within groups */
#define ASB_REGEX_MAX_PROGRAM	16384	/* instructions, repeats unrolled */
#define ASB_REGEX_MAX_CLASSES	255 /* characters told apart */
#define ASB_REGEX_MAX_STATES	8192	/* states of the automaton */
#define ASB_REGEX_MAX_TABLE		(1 << 20)	/* entries of its table */
#define ASB_REGEX_MAX_POSITIONS	(1 << 22)	/* in all states together */
#define ASB_REGEX_MAX_WORK		(1 << 25)	/* steps taken to build it */

/* States with a fixed meaning: no match possible any more, matched already. */
#define ASB_REGEX_DEAD		0
#define ASB_REGEX_MATCHED	1

/*
 * A compiled pattern: one flat block of `size` bytes without pointers, so it
 * may be copied anywhere with memcpy.
 */
typedef struct AsbRegex
{
	uint32_t	size;
	uint32_t	nranges;		/* of characters beyond ASCII */
	uint16_t	nstates;
	uint16_t	start;
	uint16_t	shift;			/* a row of `next` has 1 << shift entries */
	uint8_t		ascii[128];		/* class of each ASCII character */
	uint32_t	range_first;	/* offsets in bytes from the block's start: */
	uint32_t	range_class;	/* ranges begin, each lasts to the next */
	uint32_t	next;			/* uint16_t [nstates][1 << shift] */
	uint32_t	final;			/* uint8_t [nstates]: matches at the end */
} AsbRegex;

/*
 * Compile a pattern of `len` bytes of UTF-8.  Returns a malloc'ed block, or
 * NULL with *why set to a constant string: what is wrong or not supported.
 */
extern AsbRegex *asb_regex_compile(const char *pattern, size_t len,
								   const char **why);

/* Does the pattern match anywhere in the string? */
extern bool asb_regex_match(const AsbRegex *re, const char *s, size_t len);

/*
 * How many strings of min to max characters match, in bits, rounded up
 * (common/bits.h): exact where that is cheap, else an upper bound.  Characters
 * are those that jsonb can hold.  Bounded in time whatever the pattern.
 */
#define ASB_REGEX_ANY_LENGTH INT64_MAX	/* as max */

extern double asb_regex_bits(const AsbRegex *re, int64_t min, int64_t max);

#endif							/* ASB_COMMON_REGEX_H */
