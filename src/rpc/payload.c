/*
 * payload.c
 *	  How much a payload says, as anomaly rules measure it.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/jsonb.h"

#include "core/compat.h"
#include "rpc/canonical.h"
#include "rpc/payload.h"

double
asb_bits_of_payload(const char *text, int length)
{
	int			counts[256] = {0};
	double		bits = 0;

	for (int i = 0; i < length; i++)
		counts[(unsigned char) text[i]]++;
	for (int i = 0; i < lengthof(counts); i++)
	{
		if (counts[i] > 0)
			bits += counts[i] * log2((double) length / counts[i]);
	}
	return bits;
}

/*
 * payload_bits(arguments jsonb) RETURNS double precision
 */
ASB_FUNCTION(asb_payload_bits);

Datum
asb_payload_bits(PG_FUNCTION_ARGS)
{
	int			length;
	char	   *text = asb_canonical_json(PG_GETARG_JSONB_P(0), &length);

	PG_RETURN_FLOAT8(asb_bits_of_payload(text, length));
}
