/*
 * bits.c
 *	  Arithmetic on logarithms of counts that never rounds down.
 */
#include "common/bits.h"

#include <float.h>

#define LOG2_E 1.4426950408889634

double
asb_bits_up(double x)
{
	return x + fabs(x) * (8 * DBL_EPSILON);
}

static double
down(double x)
{
	return x - fabs(x) * (8 * DBL_EPSILON);
}

double
asb_bits_count(uint64_t n)
{
	if (n == 0)
		return ASB_BITS_NONE;
	if ((n & (n - 1)) == 0)
		return __builtin_ctzll(n);
	return asb_bits_up(log2((double) n));
}

double
asb_bits_product(double a, double b)
{
	double		s = a + b;
	double		b_seen;
	double		lost;

	if (a == ASB_BITS_NONE || b == ASB_BITS_NONE)
		return ASB_BITS_NONE;
	if (isinf(s))
		return s;

	/* what the addition rounded off, exactly (Knuth's two-sum) */
	b_seen = s - a;
	lost = (a - (s - b_seen)) + (b - b_seen);
	return lost > 0 ? nextafter(s, INFINITY) : s;
}

/* log2(1 + 2^x) for x <= 0 */
static double
one_more(double x)
{
	double		small = asb_bits_up(asb_bits_up(log1p(asb_bits_up(exp2(x)))) * LOG2_E);

	/* where it vanishes it is still more than nothing */
	return fmax(small, DBL_MIN);
}

double
asb_bits_sum(double a, double b)
{
	double		high = fmax(a, b);
	double		low = fmin(a, b);

	if (low == ASB_BITS_NONE || isinf(high))
		return high;
	if (low == high)
		return asb_bits_product(high, 1);
	return asb_bits_product(high, one_more(fmin(0, asb_bits_product(low, -high))));
}

double
asb_bits_sequences(double base, int64_t from, int64_t to)
{
	double		lengths = (double) to - (double) from + 1;
	double		one_less;
	double		rest;

	if (from > to)
		return ASB_BITS_NONE;
	if (base == ASB_BITS_NONE || to == 0)
		return from == 0 ? 0 : ASB_BITS_NONE;
	if (base == 0)
		return asb_bits_count((uint64_t) (to - from) + 1);
	if (isinf(base))
		return base;

	/* the sum is 2^(base * to) * (1 - 2^(-base * lengths)) / (1 - 2^-base) */
	base = fmax(base, 1);		/* what is more than one is two */
	one_less = asb_bits_up(-log1p(-asb_bits_up(exp2(-base))) * LOG2_E);
	rest = asb_bits_up(log1p(-down(exp2(-asb_bits_up(base * lengths)))) * LOG2_E);
	return fmax(0, asb_bits_product(asb_bits_up(base * (double) to),
									asb_bits_product(one_less, rest)));
}

double
asb_bits_gamma(uint64_t gap)
{
	return 2 * (63 - __builtin_clzll(gap + 1)) + 1;
}

double
asb_bits_cost(uint64_t methods, double capacity, uint64_t gap)
{
	double		choice = asb_bits_product(asb_bits_count(methods), capacity);

	return asb_bits_product(1 + asb_bits_gamma(gap), choice);
}
