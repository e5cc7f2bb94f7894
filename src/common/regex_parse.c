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
#include "common/regex_ast.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

typedef struct Parser
{
	const char *p;				/* next byte */
	const char *end;
	AsbRegexAst *ast;
	int			nodes_allocated;
	int			sets_allocated;
	int			nesting;
	const char *why;			/* first fault; NULL while all is well */
} Parser;

static int	parse_alternatives(Parser *ps);

static const AsbRegexRange digit_ranges[] = {{'0', '9'}};
static const AsbRegexRange word_ranges[] = {
	{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}
};
static const AsbRegexRange space_ranges[] = {
	{0x09, 0x0D}, {0x20, 0x20}, {0xA0, 0xA0}, {0x1680, 0x1680},
	{0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
	{0x3000, 0x3000}, {0xFEFF, 0xFEFF}
};
static const AsbRegexRange newline_ranges[] = {
	{0x0A, 0x0A}, {0x0D, 0x0D}, {0x2028, 0x2029}
};

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

bool
asb_regex_is_word(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		c == '_' || (c >= 'a' && c <= 'z');
}

/* Note the first fault; returns "no node" for the caller to return. */
static int
fault(Parser *ps, const char *why)
{
	if (ps->why == NULL)
		ps->why = why;
	return ASB_REGEX_NONE;
}

/* Make room for one more element; false when memory is out. */
static bool
grow(Parser *ps, void **array, int used, int *allocated, size_t size)
{
	if (used >= *allocated)
	{
		int			want = *allocated ? *allocated * 2 : 16;
		void	   *bigger = realloc(*array, want * size);

		if (bigger == NULL)
		{
			fault(ps, "out of memory");
			return false;
		}
		*array = bigger;
		*allocated = want;
	}
	return true;
}

static int
new_node(Parser *ps, AsbRegexKind kind)
{
	AsbRegexAst *ast = ps->ast;

	if (!grow(ps, (void **) &ast->nodes, ast->nnodes, &ps->nodes_allocated,
			  sizeof(AsbRegexNode)))
		return ASB_REGEX_NONE;
	ast->nodes[ast->nnodes] = (AsbRegexNode) {
		.kind = kind, .child = ASB_REGEX_NONE, .next = ASB_REGEX_NONE
	};
	return ast->nnodes++;
}

static int
new_set(Parser *ps)
{
	AsbRegexAst *ast = ps->ast;

	if (!grow(ps, (void **) &ast->sets, ast->nsets, &ps->sets_allocated,
			  sizeof(AsbRegexSet)))
		return ASB_REGEX_NONE;
	memset(&ast->sets[ast->nsets], 0, sizeof(AsbRegexSet));
	return ast->nsets++;
}

static void
add_range(Parser *ps, int set, uint32_t first, uint32_t last)
{
	AsbRegexSet *s = &ps->ast->sets[set];

	if (grow(ps, (void **) &s->ranges, s->nranges, &s->allocated,
			 sizeof(AsbRegexRange)))
		s->ranges[s->nranges++] = (AsbRegexRange) {first, last};
}

/* Add a table of sorted ranges, or all that is not in it. */
static void
add_ranges(Parser *ps, int set, const AsbRegexRange *r, int n, bool negate)
{
	uint32_t	from = 0;

	for (int i = 0; i < n; i++)
	{
		if (!negate)
			add_range(ps, set, r[i].first, r[i].last);
		else if (r[i].first > from)
			add_range(ps, set, from, r[i].first - 1);
		from = r[i].last + 1;
	}
	if (negate && from <= ASB_MAX_CODEPOINT)
		add_range(ps, set, from, ASB_MAX_CODEPOINT);
}

static int
compare_ranges(const void *a, const void *b)
{
	uint32_t	x = ((const AsbRegexRange *) a)->first;
	uint32_t	y = ((const AsbRegexRange *) b)->first;

	return (x > y) - (x < y);
}

/* Sort a set's ranges and join those that touch; then negate it if asked. */
static void
finish_set(Parser *ps, int set, bool negate)
{
	AsbRegexSet *s = &ps->ast->sets[set];
	AsbRegexSet plain;
	int			n = 0;

	if (s->nranges > 1)
		qsort(s->ranges, s->nranges, sizeof(AsbRegexRange), compare_ranges);
	for (int i = 0; i < s->nranges; i++)
	{
		if (n > 0 && s->ranges[i].first <= s->ranges[n - 1].last + 1)
		{
			if (s->ranges[i].last > s->ranges[n - 1].last)
				s->ranges[n - 1].last = s->ranges[i].last;
		}
		else
			s->ranges[n++] = s->ranges[i];
	}
	s->nranges = n;
	if (!negate)
		return;
	plain = *s;
	memset(s, 0, sizeof(*s));
	add_ranges(ps, set, plain.ranges, plain.nranges, true);
	free(plain.ranges);
}

static bool
at(Parser *ps, char c)
{
	return ps->p < ps->end && *ps->p == c;
}

static bool
accept(Parser *ps, char c)
{
	if (!at(ps, c))
		return false;
	ps->p++;
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Exactly n hexadecimal digits; -1 if there are fewer. */
static long
parse_hex(Parser *ps, int n)
{
	long		value = 0;

	for (int i = 0; i < n; i++)
	{
		int			digit = ps->p < ps->end ? hex_value(*ps->p) : -1;

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
		ps->p++;
	}
	return value;
}

/* After "\u": XXXX, a pair of surrogates as \uXXXX\uXXXX, or {X...}. */
static long
parse_unicode_escape(Parser *ps)
{
	long		c;

	if (accept(ps, '{'))
	{
		long		value = 0;
		int			ndigits = 0;

		while (ps->p < ps->end && hex_value(*ps->p) >= 0 &&
			   value <= ASB_MAX_CODEPOINT)
		{
			value = value * 16 + hex_value(*ps->p++);
			ndigits++;
		}
		if (ndigits == 0 || value > ASB_MAX_CODEPOINT || !accept(ps, '}'))
			return fault(ps, "invalid \\u{...} escape");
		c = value;
	}
	else
	{
		c = parse_hex(ps, 4);
		if (c < 0)
			return fault(ps, "\\u must be followed by four hexadecimal digits");
		if (c >= 0xD800 && c <= 0xDBFF && ps->end - ps->p >= 6 &&
			ps->p[0] == '\\' && ps->p[1] == 'u')
		{
			long		low;

			ps->p += 2;
			low = parse_hex(ps, 4);
			if (low >= 0xDC00 && low <= 0xDFFF)
				return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			return fault(ps, "lone surrogates cannot match anything");
		}
	}
	if (c >= 0xD800 && c <= 0xDFFF)
		return fault(ps, "lone surrogates cannot match anything");
	return c;
}

/* An escape that stands for one character, after its backslash. */
static long
parse_character_escape(Parser *ps, bool in_class)
{
	char		c = *ps->p++;
	long		value;

	switch (c)
	{
		case 't':
			return '\t';
		case 'n':
			return '\n';
		case 'v':
			return '\v';
		case 'f':
			return '\f';
		case 'r':
			return '\r';
		case '0':
			if (ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9')
				return fault(ps, "octal escapes are not part of the syntax");
			return 0;
		case 'c':
			if (ps->p < ps->end &&
				((*ps->p >= 'A' && *ps->p <= 'Z') ||
				 (*ps->p >= 'a' && *ps->p <= 'z')))
				return *ps->p++ & 0x1F;
			return fault(ps, "\\c must be followed by a letter");
		case 'x':
			value = parse_hex(ps, 2);
			if (value < 0)
				return fault(ps, "\\x must be followed by two hexadecimal digits");
			return value;
		case 'u':
			return parse_unicode_escape(ps);
		case 'p':
		case 'P':
			return fault(ps, "Unicode property escapes are not supported");
		case 'k':
			return fault(ps, "back references are not supported");
		case '-':
			if (in_class)
				return '-';
			break;
		default:
			if (c >= '1' && c <= '9')
				return fault(ps, "back references are not supported");
			if (c != '\0' && strchr("^$\\.*+?()[]{}|/", c) != NULL)
				return c;
	}
	return fault(ps, "unknown escape");
}

/* \d \D \w \W \s \S: add it to the set, tell whether it was one. */
static bool
parse_class_escape(Parser *ps, int set)
{
	if (ps->p >= ps->end)
		return false;
	switch (*ps->p)
	{
		case 'd':
		case 'D':
			add_ranges(ps, set, digit_ranges, LENGTH(digit_ranges), *ps->p == 'D');
			break;
		case 'w':
		case 'W':
			add_ranges(ps, set, word_ranges, LENGTH(word_ranges), *ps->p == 'W');
			break;
		case 's':
		case 'S':
			add_ranges(ps, set, space_ranges, LENGTH(space_ranges), *ps->p == 'S');
			break;
		default:
			return false;
	}
	ps->p++;
	return true;
}

/*
 * One member of a class: its character, or -1 after adding an escape such as
 * \d to the set, or after a fault.
 */
static long
parse_class_atom(Parser *ps, int set)
{
	if (!accept(ps, '\\'))
		return asb_utf8_next(&ps->p, ps->end);
	if (ps->p >= ps->end)
		return fault(ps, "backslash at the end");
	if (accept(ps, 'b'))
		return '\b';
	if (parse_class_escape(ps, set))
		return -1;
	return parse_character_escape(ps, true);
}

/* After "[". */
static int
parse_class(Parser *ps)
{
	int			node = new_node(ps, ASB_RE_SET);
	int			set = new_set(ps);
	bool		negate = accept(ps, '^');

	while (ps->why == NULL && !accept(ps, ']'))
	{
		long		first,
					last;

		if (ps->p >= ps->end)
			return fault(ps, "unterminated character class");
		first = parse_class_atom(ps, set);
		if (ps->why == NULL && ps->end - ps->p >= 2 &&
			ps->p[0] == '-' && ps->p[1] != ']')
		{
			ps->p++;
			last = parse_class_atom(ps, set);
			if (ps->why == NULL && (first < 0 || last < 0))
				return fault(ps, "a class escape cannot bound a range");
			if (ps->why == NULL && first > last)
				return fault(ps, "range out of order in character class");
		}
		else
			last = first;
		if (ps->why == NULL && first >= 0)
			add_range(ps, set, first, last);
	}
	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	finish_set(ps, set, negate);
	ps->ast->nodes[node].set = set;
	return node;
}

/* A set with one character. */
static int
single_character(Parser *ps, long c)
{
	int			node = new_node(ps, ASB_RE_SET);
	int			set = new_set(ps);

	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	add_range(ps, set, c, c);
	ps->ast->nodes[node].set = set;
	return node;
}

/* After a backslash outside of a class; not \b or \B. */
static int
parse_escape(Parser *ps)
{
	int			node;
	int			set;
	long		c;

	if (ps->p >= ps->end)
		return fault(ps, "backslash at the end");
	if (strchr("dDwWsS", *ps->p) == NULL || *ps->p == '\0')
	{
		c = parse_character_escape(ps, false);
		return ps->why ? ASB_REGEX_NONE : single_character(ps, c);
	}
	node = new_node(ps, ASB_RE_SET);
	set = new_set(ps);
	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	parse_class_escape(ps, set);
	finish_set(ps, set, false);
	ps->ast->nodes[node].set = set;
	return node;
}

/* After "(". */
static int
parse_group(Parser *ps)
{
	int			node;

	if (accept(ps, '?') && !accept(ps, ':'))
	{
		if (at(ps, '=') || at(ps, '!'))
			return fault(ps, "look-ahead is not supported");
		if (at(ps, '<') && ps->end - ps->p >= 2 &&
			(ps->p[1] == '=' || ps->p[1] == '!'))
			return fault(ps, "look-behind is not supported");
		return fault(ps, "named groups and modifiers are not supported");
	}
	if (++ps->nesting > ASB_REGEX_MAX_NESTING)
		return fault(ps, "groups are nested too deep");
	node = parse_alternatives(ps);
	ps->nesting--;
	if (ps->why == NULL && !accept(ps, ')'))
		return fault(ps, "missing )");
	return node;
}

/* ^ $ \b \B: the node, or none if there is none here. */
static int
parse_assertion(Parser *ps)
{
	if (accept(ps, '^'))
		return new_node(ps, ASB_RE_BEGIN);
	if (accept(ps, '$'))
		return new_node(ps, ASB_RE_END);
	if (ps->end - ps->p >= 2 && ps->p[0] == '\\' &&
		(ps->p[1] == 'b' || ps->p[1] == 'B'))
	{
		ps->p += 2;
		ps->ast->uses_word = true;
		return new_node(ps, ps->p[-1] == 'b' ? ASB_RE_WORD : ASB_RE_NOT_WORD);
	}
	return ASB_REGEX_NONE;
}

static int
parse_atom(Parser *ps)
{
	int			node;
	int			set;

	if (accept(ps, '('))
		return parse_group(ps);
	if (accept(ps, '['))
		return parse_class(ps);
	if (accept(ps, '\\'))
		return parse_escape(ps);
	if (accept(ps, '.'))
	{
		node = new_node(ps, ASB_RE_SET);
		set = new_set(ps);
		if (ps->why != NULL)
			return ASB_REGEX_NONE;
		add_ranges(ps, set, newline_ranges, LENGTH(newline_ranges), true);
		ps->ast->nodes[node].set = set;
		return node;
	}
	if (at(ps, '*') || at(ps, '+') || at(ps, '?'))
		return fault(ps, "nothing to repeat");
	if (at(ps, '{') || at(ps, '}') || at(ps, ']'))
		return fault(ps, "{, } and ] must be escaped to stand for themselves");
	return single_character(ps, asb_utf8_next(&ps->p, ps->end));
}

/* A decimal number, saturating; false if there is none. */
static bool
parse_count(Parser *ps, int *value)
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
parse_quantifier(Parser *ps, int node, bool repeatable)
{
	int			min,
				max;
	int			repeat;

	if (accept(ps, '*'))
		min = 0, max = ASB_REGEX_INFINITY;
	else if (accept(ps, '+'))
		min = 1, max = ASB_REGEX_INFINITY;
	else if (accept(ps, '?'))
		min = 0, max = 1;
	else if (accept(ps, '{'))
	{
		if (!parse_count(ps, &min))
			return fault(ps, "{ must begin a quantifier or be escaped");
		max = min;
		if (accept(ps, ',') && !parse_count(ps, &max))
			max = ASB_REGEX_INFINITY;
		if (!accept(ps, '}'))
			return fault(ps, "{ must begin a quantifier or be escaped");
		if (max != ASB_REGEX_INFINITY && max < min)
			return fault(ps, "numbers out of order in quantifier");
	}
	else
		return node;

	if (!repeatable)
		return fault(ps, "an assertion cannot be repeated");
	accept(ps, '?');			/* lazy: matches the same strings */
	repeat = new_node(ps, ASB_RE_REPEAT);
	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	ps->ast->nodes[repeat].child = node;
	ps->ast->nodes[repeat].min = min;
	ps->ast->nodes[repeat].max = max;
	return repeat;
}

/* Append a child to a parent; *last is its last child so far. */
static void
append(Parser *ps, int parent, int *last, int child)
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
parse_sequence(Parser *ps)
{
	int			cat = new_node(ps, ASB_RE_CAT);
	int			last = ASB_REGEX_NONE;

	while (ps->why == NULL && ps->p < ps->end && !at(ps, '|') && !at(ps, ')'))
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
parse_alternatives(Parser *ps)
{
	int			alt = new_node(ps, ASB_RE_ALT);
	int			last = ASB_REGEX_NONE;

	do
		append(ps, alt, &last, parse_sequence(ps));
	while (ps->why == NULL && accept(ps, '|'));
	return alt;
}

bool
asb_regex_parse(const char *pattern, size_t len, AsbRegexAst *ast,
				const char **why)
{
	Parser		ps = {.p = pattern, .end = pattern + len, .ast = ast};

	memset(ast, 0, sizeof(*ast));
	if (len > ASB_REGEX_MAX_PATTERN)
		fault(&ps, "it is too long");
	else
		ast->root = parse_alternatives(&ps);
	if (ps.why == NULL && ps.p < ps.end)
		fault(&ps, "unmatched )");
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
