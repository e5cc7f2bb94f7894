/*
 * regex_count.c
 *	  How many strings a regular expression matches, in bits.
 *
 * A compiled pattern is a complete deterministic automaton, so each string is
 * exactly one path through it: the strings of length k that match are the paths
 * of length k from the start to a final state, each step weighted by the number
 * of characters that take it.
 */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "common/bits.h"
#include "common/regex.h"

/* Beyond so many multiplications a coarser bound is good enough. */
#define MAX_WORK 1000000

/* Numbers of paths are kept below this by taking out powers of two. */
#define SCALE_BITS 512

/* Whole numbers below this are exact in a double. */
#define EXACT_LIMIT 9007199254740992.0	/* 2^53 */

typedef struct Edge
{
	uint16_t	from;
	uint16_t	to;
	double		characters;		/* how many take it, a whole number */
} Edge;

typedef struct Counter
{
	const AsbRegex *re;
	const uint8_t *final;
	double		characters[256];	/* in each class */
	Edge	   *edges;			/* at most one a pair of states */
	int			nedges;
	uint8_t    *live;			/* states from which a final one can be reached */
	int			nlive;
	int		   *scratch;		/* [nstates] */
	double	   *now;			/* paths to each state, times 2^-scale */
	double	   *next;
	double		scale;
} Counter;

/* Characters from first to last that jsonb can hold: no NUL, no surrogates. */
static double
count_characters(uint32_t first, uint32_t last)
{
	double		n = (double) last - first + 1;
	uint32_t	low = first > 0xD800 ? first : 0xD800;
	uint32_t	high = last < 0xDFFF ? last : 0xDFFF;

	if (low <= high)
		n -= high - low + 1;
	return first == 0 ? n - 1 : n;
}

static void
count_classes(Counter *c)
{
	const AsbRegex *re = c->re;
	const uint32_t *first = (const uint32_t *) ((const char *) re + re->range_first);
	const uint8_t *class = (const uint8_t *) re + re->range_class;

	for (uint32_t i = 0; i < re->nranges; i++)
		c->characters[class[i]] +=
			count_characters(first[i], i + 1 < re->nranges ? first[i + 1] - 1 : 0x10FFFF);
}

/*
 * One edge for all the classes that lead from one state to another.  Every state
 * can be reached, but for the one that is matched already, which comes first.
 */
static void
collect_edges(Counter *c)
{
	const AsbRegex *re = c->re;
	const uint16_t *next = (const uint16_t *) ((const char *) re + re->next);
	int		   *edge_to = c->scratch;	/* the last edge to a state */

	memset(edge_to, -1, sizeof(int) * re->nstates);
	for (int from = re->nstates - 1; from > ASB_REGEX_DEAD; from--)
	{
		int			first = c->nedges;

		if (from == ASB_REGEX_MATCHED && edge_to[from] < 0 && from != re->start)
			break;

		for (int k = 0; k < 1 << re->shift; k++)
		{
			int			to = next[from << re->shift | k];

			if (c->characters[k] == 0 || to == ASB_REGEX_DEAD)
				continue;
			if (edge_to[to] < first)
			{
				edge_to[to] = c->nedges;
				c->edges[c->nedges++] = (Edge) {from, to, 0};
			}
			c->edges[edge_to[to]].characters += c->characters[k];
		}
	}
}

static int
compare_targets(const void *a, const void *b)
{
	return (int) ((const Edge *) a)->to - (int) ((const Edge *) b)->to;
}

/* Walk back from the final states, and forget the edges that lead nowhere. */
static void
find_live(Counter *c)
{
	int		   *waiting = c->scratch;
	int			nwaiting = 0;
	int			kept = 0;

	qsort(c->edges, c->nedges, sizeof(Edge), compare_targets);
	for (int s = 0; s < c->re->nstates; s++)
		if (c->final[s])
		{
			c->live[s] = 1;
			waiting[nwaiting++] = s;
		}
	c->nlive = nwaiting;
	while (nwaiting > 0)
	{
		int			to = waiting[--nwaiting];
		int			low = 0,
					high = c->nedges;

		while (low < high)
		{
			int			mid = (low + high) / 2;

			if (c->edges[mid].to < to)
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < c->nedges && c->edges[low].to == to; low++)
		{
			int			from = c->edges[low].from;

			if (!c->live[from])
			{
				c->live[from] = 1;
				c->nlive++;
				waiting[nwaiting++] = from;
			}
		}
	}
	for (int i = 0; i < c->nedges; i++)
		if (c->live[c->edges[i].to])
			c->edges[kept++] = c->edges[i];
	c->nedges = kept;
}

