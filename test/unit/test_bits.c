/*
 * test_bits.c
 *	  Arithmetic on logarithms of counts never rounds down: compared with exact
 *	  integers.  Strings that a pattern or a format accepts: compared with counting
 *	  them one by one.
 */
#include <stdlib.h>
#include <time.h>

#include "common/bits.h"
#include "common/format.h"
#include "common/regex.h"
#include "tap.h"

typedef unsigned __int128 uint128;

/* Is n at most 2^bits?  Exact for small bits, with a power of two taken out otherwise. */
static bool
at_least(double bits, uint128 n)
{
	int			shift = 0;

	if (n == 0)
		return true;
	for (; n >> 64 != 0; n = n / 2 + n % 2)
		shift++;
	return powl(2, (long double) bits - shift) >= (long double) (uint64_t) n;
}

static bool
close_to(double bits, uint128 n)
{
	if (n == 0)
		return bits == ASB_BITS_NONE;
	return at_least(bits, n) && bits <= log2((double) n) * (1 + 1e-12) + 1e-12;
}

static uint64_t
random_number(int bits)
{
	uint64_t	r = 0;

	for (int i = 0; i < 4; i++)
		r = r << 16 ^ (random() & 0xFFFF);
	return r >> (64 - bits);
}

static void
test_arithmetic(void)
{
	int			wrong = 0;

	for (int i = 0; i < 1000000; i++)
	{
		uint64_t	a = random_number(1 + random() % 63);
		uint64_t	b = random_number(1 + random() % 63);
		double		x = asb_bits_count(a);
		double		y = asb_bits_count(b);

		wrong += !close_to(x, a) || !close_to(asb_bits_sum(x, y), (uint128) a + b) ||
			!close_to(asb_bits_product(x, y), (uint128) a * b);
	}
	is_int(wrong, 0, "counts, sums and products of a million pairs are tight and never low");

	wrong = 0;
	for (uint64_t n = 0; n <= 40; n++)
		for (int from = 0; from <= 24; from++)
			for (int to = from - 1; to <= 24; to++)
			{
				uint128		sum = 0;
				uint128		power = 1;
				double		bits = asb_bits_sequences(asb_bits_count(n), from, to);

				for (int k = 0; k <= to; k++, power *= n)
					if (k >= from)
						sum += power;
				if (n <= 32)
					wrong += !close_to(bits, sum);
			}
	is_int(wrong, 0, "so are sequences");

	ok(asb_bits_count(1) == 0 && asb_bits_count(UINT64_C(1) << 63) == 63 &&
	   asb_bits_count(0) == ASB_BITS_NONE, "powers of two are exact");
	ok(asb_bits_sum(5, 5) == 6 && asb_bits_product(5, 7) == 12, "and stay so");
	ok(asb_bits_sum(1000, 0) > 1000 && asb_bits_sum(1e9, ASB_BITS_NONE) == 1e9,
	   "a little more is more, nothing more is not");
	ok(asb_bits_product(ASB_BITS_NONE, ASB_BITS_UNBOUNDED) == ASB_BITS_NONE &&
	   asb_bits_sum(ASB_BITS_UNBOUNDED, ASB_BITS_UNBOUNDED) == ASB_BITS_UNBOUNDED &&
	   asb_bits_sum(ASB_BITS_NONE, ASB_BITS_NONE) == ASB_BITS_NONE, "no NaN at the ends");
	ok(asb_bits_sequences(20, 0, INT64_C(1) << 31) >= 20.0 * (INT64_C(1) << 31) &&
	   isfinite(asb_bits_sequences(20, 0, INT64_C(1) << 31)), "long sequences");
}

/* Sum over gaps of 2^-gamma is one: up to 2^k - 1 exactly 1 - 2^-k. */
static void
test_cost(void)
{
	double		sum = 0;

	ok(asb_bits_gamma(0) == 1 && asb_bits_gamma(1) == 3 && asb_bits_gamma(2) == 3 &&
	   asb_bits_gamma(3) == 5 && asb_bits_gamma(1000000) == 39, "lengths of the gamma code");
	for (uint64_t gap = 0; gap < (1 << 20) - 1; gap++)
		sum += exp2(-asb_bits_gamma(gap));
	ok(sum == 1 - exp2(-20), "the gamma code is complete and no more");
	ok(asb_bits_cost(1, 0, 0) == 2 && asb_bits_cost(4, 10, 3) == 1 + 2 + 10 + 5,
	   "what a call costs");
	ok(asb_bits_cost(3, 0, 0) > 2 + log2(3), "rounded up");
}

