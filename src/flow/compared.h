/*
 * compared.h
 *	  What the server compares and computes when a row is written, and so may
 *	  tell of by an error, and what it shows triggers and rules.
 */
#ifndef ASB_COMPARED_H
#define ASB_COMPARED_H

#include "access/sysattr.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

/* A column's member in a set of columns, offset as in a range table entry. */
#define ASB_MEMBER(attnum) ((attnum) - FirstLowInvalidHeapAttributeNumber)
#define ASB_WHOLE_ROW ASB_MEMBER(InvalidAttrNumber)

/*
 * What is looked at together when a row is written: by a CHECK constraint, a
 * foreign key, the bound of a partition, the policies of a table, the
 * expressions of an index, the size of its rows or of the table's, or what a
 * column is generated from.
 */
typedef struct AsbCheck
{
	Bitmapset  *columns;
	Bitmapset  *makers;			/* that decide it, when they are written */
	bool		if_changed;		/* only done where a value becomes another: that tells of the old one */
} AsbCheck;

/*
 * Columns of a relation, as ASB_MEMBER() has them; the whole row stands for any
 * column.  What those that inherit from it compare is counted in, with the whole
 * row for columns that only they have.
 */
typedef struct AsbCompared
{
	Bitmapset  *keys;			/* that a unique index or exclusion constraint compares
								 * with those of other rows */
	Bitmapset  *makers;			/* that decide what is compared, when they are written */
	bool		inserts;		/* INSERT has something compared whatever columns it writes */
	List	   *checks;			/* of AsbCheck */
	Bitmapset  *shown;			/* that triggers and rules see of a row that is changed or deleted */
} AsbCompared;

/* In the current memory context.  Locks no relation. */
extern AsbCompared asb_compared(Oid relid);

#endif							/* ASB_COMPARED_H */
