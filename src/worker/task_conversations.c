/*
 * task_conversations.c
 *	  Closes conversations that have expired, and expires the calls of those
 *	  that ended.
 *
 * What sessions keep locked, be it a call, the role or a token, is left where it
 * is, and the conversation in ended_conversations until all is done.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "core/catalog.h"
#include "core/query.h"
#include "rpc/error.h"
#include "rpc/row.h"
#include "session/conversation.h"
#include "worker/task.h"

/* A transaction begins no step after so long, in milliseconds: sessions wait for its end. */
#define MAX_MS 100

/* the conversation being dealt with, the last call of it seen, whether something is left */
static pg_uuid_t current;
static pg_uuid_t last_call;
static bool left;

/* Those of which something was locked are passed over for a while. */
#define MAX_LOCKED 100
#define LOCKED_MS 1000
static pg_uuid_t locked[MAX_LOCKED];
static int	nlocked = 0;
static TimestampTz locked_at = 0;

/* What was seen may have been undone: begins with the conversation again. */
void
asb_conversations_forget(void)
{
	memset(&current, 0, sizeof(current));
}

/*
 * A batch of the calls of one ended conversation; calls that it submitted are
 * task_validate.c's, which expires them.  Returns false when none is left.
 */
static bool
expire_calls(void)
{
	Relation	calls = asb_calls_open();
	Relation	index;
	Datum		error = JsonbPGetDatum(asb_call_error(ASB_ERROR_CONVERSATION_ENDED, NULL));
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	int			seen = 0;

	index = index_open(asb_primary_key(calls), AccessShareLock);
	ScanKeyInit(&keys[0], Anum_call_conversation, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(&current));
	ScanKeyInit(&keys[1], Anum_call_id, BTGreaterStrategyNumber, F_UUID_GT,
				UUIDPGetDatum(&last_call));
	scan = systable_beginscan_ordered(calls, index, GetActiveSnapshot(), 2, keys);
	while (seen < ASB_TASK_BATCH &&
		   HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		AsbCall		call;

		asb_call_read(calls, tuple, &call);
		if (call.state != ASB_CALL_SUBMITTED && !asb_call_state_is_terminal(call.state))
		{
			asb_call_set_state(&call, ASB_CALL_EXPIRED);
			asb_call_set(&call, Anum_call_error, error);
			left |= asb_call_write(calls, &call, false) != TM_Ok;
		}
		last_call = *DatumGetUUIDP(call.values[Anum_call_id - 1]);
		heap_freetuple(call.tuple);
		seen++;
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(calls, NoLock);
	return seen > 0;
}

/* One step for one ended conversation; false if there is none. */
static bool
expire_ended(void)
{
	static AsbQuery first = {
		"SELECT conversation FROM agentsandbox.ended_conversations"
		" WHERE conversation <> ALL ($1) ORDER BY conversation LIMIT 1",
		1, {UUIDARRAYOID}
	};
	static AsbQuery delete = {
		"DELETE FROM agentsandbox.ended_conversations WHERE conversation = $1",
		1, {UUIDOID}
	};
	Datum		passed[MAX_LOCKED];
	pg_uuid_t	conversation;
	Datum		value;
	bool		isnull;

	for (int i = 0; i < nlocked; i++)
		passed[i] = UUIDPGetDatum(&locked[i]);
	value = asb_query_array(passed, nlocked, UUIDOID);
	if (nlocked == MAX_LOCKED || asb_query(&first, &value, NULL) == 0)
		return false;
	conversation = *DatumGetUUIDP(asb_query_datum(0, 1, &isnull));
	if (memcmp(&conversation, &current, sizeof(pg_uuid_t)) != 0)
	{
		current = conversation;
		memset(&last_call, 0, sizeof(last_call));
		left = !asb_conversation_take_away(&current);
	}
	if (expire_calls())
		return true;

	if (left)
	{
		locked[nlocked++] = current;
		locked_at = GetCurrentTimestamp();
	}
	else
	{
		value = UUIDPGetDatum(&current);
		(void) asb_query(&delete, &value, NULL);
	}
	memset(&current, 0, sizeof(current));
	return true;
}

bool
asb_task_conversations(TimestampTz *next)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next_expiry;
	bool		more = asb_close_expired_conversations(ASB_TASK_BATCH, &next_expiry) == ASB_TASK_BATCH;

	*next = Min(*next, next_expiry);
	if (asb_rest_of(LOCKED_MS, locked_at, now) == 0)
		nlocked = 0;
	while (expire_ended())
	{
		if (TimestampDifferenceExceeds(now, GetCurrentTimestamp(), MAX_MS))
			return true;
	}
	if (nlocked > 0)
		*next = Min(*next, TimestampTzPlusMilliseconds(locked_at, LOCKED_MS));
	return more;
}
