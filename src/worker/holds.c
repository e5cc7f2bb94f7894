/*
 * holds.c
 *	  How many calls of a conversation may wait for a reviewer
 *	  (profiles.held_calls), so that no conversation floods the reviewers.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/uuid.h"

#include "core/query.h"
#include "worker/holds.h"
#include "worker/task.h"

/* Conversations of a batch of which calls are held. */
static struct
{
	pg_uuid_t	conversation;
	int			left;			/* that may still be held */
}			holders[ASB_TASK_BATCH];
static int	nholders = 0;

void
asb_hold_begin(void)
{
	nholders = 0;
}

static int
read_left(const pg_uuid_t *conversation)
{
	static AsbQuery query = {
		"SELECT p.held_calls - (SELECT pg_catalog.count(*) FROM agentsandbox.remoteprocedurecalls"
		"  WHERE conversation = r.id AND status = 'held' AND held_until > '-infinity')::integer"
		" FROM agentsandbox.conversation_records r"
		" JOIN agentsandbox.profiles p ON p.profile = r.profile WHERE r.id = $1",
		1, {UUIDOID}
	};
	Datum		value = UUIDPGetDatum(conversation);
	bool		isnull;

	if (asb_query(&query, &value, NULL) == 0)
		return 0;
	return DatumGetInt32(asb_query_datum(0, 1, &isnull));
}

bool
asb_hold_take(const pg_uuid_t *conversation)
{
	int			i = 0;

	while (i < nholders && memcmp(&holders[i].conversation, conversation, UUID_LEN) != 0)
		i++;
	if (i == nholders)
	{
		holders[i].conversation = *conversation;
		holders[i].left = read_left(conversation);
		nholders++;
	}
	return holders[i].left-- > 0;
}
