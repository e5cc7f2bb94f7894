/*
 * table.h
 *	  Hash tables of one backend.
 */
#ifndef ASB_TABLE_H
#define ASB_TABLE_H

#include "utils/hsearch.h"

/* An entry begins with its key, which is compared byte by byte: it has no padding. */
static inline HTAB *
asb_table_create(const char *name, MemoryContext context, Size key, Size entry)
{
	HASHCTL		ctl = {.keysize = key, .entrysize = entry, .hcxt = context};

	return hash_create(name, 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

#endif							/* ASB_TABLE_H */
