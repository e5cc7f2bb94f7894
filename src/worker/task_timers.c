/*
 * task_timers.c
 *	  Looks at the calls that are due.
 *
 * A row that somebody is changing is left for later, and a call that a reviewer
 * has decided about to task_reviews.c; so what is due and stays due does not
 * mean that there is work to do at once, and does not count.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/catalog.h"
#include "rpc/row.h"
#include "worker/look.h"
#include "worker/task.h"

bool
asb_task_timers(TimestampTz *next)
{
	Relation	calls = asb_calls_open();
	Relation	index = index_open(asb_relation_oid(ASB_REL_CALLS_DUE), AccessShareLock);
	TimestampTz now = GetCurrentTimestamp();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	int			looked_at = 0;

	/* null is not greater than anything */
	ScanKeyInit(&key, Anum_call_due, BTGreaterEqualStrategyNumber, F_TIMESTAMPTZ_GE,
				TimestampTzGetDatum(DT_NOBEGIN));
	scan = systable_beginscan_ordered(calls, index, GetActiveSnapshot(), 1, &key);
	while (looked_at < ASB_TASK_BATCH &&
		   HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		AsbCall		call;
		TimestampTz due;

		asb_call_read(calls, tuple, &call);
		due = asb_call_time(&call, Anum_call_due, DT_NOEND);
		if (due > now)
		{
			*next = Min(*next, due);
			break;
		}
		if (asb_look_at(calls, &call))
			due = asb_call_time(&call, Anum_call_due, DT_NOEND);
		looked_at += due > now;
		/* what a look sets is not seen by this scan */
		*next = Min(*next, Max(now, due));
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(calls, NoLock);
	return looked_at == ASB_TASK_BATCH;
}