/* ---- strings ---- */

static const char alphabet[] = "ab1_";

/* Strings over the alphabet that the pattern matches, one by one. */
static uint64_t
enumerate(const AsbRegex *re, int min, int max)
{
	uint64_t	count = 0;
	char		s[16];

	for (int length = min; length <= max; length++)
	{
		int			total = 1;

		for (int i = 0; i < length; i++)
			total *= strlen(alphabet);
		for (int n = 0; n < total; n++)
		{
			int			rest = n;

			for (int i = 0; i < length; i++, rest /= strlen(alphabet))
				s[i] = alphabet[rest % strlen(alphabet)];
			count += asb_regex_match(re, s, length);
		}
	}
	return count;
}

/* A random pattern over the alphabet alone, anchored. */
static void
random_pattern(char **out, char *end, int depth)
{
	static const char *const atoms[] = {"a", "b", "1", "_", "[ab]", "[1_]", "[^a]", "\\b", "\\B"};
	static const char *const repeats[] = {"", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}?"};
	int			parts = 1 + random() % 3;

	for (int i = 0; i < parts && end - *out > 60; i++)
	{
		if (depth > 0 && random() % 3 == 0)
		{
			*out += sprintf(*out, "(?:");
			random_pattern(out, end, depth - 1);
			if (random() % 2)
			{
				*out += sprintf(*out, "|");
				random_pattern(out, end, depth - 1);
			}
			*out += sprintf(*out, ")%s", repeats[random() % 9]);
		}
		else
		{
			int			atom = random() % 9;

			*out += sprintf(*out, "%s%s", atoms[atom], atom < 7 ? repeats[random() % 9] : "");
		}
	}
}

static void
test_random_patterns(void)
{
	int			low = 0,
				loose = 0,
				compared = 0;
	char		pattern[2000];

	for (int i = 0; i < 1500; i++)
	{
		char	   *out = pattern;
		const char *why;
		AsbRegex   *re;
		int			min = random() % 3,
					max = min + random() % 5;
		double		bits;
		uint64_t	count;

		*out++ = '^';
		*out++ = '(';
		random_pattern(&out, pattern + sizeof(pattern), 2);
		strcpy(out, ")$");
		re = asb_regex_compile(pattern, strlen(pattern), &why);
		if (re == NULL)
			continue;
		bits = asb_regex_bits(re, min, max);
		count = enumerate(re, min, max);
		compared++;
		if (!at_least(bits, count))
		{
			low++;
			printf("# /%s/ {%d,%d}: %" PRIu64 " strings, %g bits\n", pattern, min, max, count, bits);
		}
		/* [^a] matches more than the alphabet has */
		if (strstr(pattern, "[^") == NULL && !close_to(bits, count))
		{
			loose++;
			printf("# /%s/ {%d,%d}: %" PRIu64 " strings, %g bits\n", pattern, min, max, count, bits);
		}
		free(re);
	}
	ok(compared > 1000 && low == 0, "%d random patterns: never fewer bits than strings", compared);
	is_int(loose, 0, "and exactly as many where each character is named");
}

static void
pattern_is(const char *pattern, int64_t min, int64_t max, double want)
{
	const char *why = "";
	AsbRegex   *re = asb_regex_compile(pattern, strlen(pattern), &why);
	clock_t		start = clock();
	double		bits = re ? asb_regex_bits(re, min, max) : NAN;
	double		seconds = (double) (clock() - start) / CLOCKS_PER_SEC;

	if (!ok(bits == want || (bits > want - 1e-9 && bits < want * (1 + 1e-9)), "/%.40s/: %g bits", pattern, bits))
		printf("# want %.17g\n", want);
	if (seconds > 0.5)
		ok(false, "in %g s", seconds);
	free(re);
}

