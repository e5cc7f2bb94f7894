/*
 * decimal.h
 *	  Exact decimal numbers of JSON, read in place from a Numeric.
 *
 * PostgreSQL offers functions to compute with a numeric but none to look at
 * its digits, which both the validator and the canonical writer need without
 * making text.  The format read here is the one on disk (utils/adt/numeric.c);
 * it has not changed since 9.1 because pg_upgrade depends on it.
 */
#ifndef ASB_RPC_DECIMAL_H
#define ASB_RPC_DECIMAL_H

#include "utils/numeric.h"

#include "core/compat.h"

/*
 * Value = sum of digits[i] * 10000 ^ (weight - i), negated if `negative`.  No
 * leading or trailing digit is zero; zero has no digits and is not negative.
 */
typedef struct AsbDecimal
{
	const int16 *digits;
	int			ndigits;
	int			weight;
	bool		negative;
} AsbDecimal;

/* Read a finite number. */
static inline void
asb_decimal_read(Numeric num, AsbDecimal *d)
{
	const uint16 *body = (const uint16 *) VARDATA(num);
	int			size = VARSIZE(num) - VARHDRSZ;
	uint16		header = body[0];

	if ((header & 0xC000) == 0x8000)	/* short: sign, scale, weight in one */
	{
		d->negative = (header & 0x2000) != 0;
		d->weight = (int) (header & 0x003F) - (header & 0x0040);
		d->digits = (const int16 *) (body + 1);
		d->ndigits = (size - 2) / (int) sizeof(int16);
	}
	else
	{
		if ((header & 0xC000) == 0xC000)
			elog(ERROR, "number in JSON is not finite");
		d->negative = (header & 0xC000) == 0x4000;
		d->weight = (int16) body[1];
		d->digits = (const int16 *) (body + 2);
		d->ndigits = (size - 4) / (int) sizeof(int16);
	}
}

/* The digits of a finite number where numeric_out() writes it: all before the point, and its scale. */
static inline int
asb_decimal_written_digits(Numeric num)
{
	uint16		header = *(const uint16 *) VARDATA(num);
	AsbDecimal	d;

	asb_decimal_read(num, &d);
	return Max(4 * (d.weight + 1), 1) +
		((header & 0xC000) == 0x8000 ? (header & 0x1F80) >> 7 : header & 0x3FFF);
}

/* 1.0 is an integer: only digits after the point count. */
static inline bool
asb_decimal_is_integer(const AsbDecimal *d)
{
	return d->ndigits <= d->weight + 1 || d->ndigits == 0;
}

/* The value, if it is an integer of less than 17 digits. */
static inline bool
asb_decimal_small(const AsbDecimal *d, int64 *value)
{
	int64		v = 0;

	if (d->weight > 3 || !asb_decimal_is_integer(d))
		return false;
	if (d->ndigits > 0)
		for (int i = 0; i <= d->weight; i++)
			v = v * 10000 + (i < d->ndigits ? d->digits[i] : 0);
	*value = d->negative ? -v : v;
	return true;
}

/* Number of decimal zeros at the end of a digit that is not zero. */
static inline int
asb_digit_zeros(int16 digit)
{
	return digit % 10 ? 0 : digit % 100 ? 1 : digit % 1000 ? 2 : 3;
}

extern int	asb_numeric_compare(Numeric a, Numeric b);

/*
 * A number prepared for being compared with many others.
 */
typedef struct AsbBound
{
	Numeric		num;
	bool		is_small;
	int64		small;
} AsbBound;

extern void asb_bound_init(AsbBound *bound, Numeric num);

/* Compares the value with the bound: < 0, 0 or > 0. */
static inline int
asb_bound_compare(Numeric num, const AsbDecimal *d, const AsbBound *bound)
{
	int64		v;

	if (bound->is_small && asb_decimal_small(d, &v))
		return (v > bound->small) - (v < bound->small);
	return asb_numeric_compare(num, bound->num);
}

/*
 * A positive divisor: mantissa * 10 ^ exponent, the mantissa without trailing
 * zero.
 */
#define ASB_DIVISOR_MAX_DIGITS 18

typedef struct AsbDivisor
{
	uint64		mantissa;
	int			exponent;
} AsbDivisor;

/* False if the divisor has more than ASB_DIVISOR_MAX_DIGITS digits. */
extern bool asb_divisor_init(AsbDivisor *divisor, const AsbDecimal *d);
extern bool asb_decimal_is_multiple(const AsbDecimal *d, const AsbDivisor *divisor);

#endif							/* ASB_RPC_DECIMAL_H */
