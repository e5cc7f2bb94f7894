/*
 * decimal.c
 *	  Exact arithmetic on JSON's numbers in time linear in their digits.
 *
 * jsonb accepts 1e131071 in eight bytes.  The server's numeric_mod() would
 * write out all its digits, 100,000 times in a hostile array; here
 * divisibility is decided on the digits that are there.
 */
#include "postgres.h"

#include "rpc/decimal.h"

#include "fmgr.h"
#include "utils/builtins.h"

/* 10 ^ ASB_DIVISOR_MAX_DIGITS */
#define MANTISSA_LIMIT UINT64CONST(1000000000000000000)

int
asb_numeric_compare(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp,
											 NumericGetDatum(a),
											 NumericGetDatum(b)));
}

void
asb_bound_init(AsbBound *bound, Numeric num)
{
	AsbDecimal	d;

	asb_decimal_read(num, &d);
	bound->num = num;
	bound->is_small = asb_decimal_small(&d, &bound->small);
}

/* Exponent of ten of the last decimal digit that is not zero. */
static int
last_exponent(const AsbDecimal *d)
{
	return 4 * (d->weight - d->ndigits + 1) +
		asb_digit_zeros(d->digits[d->ndigits - 1]);
}

/*
 * Digit i as a number and the power of ten it stands for, without the trailing
 * zeros of the last one.
 */
static int
trimmed_digit(const AsbDecimal *d, int i, int *base)
{
	int			digit = d->digits[i];

	*base = 10000;
	if (i == d->ndigits - 1)
		for (; digit % 10 == 0; digit /= 10)
			*base /= 10;
	return digit;
}

bool
asb_divisor_init(AsbDivisor *divisor, const AsbDecimal *d)
{
	uint64		mantissa = 0;

	for (int i = 0; i < d->ndigits; i++)
	{
		int			base;
		int			digit = trimmed_digit(d, i, &base);

		if (mantissa >= MANTISSA_LIMIT / base)
			return false;
		mantissa = mantissa * base + digit;
	}
	divisor->mantissa = mantissa;
	divisor->exponent = last_exponent(d);
	return true;
}

static uint64
multiply_modulo(uint64 a, uint64 b, uint64 modulus)
{
	return (uint64) ((unsigned __int128) a * b % modulus);
}

/*
 * With both as mantissa * 10 ^ exponent and no trailing zero in the mantissas:
 * a smaller exponent than the divisor's means a remainder, since the quotient
 * would need a mantissa that ends in zero; else mantissa * 10 ^ difference must
 * be divisible, which modular arithmetic decides.
 */
bool
asb_decimal_is_multiple(const AsbDecimal *d, const AsbDivisor *divisor)
{
	uint64		m = divisor->mantissa;
	uint64		rest = 0;
	uint64		power;
	int			shift;

	if (d->ndigits == 0)
		return true;
	shift = last_exponent(d) - divisor->exponent;
	if (shift < 0)
		return false;
	if (m == 1)
		return true;
	for (int i = 0; i < d->ndigits; i++)
	{
		int			base;
		int			digit = trimmed_digit(d, i, &base);

		rest = (multiply_modulo(rest, base, m) + digit) % m;
	}
	for (power = 10 % m; shift > 0 && rest != 0; shift >>= 1)
	{
		if (shift & 1)
			rest = multiply_modulo(rest, power, m);
		power = multiply_modulo(power, power, m);
	}
	return rest == 0;
}
