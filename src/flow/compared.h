/*
 * compared.h
 *	  What the server compares when a row is written, and so may tell of by an
 *	  error.
 */
#ifndef ASB_COMPARED_H
#define ASB_COMPARED_H

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

/* What a CHECK constraint, or the bound of a partition, looks at together. */
typedef struct AsbCheck
{
	Bitmapset  *columns;
	Bitmapset  *makers;			/* that decide it, when they are written */
} AsbCheck;

/*
 * Columns of a relation, offset as in a range table entry; the whole row stands
 * for any column.  What those that inherit from it compare is counted in.
 */
typedef struct AsbCompared
{
	Bitmapset  *keys;			/* that a unique index or exclusion constraint compares
								 * with those of other rows */
	Bitmapset  *makers;			/* that decide what is compared, when they are written */
	bool		inserts;		/* INSERT has something compared whatever columns it writes */
	List	   *checks;			/* of AsbCheck */
} AsbCompared;

/* In the current memory context.  Locks no relation. */
extern AsbCompared asb_compared(Oid relid);

#endif							/* ASB_COMPARED_H */
