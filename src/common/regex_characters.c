/*
 * regex_characters.c
 *	  Escapes and character classes of ECMA-262 regular expressions.
 */
#include "common/regex_parser.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

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

static int
new_set(AsbRegexParser *ps)
{
	AsbRegexAst *ast = ps->ast;

	if (!asb_regex_grow(ps, (void **) &ast->sets, ast->nsets, &ps->sets_allocated,
			  sizeof(AsbRegexSet)))
		return ASB_REGEX_NONE;
	memset(&ast->sets[ast->nsets], 0, sizeof(AsbRegexSet));
	return ast->nsets++;
}

static void
add_range(AsbRegexParser *ps, int set, uint32_t first, uint32_t last)
{
	AsbRegexSet *s = &ps->ast->sets[set];

	if (asb_regex_grow(ps, (void **) &s->ranges, s->nranges, &s->allocated,
			 sizeof(AsbRegexRange)))
		s->ranges[s->nranges++] = (AsbRegexRange) {first, last};
}

/* Add a table of sorted ranges, or all that is not in it. */
static void
add_ranges(AsbRegexParser *ps, int set, const AsbRegexRange *r, int n, bool negate)
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
finish_set(AsbRegexParser *ps, int set, bool negate)
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
parse_hex(AsbRegexParser *ps, int n)
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
parse_unicode_escape(AsbRegexParser *ps)
{
	long		c;

	if (asb_regex_accept(ps, '{'))
	{
		long		value = 0;
		int			ndigits = 0;

		while (ps->p < ps->end && hex_value(*ps->p) >= 0 &&
			   value <= ASB_MAX_CODEPOINT)
		{
			value = value * 16 + hex_value(*ps->p++);
			ndigits++;
		}
		if (ndigits == 0 || value > ASB_MAX_CODEPOINT || !asb_regex_accept(ps, '}'))
			return asb_regex_parse_fault(ps, "invalid \\u{...} escape");
		c = value;
	}
	else
	{
		c = parse_hex(ps, 4);
		if (c < 0)
			return asb_regex_parse_fault(ps, "\\u must be followed by four hexadecimal digits");
		if (c >= 0xD800 && c <= 0xDBFF && ps->end - ps->p >= 6 &&
			ps->p[0] == '\\' && ps->p[1] == 'u')
		{
			long		low;

			ps->p += 2;
			low = parse_hex(ps, 4);
			if (low >= 0xDC00 && low <= 0xDFFF)
				return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			return asb_regex_parse_fault(ps, "lone surrogates cannot match anything");
		}
	}
	if (c >= 0xD800 && c <= 0xDFFF)
		return asb_regex_parse_fault(ps, "lone surrogates cannot match anything");
	return c;
}

/* An escape that stands for one character, after its backslash. */
static long
parse_character_escape(AsbRegexParser *ps, bool in_class)
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
				return asb_regex_parse_fault(ps, "octal escapes are not part of the syntax");
			return 0;
		case 'c':
			if (ps->p < ps->end &&
				((*ps->p >= 'A' && *ps->p <= 'Z') ||
				 (*ps->p >= 'a' && *ps->p <= 'z')))
				return *ps->p++ & 0x1F;
			return asb_regex_parse_fault(ps, "\\c must be followed by a letter");
		case 'x':
			value = parse_hex(ps, 2);
			if (value < 0)
				return asb_regex_parse_fault(ps, "\\x must be followed by two hexadecimal digits");
			return value;
		case 'u':
			return parse_unicode_escape(ps);
		case 'p':
		case 'P':
			return asb_regex_parse_fault(ps, "Unicode property escapes are not supported");
		case 'k':
			return asb_regex_parse_fault(ps, "back references are not supported");
		case '-':
			if (in_class)
				return '-';
			break;
		default:
			if (c >= '1' && c <= '9')
				return asb_regex_parse_fault(ps, "back references are not supported");
			if (c != '\0' && strchr("^$\\.*+?()[]{}|/", c) != NULL)
				return c;
	}
	return asb_regex_parse_fault(ps, "unknown escape");
}

/* \d \D \w \W \s \S: add it to the set, tell whether it was one. */
static bool
parse_class_escape(AsbRegexParser *ps, int set)
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
parse_class_atom(AsbRegexParser *ps, int set)
{
	if (!asb_regex_accept(ps, '\\'))
		return asb_utf8_next(&ps->p, ps->end);
	if (ps->p >= ps->end)
		return asb_regex_parse_fault(ps, "backslash at the end");
	if (asb_regex_accept(ps, 'b'))
		return '\b';
	if (parse_class_escape(ps, set))
		return -1;
	return parse_character_escape(ps, true);
}

/* After "[". */
int
asb_regex_parse_class(AsbRegexParser *ps)
{
	int			node = asb_regex_new_node(ps, ASB_RE_SET);
	int			set = new_set(ps);
	bool		negate = asb_regex_accept(ps, '^');

	while (ps->why == NULL && !asb_regex_accept(ps, ']'))
	{
		long		first,
					last;

		if (ps->p >= ps->end)
			return asb_regex_parse_fault(ps, "unterminated character class");
		first = parse_class_atom(ps, set);
		if (ps->why == NULL && ps->end - ps->p >= 2 &&
			ps->p[0] == '-' && ps->p[1] != ']')
		{
			ps->p++;
			last = parse_class_atom(ps, set);
			if (ps->why == NULL && (first < 0 || last < 0))
				return asb_regex_parse_fault(ps, "a class escape cannot bound a range");
			if (ps->why == NULL && first > last)
				return asb_regex_parse_fault(ps, "range out of order in character class");
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
int
asb_regex_single_character(AsbRegexParser *ps, long c)
{
	int			node = asb_regex_new_node(ps, ASB_RE_SET);
	int			set = new_set(ps);

	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	add_range(ps, set, c, c);
	ps->ast->nodes[node].set = set;
	return node;
}

/* After a backslash outside of a class; not \b or \B. */
int
asb_regex_parse_escape(AsbRegexParser *ps)
{
	int			node;
	int			set;
	long		c;

	if (ps->p >= ps->end)
		return asb_regex_parse_fault(ps, "backslash at the end");
	if (strchr("dDwWsS", *ps->p) == NULL || *ps->p == '\0')
	{
		c = parse_character_escape(ps, false);
		return ps->why ? ASB_REGEX_NONE : asb_regex_single_character(ps, c);
	}
	node = asb_regex_new_node(ps, ASB_RE_SET);
	set = new_set(ps);
	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	parse_class_escape(ps, set);
	finish_set(ps, set, false);
	ps->ast->nodes[node].set = set;
	return node;
}

int
asb_regex_parse_dot(AsbRegexParser *ps)
{
	int			node = asb_regex_new_node(ps, ASB_RE_SET);
	int			set = new_set(ps);

	if (ps->why != NULL)
		return ASB_REGEX_NONE;
	add_ranges(ps, set, newline_ranges, LENGTH(newline_ranges), true);
	ps->ast->nodes[node].set = set;
	return node;
}
