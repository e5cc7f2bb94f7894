/*
 * regex.c
 *	  From a parsed regular expression to a deterministic automaton, and the
 *	  matcher that runs it.
 *
 * Three steps: the tree becomes a program of four instructions, repeats
 * unrolled; the characters are divided into the classes that the program tells
 * apart; the sets of program positions reachable after some input become the
 * states (subset construction).  All is done at compile time and within the
 * limits of regex.h, so matching has no case that is slow.
 *
 * A state is the set of positions that wait for a character or an assertion,
 * plus what the previous character was, which assertions need to know.  An
 * assertion is decided when the next character is known.
 */
#include "common/regex.h"

#include <stdlib.h>
#include <string.h>

#include "common/regex_build.h"
#include "common/utf8.h"

#define HASH_SIZE	(2 * ASB_REGEX_MAX_STATES)

void
asb_regex_fault(AsbRegexBuilder *b, const char *why)
{
	if (b->why == NULL)
		b->why = why;
}

void *
asb_regex_allocate(AsbRegexBuilder *b, size_t n, size_t size)
{
	void	   *result = calloc(n ? n : 1, size);

	if (result == NULL)
		asb_regex_fault(b, "out of memory");
	return result;
}

/* ---- states ---- */

/*
 * Gather the positions reachable from pc without reading anything and without
 * deciding an assertion.  b->generation tells what has been gathered already.
 */
static void
gather(AsbRegexBuilder *b, int pc)
{
	int			depth = 0;

	if (b->seen[pc] == b->generation)
		return;
	b->seen[pc] = b->generation;
	b->stack[depth++] = pc;
	while (depth > 0)
	{
		AsbRegexInstruction *i = &b->program[pc = b->stack[--depth]];

		b->work++;
		if (i->op != OP_SPLIT)
		{
			b->gather[b->ngather++] = pc;
			continue;
		}
		if (b->seen[i->x] != b->generation)
		{
			b->seen[i->x] = b->generation;
			b->stack[depth++] = i->x;
		}
		if (b->seen[i->y] != b->generation)
		{
			b->seen[i->y] = b->generation;
			b->stack[depth++] = i->y;
		}
	}
}

static bool
assertion_holds(AsbRegexKind kind, Before before, After after)
{
	switch (kind)
	{
		case ASB_RE_BEGIN:
			return before == BEFORE_START;
		case ASB_RE_END:
			return after == AFTER_END;
		case ASB_RE_WORD:
			return (before == BEFORE_WORD) != (after == AFTER_WORD);
		default:
			return (before == BEFORE_WORD) == (after == AFTER_WORD);
	}
}

/*
 * Decide a state's assertions given what comes next: the positions that then
 * wait for a character go to b->closure.  True if there is a match at once.
 */
static bool
decide(AsbRegexBuilder *b, const State *state, After after)
{
	b->generation++;
	b->ngather = 0;
	b->nclosure = 0;
	for (int i = 0; i < state->count; i++)
		gather(b, b->positions[state->first + i]);
	for (int i = 0; i < b->ngather; i++)
	{
		AsbRegexInstruction *in = &b->program[b->gather[i]];

		if (in->op == OP_MATCH)
			return true;
		if (in->op == OP_SET)
			b->closure[b->nclosure++] = b->gather[i];
		else if (assertion_holds(in->x, state->before, after))
			gather(b, b->gather[i] + 1);
	}
	return false;
}

