/*
 * count.c
 *	  How many rows a table has.
 *
 * By its OID and without a query: whoever asks may be a superuser, and a name
 * can come to mean a view, with anybody's functions in it, between two looks.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "core/compat.h"

/* Those of the table itself that the active snapshot sees. */
static int64
count_rows(Relation rel)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	int64		rows = 0;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		rows++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return rows;
}

/*
 * count_rows(table oid) RETURNS bigint: null for what is dropped, or no table
 * that this session can read
 */
ASB_FUNCTION(asb_count_rows);

Datum
asb_count_rows(PG_FUNCTION_ARGS)
{
	Relation	rel = try_relation_open(PG_GETARG_OID(0), AccessShareLock);
	bool		stored;
	int64		rows = 0;

	if (rel == NULL)
		PG_RETURN_NULL();
	stored = (rel->rd_rel->relkind == RELKIND_RELATION ||
			  (rel->rd_rel->relkind == RELKIND_MATVIEW && RelationIsPopulated(rel))) &&
		!RELATION_IS_OTHER_TEMP(rel);
	if (stored)
		rows = count_rows(rel);
	relation_close(rel, AccessShareLock);

	if (!stored)
		PG_RETURN_NULL();
	PG_RETURN_INT64(rows);
}
