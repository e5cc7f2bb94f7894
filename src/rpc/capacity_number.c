/*
 * capacity_number.c
 *	  How many numbers lie between bounds and are multiples of something.
 *
 * Bounds and divisors of up to 18 digits, which are all that occur, are
 * computed with exactly; for others the order of magnitude serves.
 */
#include "postgres.h"

#include "rpc/capacity_count.h"

/* log2(10), rounded up */
#define LOG2_10 3.3219280948873626

/* Products with ten stay below 2^125, and differences of them within their type. */
#define MANTISSA_LIMIT (((__int128) 1 << 125) / 10)

/* The multiples of a step within bounds: first * step to last * step. */
typedef struct Multiples
{
	bool		has_first;
	bool		has_last;
	__int128	first;
	__int128	last;
	bool		exact;			/* else only `digits` is known */
	int			digits;			/* none lies beyond +- 10^digits * step */
} Multiples;

/*
 * bound / step, rounded down: false if it has too many digits.  *whole tells
 * whether nothing was lost.
 */
static bool
quotient(const AsbDecimal *bound, const AsbDivisor *step, __int128 *result, bool *whole)
{
	AsbDivisor	b = {0};
	__int128	over;
	__int128	under = step->mantissa;

	if (bound->ndigits > 0 && !asb_divisor_init(&b, bound))
		return false;
	over = b.mantissa;
	for (int shift = b.exponent - step->exponent; over != 0 && shift != 0;)
	{
		if ((shift > 0 ? over : under) >= MANTISSA_LIMIT)
		{
			if (shift > 0)
				return false;
			under = over + 1;	/* it is less than one step */
			break;
		}
		if (shift > 0)
		{
			over *= 10;
			shift--;
		}
		else
		{
			under *= 10;
			shift++;
		}
	}
	*whole = over % under == 0;
	*result = over / under;
	if (bound->negative)
		*result = -*result - (*whole ? 0 : 1);
	return true;
}

/* A bound from below (or from above) that may exclude itself. */
static void
limit(Multiples *m, const AsbBound *bound, const AsbDivisor *step, bool above, bool exclusive)
{
	AsbDecimal	d;
	__int128	q;
	bool		whole;

	if (bound == NULL)
		return;
	asb_decimal_read(bound->num, &d);
	if (d.ndigits > 0)
		m->digits = Max(m->digits, 4 * (d.weight + 1) - step->exponent);
	if (!quotient(&d, step, &q, &whole))
	{
		m->exact = false;
		q = 0;
	}
	else if (above && whole && exclusive)
		q--;
	else if (!above && (!whole || exclusive))
		q++;
	if (above)
		m->last = m->has_last ? Min(m->last, q) : q;
	else
		m->first = m->has_first ? Max(m->first, q) : q;
	*(above ? &m->has_last : &m->has_first) = true;
}

static Multiples
find_multiples(const AsbNumberRules *r, const AsbDivisor *step)
{
	Multiples	m = {.exact = true};

	limit(&m, r->minimum, step, false, false);
	limit(&m, r->exclusive_minimum, step, false, true);
	limit(&m, r->maximum, step, true, false);
	limit(&m, r->exclusive_maximum, step, true, true);
	return m;
}

static double
count_range(__int128 n)
{
	if (n <= 0)
		return ASB_BITS_NONE;
	if (n <= PG_UINT64_MAX)
		return asb_bits_count((uint64) n);
	return asb_bits_up(log2((double) n));
}

static double
count_multiples(const Multiples *m)
{
	if (!m->has_first || !m->has_last)
		return ASB_BITS_UNBOUNDED;
	if (m->exact)
		return count_range(m->last - m->first + 1);

	/* twice as many, and one is zero */
	return asb_bits_product(asb_bits_up(LOG2_10 * m->digits), 2);
}

/* The integers that are multiples of it are those of this one. */
static AsbDivisor
integer_step(const AsbDivisor *divisor)
{
	AsbDivisor	step = {1, 0};

	if (divisor == NULL)
		return step;
	step = *divisor;
	for (; step.exponent < 0; step.exponent++)
	{
		if (step.mantissa % 2 == 0)
			step.mantissa /= 2;
		if (step.mantissa % 5 == 0)
			step.mantissa /= 5;
	}
	return step;
}

double
asb_capacity_integers(const AsbNumberRules *r)
{
	AsbDivisor	step = integer_step(r->multiple_of);
	Multiples	m = find_multiples(r, &step);

	return count_multiples(&m);
}

double
asb_capacity_fractions(const AsbNumberRules *r)
{
	AsbDivisor	step;
	Multiples	all;
	Multiples	integers;

	if (r->multiple_of == NULL)
		return ASB_BITS_UNBOUNDED;
	if (r->multiple_of->exponent >= 0)
		return ASB_BITS_NONE;
	step = integer_step(r->multiple_of);
	all = find_multiples(r, r->multiple_of);
	integers = find_multiples(r, &step);
	if (all.has_first && all.has_last && all.exact && integers.exact)
		return count_range((all.last - all.first + 1) -
						   Max(integers.last - integers.first + 1, 0));
	return count_multiples(&all);
}
