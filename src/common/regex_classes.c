/*
 * regex_classes.c
 *	  Which characters a regular expression tells apart.
 */
#include "common/regex_build.h"

#include <stdlib.h>

static int
compare_points(const void *a, const void *b)
{
	uint32_t	x = *(const uint32_t *) a;
	uint32_t	y = *(const uint32_t *) b;

	return (x > y) - (x < y);
}

static bool
set_contains(const AsbRegexSet *set, uint32_t c)
{
	int			low = 0,
				high = set->nranges;

	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (c < set->ranges[mid].first)
			high = mid;
		else if (c > set->ranges[mid].last)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

/* Every place where some set, or the word characters, begin or end. */
static int
collect_points(AsbRegexBuilder *b, uint32_t *points)
{
	static const uint32_t word_points[] = {
		'0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1
	};
	int			n = 0;
	int			unique = 0;

	points[n++] = 0;
	points[n++] = 0x80;			/* ASCII has a table of its own */
	for (int i = 0; i < b->ast->nsets; i++)
		for (int j = 0; j < b->ast->sets[i].nranges; j++)
		{
			points[n++] = b->ast->sets[i].ranges[j].first;
			points[n++] = b->ast->sets[i].ranges[j].last + 1;
		}
	if (b->ast->uses_word)
		for (size_t i = 0; i < sizeof(word_points) / sizeof(word_points[0]); i++)
			points[n++] = word_points[i];
	qsort(points, n, sizeof(uint32_t), compare_points);
	for (int i = 0; i < n; i++)
		if (unique == 0 || points[i] != points[unique - 1])
			points[unique++] = points[i];
	if (points[unique - 1] > ASB_MAX_CODEPOINT)
		unique--;
	return unique;
}

/*
 * Put the range at position i into the class of an earlier range that the same
 * sets contain, or into a new class.
 */
static void
classify(AsbRegexBuilder *b, int i, uint8_t *member)
{
	const AsbRegexAst *ast = b->ast;
	uint32_t	c = b->class_first[i];
	bool		word = b->ast->uses_word && asb_regex_is_word(c);

	for (int s = 0; s < ast->nsets; s++)
		member[s] = set_contains(&ast->sets[s], c);
	for (int k = 0; k < b->nclasses; k++)
	{
		bool		same = b->class_is_word[k] == word;

		for (int s = 0; same && s < ast->nsets; s++)
			same = b->set_has[s * ASB_REGEX_MAX_CLASSES + k] == member[s];
		b->work += ast->nsets;
		if (same)
		{
			b->class_of[i] = k;
			return;
		}
	}
	if (b->nclasses == ASB_REGEX_MAX_CLASSES)
	{
		asb_regex_fault(b, "it tells too many characters apart");
		return;
	}
	for (int s = 0; s < ast->nsets; s++)
		b->set_has[s * ASB_REGEX_MAX_CLASSES + b->nclasses] = member[s];
	b->class_is_word[b->nclasses] = word;
	b->class_of[i] = b->nclasses++;
}

void
asb_regex_build_classes(AsbRegexBuilder *b)
{
	int			npoints = 2 + 8;
	uint8_t    *member;

	for (int i = 0; i < b->ast->nsets; i++)
		npoints += 2 * b->ast->sets[i].nranges;
	b->class_first = asb_regex_allocate(b, npoints, sizeof(uint32_t));
	b->class_of = asb_regex_allocate(b, npoints, sizeof(uint8_t));
	b->set_has = asb_regex_allocate(b, b->ast->nsets, ASB_REGEX_MAX_CLASSES);
	member = asb_regex_allocate(b, b->ast->nsets, 1);
	if (b->why == NULL)
	{
		b->nranges = collect_points(b, b->class_first);
		for (int i = 0; i < b->nranges && b->why == NULL; i++)
		{
			classify(b, i, member);
			if (b->work > ASB_REGEX_MAX_WORK)
				asb_regex_fault(b, "it is too complex");
		}
	}
	free(member);
}