static int
compare_positions(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

/*
 * The state for the positions in b->gather, made if it is new.
 */
static uint16_t
find_state(AsbRegexBuilder *b, Before before)
{
	uint64_t	hash = before;
	int			n = 0;

	for (int i = 0; i < b->ngather; i++)
	{
		AsbRegexInstruction *in = &b->program[b->gather[i]];

		if (in->op == OP_MATCH)
			return ASB_REGEX_MATCHED;
		/* ^ can only hold at the start */
		if (in->op == OP_ASSERT && in->x == ASB_RE_BEGIN && before != BEFORE_START)
			continue;
		b->gather[n++] = b->gather[i];
	}
	b->ngather = n;
	if (n == 0)
		return ASB_REGEX_DEAD;
	qsort(b->gather, n, sizeof(int), compare_positions);
	for (int i = 0; i < n; i++)
		hash = (hash ^ b->gather[i]) * UINT64_C(0x100000001B3);
	hash ^= hash >> 32;
	b->work += n;

	for (;; hash++)
	{
		int			index = b->buckets[hash % HASH_SIZE];
		State	   *s;

		if (index < 0)
			break;
		s = &b->states[index];
		if (s->before == before && s->count == n &&
			memcmp(b->positions + s->first, b->gather, n * sizeof(int)) == 0)
			return index;
	}
	if (b->nstates >= ASB_REGEX_MAX_STATES ||
		(b->nstates + 1) << b->shift > ASB_REGEX_MAX_TABLE ||
		b->npositions + n > ASB_REGEX_MAX_POSITIONS)
	{
		asb_regex_fault(b, "it is too complex");
		return ASB_REGEX_DEAD;
	}
	while (b->npositions + n > b->positions_allocated)
	{
		int		   *bigger = realloc(b->positions, 2 * sizeof(int) *
									 b->positions_allocated);

		if (bigger == NULL)
		{
			asb_regex_fault(b, "out of memory");
			return ASB_REGEX_DEAD;
		}
		b->positions = bigger;
		b->positions_allocated *= 2;
	}
	b->buckets[hash % HASH_SIZE] = b->nstates;
	b->states[b->nstates] = (State) {before, b->npositions, n};
	memcpy(b->positions + b->npositions, b->gather, n * sizeof(int));
	b->npositions += n;
	return b->nstates++;
}

/* Fill in the row of one state. */
static void
build_row(AsbRegexBuilder *b, int index)
{
	State		state = b->states[index];
	uint16_t   *row = b->next + ((size_t) index << b->shift);

	b->final[index] = decide(b, &state, AFTER_END);
	for (After after = AFTER_OTHER; after <= AFTER_WORD; after++)
	{
		bool		matched = decide(b, &state, after);

		for (int k = 0; k < b->nclasses && b->why == NULL; k++)
		{
			Before		before = b->class_is_word[k] ? BEFORE_WORD : BEFORE_OTHER;

			if (b->class_is_word[k] != (after == AFTER_WORD))
				continue;
			if (matched)
			{
				row[k] = ASB_REGEX_MATCHED;
				continue;
			}
			b->generation++;
			b->ngather = 0;
			gather(b, 0);		/* a match may begin anywhere */
			for (int i = 0; i < b->nclosure; i++)
				if (b->set_has[b->program[b->closure[i]].x *
							   ASB_REGEX_MAX_CLASSES + k])
					gather(b, b->closure[i] + 1);
			b->work += b->nclosure;
			if (b->work > ASB_REGEX_MAX_WORK)
				asb_regex_fault(b, "it is too complex");
			row[k] = find_state(b, before);
		}
	}
}

static void
build_states(AsbRegexBuilder *b, uint16_t *start)
{
	int			n = b->nprogram;

	b->states = asb_regex_allocate(b, ASB_REGEX_MAX_STATES, sizeof(State));
	b->next = asb_regex_allocate(b, ASB_REGEX_MAX_TABLE, sizeof(uint16_t));
	b->final = asb_regex_allocate(b, ASB_REGEX_MAX_STATES, 1);
	b->buckets = asb_regex_allocate(b, HASH_SIZE, sizeof(int));
	b->stack = asb_regex_allocate(b, n + 1, sizeof(int));
	b->seen = asb_regex_allocate(b, n, sizeof(int));
	b->gather = asb_regex_allocate(b, n, sizeof(int));
	b->closure = asb_regex_allocate(b, n, sizeof(int));
	b->positions_allocated = 1024;
	b->positions = asb_regex_allocate(b, b->positions_allocated, sizeof(int));
	if (b->why != NULL)
		return;
	memset(b->buckets, -1, HASH_SIZE * sizeof(int));

	while (b->nclasses > 1 << b->shift)
		b->shift++;
	b->nstates = 2;				/* dead and matched */
	b->final[ASB_REGEX_MATCHED] = true;
	for (int k = 0; k < b->nclasses; k++)
		b->next[(1 << b->shift) + k] = ASB_REGEX_MATCHED;
	b->generation++;
	b->ngather = 0;
	gather(b, 0);
	*start = find_state(b, BEFORE_START);
	for (int i = 2; i < b->nstates && b->why == NULL; i++)
		build_row(b, i);
}

/* ---- the result ---- */

static uint32_t
reserve(uint32_t *size, size_t bytes)
{
	uint32_t	offset = *size;

	*size += (bytes + 7) & ~(size_t) 7;
	return offset;
}

static AsbRegex *
assemble(AsbRegexBuilder *b, uint16_t start)
{
	AsbRegex	head = {.nstates = b->nstates, .shift = b->shift,
	.start = start, .nranges = b->nranges};
	AsbRegex   *re;
	size_t		table = (sizeof(uint16_t) * b->nstates) << b->shift;
	int			range = 0;

	reserve(&head.size, sizeof(AsbRegex));
	head.range_first = reserve(&head.size, sizeof(uint32_t) * b->nranges);
	head.range_class = reserve(&head.size, b->nranges);
	head.next = reserve(&head.size, table);
	head.final = reserve(&head.size, b->nstates);
	for (uint32_t c = 0; c < 128; c++)
	{
		while (range + 1 < b->nranges && b->class_first[range + 1] <= c)
			range++;
		head.ascii[c] = b->class_of[range];
	}
	re = asb_regex_allocate(b, 1, head.size);
	if (re == NULL)
		return NULL;
	*re = head;
	memcpy((char *) re + head.range_first, b->class_first,
		   sizeof(uint32_t) * b->nranges);
	memcpy((char *) re + head.range_class, b->class_of, b->nranges);
	memcpy((char *) re + head.next, b->next, table);
	memcpy((char *) re + head.final, b->final, b->nstates);
	return re;
}

AsbRegex *
asb_regex_compile(const char *pattern, size_t len, const char **why)
{
	AsbRegexAst ast;
	AsbRegexBuilder		b = {.ast = &ast};
	AsbRegex   *re = NULL;
	uint16_t	start = ASB_REGEX_DEAD;

	if (asb_regex_parse(pattern, len, &ast, why))
	{
		asb_regex_build_program(&b);
		if (b.why == NULL)
			asb_regex_build_classes(&b);
		if (b.why == NULL)
			build_states(&b, &start);
		if (b.why == NULL)
			re = assemble(&b, start);
		*why = b.why;
	}
	asb_regex_ast_free(&ast);
	free(b.program);
	free(b.class_first);
	free(b.class_of);
	free(b.set_has);
	free(b.states);
	free(b.positions);
	free(b.next);
	free(b.final);
	free(b.buckets);
	free(b.stack);
	free(b.seen);
	free(b.gather);
	free(b.closure);
	return re;
}

/* Class of a character beyond ASCII: the last range that begins before it. */
static uint8_t
wide_class(const AsbRegex *re, uint32_t c)
{
	const uint32_t *first = (const uint32_t *) ((const char *) re + re->range_first);
	const uint8_t *class = (const uint8_t *) re + re->range_class;
	uint32_t	low = 0,
				high = re->nranges;

	while (high - low > 1)
	{
		uint32_t	mid = (low + high) / 2;

		if (first[mid] <= c)
			low = mid;
		else
			high = mid;
	}
	return class[low];
}

bool
asb_regex_match(const AsbRegex *re, const char *s, size_t len)
{
	const uint16_t *next = (const uint16_t *) ((const char *) re + re->next);
	const uint8_t *final = (const uint8_t *) re + re->final;
	const char *end = s + len;
	unsigned	state = re->start;

	while (s < end && state > ASB_REGEX_MATCHED)
	{
		unsigned	class;

		if ((unsigned char) *s < 0x80)
			class = re->ascii[(unsigned char) *s++];
		else
			class = wide_class(re, asb_utf8_next(&s, end));
		state = next[state << re->shift | class];
	}
	return final[state];
}
