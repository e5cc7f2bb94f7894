/*
 * task_conversations.c
 *	  Closes conversations that have expired, and expires the calls of those
 *	  that ended.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "core/query.h"
#include "rpc/error.h"
#include "session/conversation.h"
#include "worker/task.h"

/* of expire_ended() in one transaction */
#define MAX_STEPS 20

/* the conversation being dealt with, and the last call of it seen */
static pg_uuid_t current;
static pg_uuid_t last_call;

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
	static AsbQuery update = {
		"WITH batch AS MATERIALIZED ("
		"  SELECT id, finished_at IS NULL AND status IN ('held', 'ready', 'claimed') AS live"
		"  FROM agentsandbox.remoteprocedurecalls WHERE conversation = $1 AND id > $2"
		"  ORDER BY id LIMIT $3),"
		" ended AS (UPDATE agentsandbox.remoteprocedurecalls c"
		"  SET status = 'expired', error = $4 FROM batch b"
		"  WHERE b.live AND c.conversation = $1 AND c.id = b.id"
		"  AND c.status IN ('held', 'ready', 'claimed'))"
		" SELECT id FROM batch ORDER BY id DESC LIMIT 1",
		4, {UUIDOID, UUIDOID, INT4OID, JSONBOID}
	};
	Datum		values[] = {
		UUIDPGetDatum(&current),
		UUIDPGetDatum(&last_call),
		Int32GetDatum(ASB_TASK_BATCH),
		PointerGetDatum(asb_call_error(ASB_ERROR_CONVERSATION_ENDED, NULL))
	};
	bool		isnull;

	if (asb_query(&update, values, NULL) == 0)
		return false;
	last_call = *DatumGetUUIDP(asb_query_datum(0, 1, &isnull));
	return true;
}

/* One step for one ended conversation; false if there is none. */
static bool
expire_ended(void)
{
	static AsbQuery first = {
		"SELECT conversation FROM agentsandbox.ended_conversations ORDER BY conversation LIMIT 1"
	};
	static AsbQuery delete = {
		"DELETE FROM agentsandbox.ended_conversations WHERE conversation = $1",
		1, {UUIDOID}
	};
	pg_uuid_t	conversation;
	Datum		value;
	bool		isnull;

	if (asb_query(&first, NULL, NULL) == 0)
		return false;
	conversation = *DatumGetUUIDP(asb_query_datum(0, 1, &isnull));
	if (memcmp(&conversation, &current, sizeof(pg_uuid_t)) != 0)
	{
		current = conversation;
		memset(&last_call, 0, sizeof(last_call));
	}
	if (expire_calls())
		return true;

	value = UUIDPGetDatum(&current);
	(void) asb_query(&delete, &value, NULL);
	memset(&current, 0, sizeof(current));
	return true;
}

bool
asb_task_conversations(TimestampTz *next)
{
	TimestampTz next_expiry;
	bool		more = asb_close_expired_conversations(ASB_TASK_BATCH, &next_expiry) == ASB_TASK_BATCH;

	*next = Min(*next, next_expiry);
	for (int i = 0; i < MAX_STEPS; i++)
	{
		if (!expire_ended())
			return more;
	}
	return true;
}
