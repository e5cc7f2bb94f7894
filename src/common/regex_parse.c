/*
 * regex_parse.c
 *	  Syntax of ECMA-262 regular expressions with flag "u".
 *
 * Accepted: alternation, groups without names, greedy and lazy quantifiers
 * (the same to us: we only ask whether there is a match), classes, the
 * assertions ^ $ \b \B, and every escape that stands for fixed characters.
 * Refused with a reason: whatever is an error with flag "u", and what a finite
 * automaton cannot do or we have no tables for.  Nothing is guessed.
 */
#include "common/regex_parser.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

static int	parse_alternatives(AsbRegexParser *ps);

int
asb_regex_parse_fault(AsbRegexParser *ps, const char *why)
{
	if (ps->why == NULL)
		ps->why = why;
	return ASB_REGEX_NONE;
}

bool
asb_regex_grow(AsbRegexParser *ps, void **array, int used, int *allocated, size_t size)
{
	if (used >= *allocated)
	{
		int			want = *allocated ? *allocated * 2 : 16;
		void	   *bigger = realloc(*array, want * size);

		if (bigger == NULL)
		{
			asb_regex_parse_fault(ps, "out of memory");
			return false;
		}
		*array = bigger;
		*allocated = want;
	}
	return true;
}

int
asb_regex_new_node(AsbRegexParser *ps, AsbRegexKind kind)
{
	AsbRegexAst *ast = ps->ast;

	if (!asb_regex_grow(ps, (void **) &ast->nodes, ast->nnodes, &ps->nodes_allocated,
			  sizeof(AsbRegexNode)))
		return ASB_REGEX_NONE;
	ast->nodes[ast->nnodes] = (AsbRegexNode) {
		.kind = kind, .child = ASB_REGEX_NONE, .next = ASB_REGEX_NONE
	};
	return ast->nnodes++;
}

/* After "(". */
static int
parse_group(AsbRegexParser *ps)
{
	int			node;

	if (asb_regex_accept(ps, '?') && !asb_regex_accept(ps, ':'))
	{
		if (asb_regex_at(ps, '=') || asb_regex_at(ps, '!'))
			return asb_regex_parse_fault(ps, "look-ahead is not supported");
		if (asb_regex_at(ps, '<') && ps->end - ps->p >= 2 &&
			(ps->p[1] == '=' || ps->p[1] == '!'))
			return asb_regex_parse_fault(ps, "look-behind is not supported");
		return asb_regex_parse_fault(ps, "named groups and modifiers are not supported");
	}
	if (++ps->nesting > ASB_REGEX_MAX_NESTING)
		return asb_regex_parse_fault(ps, "groups are nested too deep");
	node = parse_alternatives(ps);
	ps->nesting--;
	if (ps->why == NULL && !asb_regex_accept(ps, ')'))
		return asb_regex_parse_fault(ps, "missing )");
	return node;
}

/* ^ $ \b \B: the node, or none if there is none here. */
static int
parse_assertion(AsbRegexParser *ps)
{
	if (asb_regex_accept(ps, '^'))
		return asb_regex_new_node(ps, ASB_RE_BEGIN);
	if (asb_regex_accept(ps, '$'))
		return asb_regex_new_node(ps, ASB_RE_END);
	if (ps->end - ps->p >= 2 && ps->p[0] == '\\' &&
		(ps->p[1] == 'b' || ps->p[1] == 'B'))
	{
		ps->p += 2;
		ps->ast->uses_word = true;
		return asb_regex_new_node(ps, ps->p[-1] == 'b' ? ASB_RE_WORD : ASB_RE_NOT_WORD);
	}
	return ASB_REGEX_NONE;
}

static int
parse_atom(AsbRegexParser *ps)
{
	if (asb_regex_accept(ps, '('))
		return parse_group(ps);
	if (asb_regex_accept(ps, '['))
		return asb_regex_parse_class(ps);
	if (asb_regex_accept(ps, '\\'))
		return asb_regex_parse_escape(ps);
	if (asb_regex_accept(ps, '.'))
		return asb_regex_parse_dot(ps);
	if (asb_regex_at(ps, '*') || asb_regex_at(ps, '+') || asb_regex_at(ps, '?'))
		return asb_regex_parse_fault(ps, "nothing to repeat");
	if (asb_regex_at(ps, '{') || asb_regex_at(ps, '}') || asb_regex_at(ps, ']'))
		return asb_regex_parse_fault(ps, "{, } and ] must be escaped to stand for themselves");
	return asb_regex_single_character(ps, asb_utf8_next(&ps->p, ps->end));
}

