/*
 * test_budget.c
 *	  The theorem of metered egress, by counting: under a budget of B bits the
 *	  outside can see at most 2^(B+1) different things.
 *
 * A system has some methods with some payloads each.  What can be seen of a
 * conversation is, tick by tick, which calls came, in canonical order.  Every
 * such transcript that the budget pays for is enumerated, for hundreds of small
 * systems, at the prices of common/bits.c.
 */
#include <stdlib.h>

#include "common/bits.h"
#include "tap.h"

#define MAX_METHODS 4

typedef struct System
{
	int			methods;
	int			payloads[MAX_METHODS];
	double		capacity[MAX_METHODS];
	int			per_tick;
} System;

/* What was released last; calls of one tick come in the order of these numbers. */
typedef struct Last
{
	int			method;
	int			payload;
	int			in_tick;
} Last;

typedef struct Count
{
	uint64_t	sequences;		/* in any order within a tick */
	uint64_t	transcripts;	/* as they can be seen */
} Count;

/* What follows a transcript, itself included. */
static Count
enumerate(const System *s, double budget, double spent, Last last, bool canonical)
{
	Count		count = {1, canonical};

	for (uint64_t gap = 0; asb_bits_product(spent, asb_bits_cost(s->methods, 0, gap)) <= budget; gap++)
		for (int m = 0; m < s->methods; m++)
		{
			double		now = asb_bits_product(spent, asb_bits_cost(s->methods, s->capacity[m], gap));

			if (now > budget || (gap == 0 && last.in_tick == s->per_tick))
				continue;
			for (int p = 0; p < s->payloads[m]; p++)
			{
				bool		later = gap > 0 || last.in_tick == 0 || m > last.method ||
					(m == last.method && p >= last.payload);
				Count		rest = enumerate(s, budget, now,
											 (Last) {m, p, gap > 0 ? 1 : last.in_tick + 1},
											 canonical && later);

				count.sequences += rest.sequences;
				count.transcripts += rest.transcripts;
			}
		}
	return count;
}

static void
test_random_systems(void)
{
	double		fullest = 0;
	int			wrong = 0;
	uint64_t	total = 0;

	for (int i = 0; i < 400; i++)
	{
		System		s = {1 + random() % MAX_METHODS, {0}, {0}, 1 + random() % 4};
		double		budget = (random() % 1500) / 100.0;
		Count		count;

		for (int m = 0; m < s.methods; m++)
		{
			s.payloads[m] = 1 + random() % (random() % 4 == 0 ? 40 : 4);
			s.capacity[m] = asb_bits_count(s.payloads[m]);
		}
		count = enumerate(&s, budget, 0, (Last) {0, 0, 0}, true);
		total += count.transcripts;
		fullest = fmax(fullest, log2((double) count.sequences) - budget);
		if (log2((double) count.sequences) > budget + 1 || count.transcripts > count.sequences)
		{
			wrong++;
			printf("# budget %g: %" PRIu64 " sequences, %" PRIu64 " transcripts\n",
				   budget, count.sequences, count.transcripts);
		}
	}
	is_int(wrong, 0, "400 systems, %" PRIu64 " transcripts: never more than 2^(B+1)", total);
	ok(fullest > -1.5, "and the bound is no idle one: at most %.2f bits below it", 1 - fullest);
}

/* The cheapest system there is, where the bound is nearly reached. */
static void
test_cheapest(void)
{
	System		s = {1, {1}, {0}, 1000};

	for (int budget = 0; budget <= 18; budget++)
	{
		uint64_t	count = enumerate(&s, budget, 0, (Last) {0, 0, 0}, true).sequences;

		if (count > UINT64_C(1) << (budget + 1))
			ok(false, "%d bits: %" PRIu64 " sequences", budget, count);
	}
	ok(true, "one method without arguments: when it is called says no more either");
}

/* Nothing is for nothing: without the leading bit the sum would not converge. */
static void
test_least_cost(void)
{
	ok(asb_bits_cost(1, 0, 0) >= 2, "a call that says nothing costs two bits");
	ok(asb_bits_cost(1, 0, UINT64_C(1) << 40) == 1 + 81, "a long silence costs");
}

int
main(void)
{
	srandom(2);
	test_random_systems();
	test_cheapest();
	test_least_cost();
	return tap_done();
}
