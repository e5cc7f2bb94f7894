/*
 * shown.h
 *	  What triggers see of a row that is changed or deleted.
 */
#ifndef ASB_SHOWN_H
#define ASB_SHOWN_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/bitmapset.h"

/*
 * Columns that a trigger, a row of pg_trigger, may look at of rows as they
 * stand in its relation; offset and whole row as in compared.h.
 */
extern Bitmapset *asb_shown_to_trigger(HeapTuple trigger, TupleDesc desc);

#endif							/* ASB_SHOWN_H */