/* One character more; false when no path is left. */
static bool
step(Counter *c)
{
	int			nstates = c->re->nstates;
	double		most = 0;
	double	   *swap = c->now;

	memset(c->next, 0, sizeof(double) * nstates);
	for (int i = 0; i < c->nedges; i++)
		c->next[c->edges[i].to] += c->now[c->edges[i].from] * c->edges[i].characters;
	for (int s = 0; s < nstates; s++)
		most = fmax(most, c->next[s]);
	if (most > ldexp(1, SCALE_BITS))
	{
		/* what would vanish is kept as something */
		for (int s = 0; s < nstates; s++)
			if (c->next[s] > 0)
				c->next[s] = fmax(ldexp(c->next[s], -SCALE_BITS), DBL_MIN);
		c->scale += SCALE_BITS;
	}
	c->now = c->next;
	c->next = swap;
	return most > 0;
}

/* The most characters that can follow in any state. */
static double
widest(const Counter *c)
{
	double	   *sums = c->next;
	double		most = 0;

	memset(sums, 0, sizeof(double) * c->re->nstates);
	for (int i = 0; i < c->nedges; i++)
		sums[c->edges[i].from] += c->edges[i].characters;
	for (int s = 0; s < c->re->nstates; s++)
		most = fmax(most, sums[s]);
	return most;
}

/*
 * While no number exceeds 2^53 all of them are exact.  From then on a step
 * rounds once for a product and once for each edge into a state, by
 * DBL_EPSILON / 2 at most; the last line makes good for all steps together.
 */
static double
count_paths(Counter *c, int64_t min, int64_t max)
{
	double		exact = 0;
	double		bits = ASB_BITS_NONE;
	double		rounded;
	int64_t		length;

	c->now[c->re->start] = 1;
	for (length = 0; length <= max; length++)
	{
		double		found = 0;

		if (length > 0 && !step(c))
			break;
		/* a path as long as there are live states has gone in a circle */
		if (max == ASB_REGEX_ANY_LENGTH && length >= c->nlive)
			return ASB_BITS_UNBOUNDED;
		if ((double) length * c->nedges > MAX_WORK)
			return max == ASB_REGEX_ANY_LENGTH ? ASB_BITS_UNBOUNDED :
				asb_bits_sequences(asb_bits_count((uint64_t) widest(c)), min, max);
		if (length < min)
			continue;
		for (int s = 0; s < c->re->nstates; s++)
			if (c->final[s])
				found += c->now[s];
		if (found == 0)
			continue;
		exact = c->scale == 0 ? exact + found : INFINITY;
		bits = asb_bits_sum(bits, asb_bits_product(asb_bits_up(log2(found)), c->scale));
	}
	if (exact < EXACT_LIMIT)
		return asb_bits_count((uint64_t) exact);
	rounded = (double) (length + 1) * (c->re->nstates + 2);
	return asb_bits_product(bits, rounded * DBL_EPSILON);
}

double
asb_regex_bits(const AsbRegex *re, int64_t min, int64_t max)
{
	int			n = re->nstates;
	Counter		c = {.re = re, .final = (const uint8_t *) re + re->final};
	double		bits = ASB_BITS_UNBOUNDED;

	c.edges = malloc(sizeof(Edge) * ((size_t) n << re->shift));
	c.live = calloc(n, 1);
	c.scratch = malloc(sizeof(int) * n);
	c.now = calloc(n, sizeof(double));
	c.next = calloc(n, sizeof(double));

	/* without memory nothing is known */
	if (c.edges && c.live && c.scratch && c.now && c.next)
	{
		count_classes(&c);
		collect_edges(&c);
		find_live(&c);
		bits = c.live[re->start] ? count_paths(&c, min, max) : ASB_BITS_NONE;
	}
	free(c.edges);
	free(c.live);
	free(c.scratch);
	free(c.now);
	free(c.next);
	return bits;
}
