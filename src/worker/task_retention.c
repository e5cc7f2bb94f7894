/*
 * task_retention.c
 *	  Deletes calls that ended longer than agentsandbox.retention ago.
 *
 * Calls are visited in the order of submission, as far as they were submitted
 * longer ago than that: younger ones cannot have ended so long ago.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/catalog.h"
#include "core/commit.h"
#include "core/settings.h"
#include "rpc/row.h"
#include "worker/task.h"

/* what cannot be deleted yet is visited again no sooner than that */
#define REST_MS 60000

/* False if somebody is changing it; a call that has ended never changes. */
static bool
delete_call(Relation calls, AsbCall *call)
{
	TM_FailureData failure;

	return table_tuple_delete(calls, &call->tuple->t_self, GetCurrentCommandId(true),
							  InvalidSnapshot, InvalidSnapshot, false, &failure, false) == TM_Ok;
}

bool
asb_task_retention(TimestampTz *next)
{
	static int64 rest_kept = -1;	/* the setting, and until when the task rests */
	static TimestampTz rest_until = 0;
	int64		kept = asb_retention * USECS_PER_SEC;
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz cutoff = now - kept;
	TimestampTz oldest = now;	/* when what is left or will be ended at the earliest */
	Relation	calls;
	Relation	index;
	SysScanDesc scan;
	HeapTuple	tuple;
	int			deleted = 0;

	if (asb_retention == 0)
		return false;
	if (kept == rest_kept && now < rest_until)
	{
		*next = Min(*next, rest_until);
		return false;
	}
	calls = asb_calls_open();
	index = index_open(asb_relation_oid(ASB_REL_CALLS_ORDER), AccessShareLock);
	scan = systable_beginscan_ordered(calls, index, GetActiveSnapshot(), 0, NULL);
	while (deleted < ASB_TASK_BATCH &&
		   HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		AsbCall		call;
		TimestampTz submitted;
		TimestampTz finished;

		asb_call_read(calls, tuple, &call);
		submitted = asb_call_time(&call, Anum_call_submitted_at, DT_NOBEGIN);
		finished = asb_call_time(&call, Anum_call_finished_at, DT_NOEND);
		if (finished <= cutoff && delete_call(calls, &call))
			deleted++;
		else
			oldest = Min(oldest, finished);
		heap_freetuple(call.tuple);
		if (submitted > cutoff)
		{
			oldest = Min(oldest, submitted);
			break;
		}
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(calls, NoLock);
	asb_commit_may_be_lost();
	if (deleted == ASB_TASK_BATCH)
		return true;
	rest_kept = kept;
	rest_until = Max(oldest + kept, now + Min(kept, REST_MS * INT64CONST(1000)));
	*next = Min(*next, rest_until);
	return false;
}
