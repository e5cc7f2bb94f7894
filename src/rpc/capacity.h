/*
 * capacity.h
 *	  How many values a schema accepts, in bits: what a call can say.
 *
 * An upper bound of log2 of the number of canonical texts (rpc/canonical.h) that
 * the schema accepts, rounded up; docs/information-flow.md has the table.  A
 * keyword that is not understood as a limit counts as none, so the bound may be
 * too high and is never too low.
 */
#ifndef ASB_RPC_CAPACITY_H
#define ASB_RPC_CAPACITY_H

#include "rpc/schema.h"

/* What one subschema accepts by itself. */
typedef struct AsbCapacityRow
{
	const char *pointer;		/* JSON pointer within the schema, "" for all of it */
	double		bits;
} AsbCapacityRow;

/*
 * Capacity of values whose canonical text has at most max_bytes.  Never less
 * than zero nor more than 8 * max_bytes: canonical text has none of the 32
 * control characters, so even the texts of all lengths up to n are fewer than
 * 2^(8n).
 *
 * Where rows is not NULL, *rows is a palloc'ed array of *nrows, one for each
 * subschema that counts, the whole first; the pointers are the schema's own.
 */
extern double asb_capacity_of_schema(const AsbSchema *schema, int max_bytes,
									 AsbCapacityRow **rows, int *nrows);

#endif							/* ASB_RPC_CAPACITY_H */
