/*
 * idna.c
 *	  Labels of internationalized host names: Punycode (RFC 3492) and the
 *	  rules of RFC 5892 for what a label may contain.
 *
 * Two rules of IDNA 2008 are left to those who register names: normalization
 * form C across characters, and the direction of scripts (RFC 5893).
 */
#include "common/idna.h"

#include <stdint.h>

typedef struct AsbCodeRange
{
	uint32_t	first,
				last;
} AsbCodeRange;

#include "common/idna_table.h"

#define IN(table, c) in_ranges(table, sizeof(table) / sizeof((table)[0]), c)

#define MAX_LABEL 63

/* RFC 3492 section 5 */
#define BASE 36
#define T_MIN 1
#define T_MAX 26
#define SKEW 38
#define DAMP 700
#define INITIAL_BIAS 72
#define INITIAL_N 0x80

static bool
in_ranges(const AsbCodeRange *ranges, size_t n, uint32_t c)
{
	size_t		low = 0,
				high = n;

	while (low < high)
	{
		size_t		mid = (low + high) / 2;

		if (c < ranges[mid].first)
			high = mid;
		else if (c > ranges[mid].last)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static uint32_t
adapt_bias(uint32_t delta, uint32_t length, bool first)
{
	uint32_t	k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / length;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* One generalized integer from s[*i] on; false if malformed or too large. */
static bool
decode_delta(const char *s, size_t len, size_t *i, uint32_t bias, uint32_t *delta)
{
	uint64_t	weight = 1;
	uint64_t	sum = 0;

	for (uint32_t k = BASE;; k += BASE)
	{
		uint32_t	t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
		uint32_t	digit;
		char		c;

		if (*i >= len)
			return false;
		c = lower(s[(*i)++]);
		if (c >= 'a' && c <= 'z')
			digit = c - 'a';
		else if (c >= '0' && c <= '9')
			digit = c - '0' + 26;
		else
			return false;
		sum += digit * weight;
		if (sum > INT32_MAX)
			return false;
		*delta = sum;
		if (digit < t)
			return true;
		weight *= BASE - t;
		if (weight > INT32_MAX)
			return false;
	}
}

/* Decode Punycode; the number of characters, 0 if malformed. */
static size_t
decode(const char *s, size_t len, uint32_t *out)
{
	size_t		n = 0;
	size_t		i = 0;
	uint32_t	c = INITIAL_N;
	uint32_t	place = 0;
	uint32_t	bias = INITIAL_BIAS;
	bool		first = true;

	for (size_t j = len; j-- > 1;)
		if (s[j] == '-')
		{
			for (; n < j; n++)
				out[n] = lower(s[n]);
			i = j + 1;
			break;
		}
	if (i == len)
		return 0;				/* nothing that is not ASCII */
	while (i < len)
	{
		uint32_t	delta;

		if (n >= MAX_LABEL || !decode_delta(s, len, &i, bias, &delta))
			return 0;
		n++;
		bias = adapt_bias(delta, n, first);
		first = false;
		place += delta;
		c += place / n;
		place %= n;
		if (c > 0x10FFFF)
			return 0;
		for (size_t j = n - 1; j > place; j--)
			out[j] = out[j - 1];
		out[place++] = c;
	}
	return n;
}

/* ZERO WIDTH NON-JOINER between letters that it keeps apart (RFC 5892 A.1) */
static bool
breaks_join(const uint32_t *label, size_t n, size_t i)
{
	size_t		before = i,
				after = i + 1;

	while (before > 0 && IN(transparent, label[before - 1]))
		before--;
	while (after < n && IN(transparent, label[after]))
		after++;
	return before > 0 && IN(joins_next, label[before - 1]) &&
		after < n && IN(joins_previous, label[after]);
}

/* Does some character of the label belong to the table? */
static bool
any_in(const uint32_t *label, size_t n, const AsbCodeRange *ranges, size_t nranges)
{
	for (size_t i = 0; i < n; i++)
		if (in_ranges(ranges, nranges, label[i]))
			return true;
	return false;
}

#define ANY_IN(label, n, table) \
	any_in(label, n, table, sizeof(table) / sizeof((table)[0]))

static const AsbCodeRange arabic_digits[] = {{0x660, 0x669}};
static const AsbCodeRange extended_arabic_digits[] = {{0x6F0, 0x6F9}};

/* May the character stand where it does?  RFC 5892 section 2 and appendix A */
static bool
permitted(const uint32_t *label, size_t n, size_t i)
{
	uint32_t	c = label[i];

	switch (c)
	{
		case 0x200C:			/* ZERO WIDTH NON-JOINER */
			return (i > 0 && IN(viramas, label[i - 1])) || breaks_join(label, n, i);
		case 0x200D:			/* ZERO WIDTH JOINER */
			return i > 0 && IN(viramas, label[i - 1]);
		case 0x00B7:			/* MIDDLE DOT */
			return i > 0 && label[i - 1] == 'l' && i + 1 < n && label[i + 1] == 'l';
		case 0x0375:			/* GREEK LOWER NUMERAL SIGN */
			return i + 1 < n && IN(greek, label[i + 1]);
		case 0x05F3:			/* HEBREW PUNCTUATION GERESH, GERSHAYIM */
		case 0x05F4:
			return i > 0 && IN(hebrew, label[i - 1]);
		case 0x30FB:			/* KATAKANA MIDDLE DOT */
			return ANY_IN(label, n, japanese);
	}
	if (IN(arabic_digits, c))
		return !ANY_IN(label, n, extended_arabic_digits);
	if (IN(extended_arabic_digits, c))
		return !ANY_IN(label, n, arabic_digits);
	if (c < 0x80)
		return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
	return IN(pvalid, c);
}

bool
asb_idna_valid_alabel(const char *s, size_t len)
{
	uint32_t	label[MAX_LABEL];
	size_t		n = len <= MAX_LABEL ? decode(s, len, label) : 0;

	if (n == 0 || label[0] == '-' || label[n - 1] == '-' || IN(marks, label[0]))
		return false;
	if (n >= 4 && label[2] == '-' && label[3] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!permitted(label, n, i))
			return false;
	return true;
}