/* A decimal number, saturating; false if there is none. */
static bool
parse_count(AsbRegexParser *ps, int *value)
{
	const char *start = ps->p;

	*value = 0;
	while (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
	{
		if (*value < 100000000)
			*value = *value * 10 + (*ps->p - '0');
		ps->p++;
	}
	return ps->p > start;
}

/* Wrap a node into the quantifier that follows it, if one does. */
static int
parse_quantifier(AsbRegexParser *ps, int node, bool repeatable)
{
	int			min,
				max;
	int			repeat;

	if (asb_regex_accept(ps, '*'))
		min = 0, max = ASB_REGEX_INFINITY;
	else if (asb_regex_accept(ps, '+'))
		min = 1, max = ASB_REGEX_INFINITY;
	else if (asb_regex_accept(ps, '?'))
		min = 0, max = 1;
	else if (asb_regex_accept(ps, '{'))
	{
		if (!parse_count(ps, &min))
			return asb_regex_parse_fault(ps, "{ must begin a quantifier or be escaped");
		max = min;
		if (asb_regex_accept(ps, ',') && !parse_count(ps, &max))
			max = ASB_REGEX_INFINITY;
		if (!asb_regex_accept(ps, '}'))
			return asb_regex_parse_fault(ps, "{ must begin a quantifier or be escaped");
		if (max != ASB_REGEX_INFINITY && max < min)
			return asb_regex_parse_fault(ps, "numbers out of order in quantifier");
	}
	else
		return node;

	if (!repeatable)
		return asb_regex_parse_fault(ps, "an assertion cannot be repeated");
	asb_regex_accept(ps, '?');			/* lazy: matches the same strings */
	repeat = asb_regex_new_node(ps, ASB_RE_REPEAT);
	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	ps->ast->nodes[repeat].child = node;
	ps->ast->nodes[repeat].min = min;
	ps->ast->nodes[repeat].max = max;
	return repeat;
}

/* Append a child to a parent; *last is its last child so far. */
static void
append(AsbRegexParser *ps, int parent, int *last, int child)
{
	if (ps->why != NULL)
		return;
	if (*last == ASB_REGEX_NONE)
		ps->ast->nodes[parent].child = child;
	else
		ps->ast->nodes[*last].next = child;
	*last = child;
}

static int
parse_sequence(AsbRegexParser *ps)
{
	int			cat = asb_regex_new_node(ps, ASB_RE_CAT);
	int			last = ASB_REGEX_NONE;

	while (ps->why == NULL && ps->p < ps->end && !asb_regex_at(ps, '|') && !asb_regex_at(ps, ')'))
	{
		int			node = parse_assertion(ps);
		bool		repeatable = node == ASB_REGEX_NONE;

		if (repeatable)
			node = parse_atom(ps);
		if (ps->why == NULL)
			node = parse_quantifier(ps, node, repeatable);
		append(ps, cat, &last, node);
	}
	return cat;
}

static int
parse_alternatives(AsbRegexParser *ps)
{
	int			alt = asb_regex_new_node(ps, ASB_RE_ALT);
	int			last = ASB_REGEX_NONE;

	do
		append(ps, alt, &last, parse_sequence(ps));
	while (ps->why == NULL && asb_regex_accept(ps, '|'));
	return alt;
}

bool
asb_regex_parse(const char *pattern, size_t len, AsbRegexAst *ast,
				const char **why)
{
	AsbRegexParser		ps = {.p = pattern, .end = pattern + len, .ast = ast};

	memset(ast, 0, sizeof(*ast));
	if (len > ASB_REGEX_MAX_PATTERN)
		asb_regex_parse_fault(&ps, "it is too long");
	else
		ast->root = parse_alternatives(&ps);
	if (ps.why == NULL && ps.p < ps.end)
		asb_regex_parse_fault(&ps, "unmatched )");
	*why = ps.why;
	return ps.why == NULL;
}

void
asb_regex_ast_free(AsbRegexAst *ast)
{
	for (int i = 0; i < ast->nsets; i++)
		free(ast->sets[i].ranges);
	free(ast->sets);
	free(ast->nodes);
}