static void
test_patterns(void)
{
	int64_t		any = ASB_REGEX_ANY_LENGTH;
	double		all = log2(1112063);

	pattern_is("^abc$", 0, any, 0);
	pattern_is("^[01]{8}$", 0, any, 8);
	pattern_is("^[01]{1,8}$", 0, any, log2(510));
	pattern_is("^[01]*$", 0, any, ASB_BITS_UNBOUNDED);
	pattern_is("^[01]*$", 0, 15, 16 + log2(1 - exp2(-16)));
	pattern_is("^[01]*$", 0, 100000, 100001);
	pattern_is("", 0, 1, log2(1112064));
	pattern_is("x", 0, 1, 0);
	pattern_is("x", 2, 2, log2(2 * 1112063 - 1));
	pattern_is("^.$", 0, any, log2(1112063 - 4));	/* no \n \r U+2028 U+2029 */
	pattern_is("^[^]$", 0, any, all);
	pattern_is("^[\\0a]$", 0, any, 0);
	pattern_is("^[\\ud7ff\\ue000]$", 0, any, 1);
	pattern_is("^[a-z0-9]{3,63}$", 0, any, 63 * log2(36) + log2(36.0 / 35));
	pattern_is("a{5}", 0, 4, ASB_BITS_NONE);
	pattern_is("$^a", 0, any, ASB_BITS_NONE);
	pattern_is("^(?:[a-f]{2}|[0-9]{3})$", 0, any, log2(1036));
	/* too much to be counted exactly: the widest choice for each character */
	pattern_is("^(?:[ab]{200}c?)*$", 0, 1000000, asb_bits_sequences(asb_bits_count(3), 0, 1000000));
}

/* ---- formats ---- */

static void
format_is(const char *name, int64_t max, double want, const char *what)
{
	double		bits = asb_format_bits(asb_format_find(name, strlen(name)), max);

	if (!ok(bits == want || (bits >= want && bits < want + 1e-9), "%s: %g bits, %s", name, bits, what))
		printf("# want %.17g\n", want);
}

static uint64_t
count_dates(void)
{
	uint64_t	count = 0;
	char		s[32];

	for (int year = 0; year < 10000; year++)
		for (int day = 0; day < 13 * 32; day++)
		{
			sprintf(s, "%04d-%02d-%02d", year, day / 32, day % 32);
			count += asb_format_date(s, 10);
		}
	return count;
}

static uint64_t
count_ipv6(void)
{
	static const char characters[] = "0f:";
	uint64_t	count = 0;
	char		s[8];

	for (int length = 0; length <= 7; length++)
	{
		int			total = 1;

		for (int i = 0; i < length; i++)
			total *= 3;
		for (int n = 0; n < total; n++)
		{
			for (int i = 0, rest = n; i < length; i++, rest /= 3)
				s[i] = characters[rest % 3];
			count += asb_format_ipv6(s, length);
		}
	}
	return count;
}

static void
test_formats(void)
{
	int64_t		any = ASB_FORMAT_ANY_LENGTH;
	double		group = log2(22 + 22 * 22 + 22 * 22 * 22 + 22 * 22 * 22 * 22);

	format_is("date", any, log2(3652425), "every day of ten thousand years");
	is_int(count_dates(), 3652425, "which are so many");
	format_is("date", 9, ASB_BITS_NONE, "none is shorter");
	format_is("uuid", any, 32 * log2(22), "hexadecimal digits in both cases");
	format_is("ipv4", any, 32, "one spelling each");
	format_is("time", any, ASB_BITS_UNBOUNDED, "fractions have any length");
	format_is("time", 9, log2(24 * 60 * 61 * 2882.0), "no fraction");
	format_is("time", 12, log2(24 * 60 * 61 * 2882.0 * 111), "two digits");
	format_is("date-time", 20, log2(3652425.0 * 2 * 24 * 60 * 61 * 2882), "a date and a time");
	format_is("date-time", 19, ASB_BITS_NONE, "none is shorter");
	format_is("uri", any, ASB_BITS_UNBOUNDED, "of any length");
	format_is("uri", 2, log2(85 + 85 * 85), "85 characters");
	format_is("hostname", any, 6 * 253 + log2(64.0 / 63), "253 characters");
	ok(asb_format_bits(asb_format_ipv6, any) > 8 * group &&
	   asb_format_bits(asb_format_ipv6, any) < 8 * group + 1, "ipv6: eight groups and a little");
	ok(at_least(asb_format_bits(asb_format_ipv6, 7), count_ipv6()), "ipv6: no fewer than there are");
	ok(asb_format_bits(asb_format_email, any) < 64 * log2(95) + 6 * 253 + 1, "email: not of any length");
}

int
main(void)
{
	srandom(1);
	test_arithmetic();
	test_cost();
	test_random_patterns();
	test_patterns();
	test_formats();
	return tap_done();
}
