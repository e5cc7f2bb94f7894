/*
 * bits.h
 *	  Counting in bits: log2 of how many different things there can be.
 *
 * A count is a double, its logarithm to base 2.  Every function rounds up: the
 * true count is at most 2 to the power of the result, never more.  This is what
 * the budget of metered egress rests on (docs/information-flow.md).
 *
 * How: results of exp2, log2 and log1p are moved outward by 8 * DBL_EPSILON,
 * relative, that is at least 7 units in the last place, where glibc's manual
 * ("Errors in Math Functions") knows of no more than 2 on any machine that
 * PostgreSQL runs on; sums are corrected by their exact rounding error.  What
 * is exactly a power of two stays exact.
 *
 * Pure C: used by the server and the unit tests alike.
 */
#ifndef ASB_COMMON_BITS_H
#define ASB_COMMON_BITS_H

#include <math.h>
#include <stdint.h>

#define ASB_BITS_NONE		(-INFINITY) /* the count 0 */
#define ASB_BITS_UNBOUNDED	INFINITY

/* What a long computation on logarithms may have lost: x, moved up. */
extern double asb_bits_up(double x);

/* log2(n) */
extern double asb_bits_count(uint64_t n);

/* One of these and then one of those: log2(2^a * 2^b).  Nothing times anything is nothing. */
extern double asb_bits_product(double a, double b);

/* One of these or one of those: log2(2^a + 2^b) */
extern double asb_bits_sum(double a, double b);

/* Sequences of `from` to `to` things out of 2^base: log2(sum of 2^(base * k)) */
extern double asb_bits_sequences(double base, int64_t from, int64_t to);

/*
 * Length of the Elias gamma code of gap + 1, exact; 2^-length summed over all
 * gaps is 1.  The gap is less than 2^63.
 */
extern double asb_bits_gamma(uint64_t gap);

/*
 * What the release of one metered call costs: one bit that ends the sequence or
 * goes on, which of the methods, which of the 2^capacity payloads, and after
 * how many ticks.
 */
extern double asb_bits_cost(uint64_t methods, double capacity, uint64_t gap);

#endif							/* ASB_COMMON_BITS_H */
