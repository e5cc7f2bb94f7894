/*
 * turns.c
 *	  The order of claiming: oldest first, fair to conversations.
 *
 * Fair queueing: each relayed call gets a turn, one more than its
 * conversation's last, but not less than the turn that is being served now.
 * Claims go by turn.  So a conversation that has a million calls waiting
 * holds one place a turn, and the first call of another comes in next.  A
 * claim reads an index in order, however many conversations wait.
 *
 * Only the worker of the database hands out turns, also to calls whose backoff
 * ends: those get the turn being served.  So calls never become claimable
 * behind the frontier (rpc/ready.h).  What is kept in memory can be read from
 * the table at any time.
 *
 * Calls of the same turn go by age.  Of a metered call (task_release.c) nobody
 * is to learn when it was submitted, so each has an odd turn of its own; all
 * others have even ones.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"

#include "core/catalog.h"
#include "core/query.h"
#include "core/table.h"
#include "rpc/ready.h"
#include "worker/turns.h"

typedef struct LastTurn
{
	pg_uuid_t	conversation;	/* hash key */
	int64		turn;
} LastTurn;

static HTAB *last_turns = NULL;
static long purge_above = 0;	/* number of entries */

/* the turn being served now, and the highest known of all */
static int64 current_turn = 0;
static int64 highest_turn = 0;

/* the last that was given to a metered call */
static int64 last_apart = 0;

/* The turn, or the next, that any number of calls can have. */
static int64
shared(int64 turn)
{
	return turn + (turn & 1);
}

static void
note_turn(const pg_uuid_t *conversation, int64 turn)
{
	LastTurn   *last = hash_search(last_turns, conversation, HASH_ENTER, NULL);

	last->turn = turn;
	highest_turn = Max(highest_turn, turn);
}

static void
read_turns(void)
{
	static AsbQuery query = {
		"SELECT conversation, pg_catalog.max(turn) FROM agentsandbox.remoteprocedurecalls"
		" WHERE turn IS NOT NULL GROUP BY conversation"
	};
	uint64		n = asb_query(&query, NULL, NULL);
	bool		isnull;

	last_turns = asb_table_create("agentsandbox turns", TopMemoryContext,
								  sizeof(pg_uuid_t), sizeof(LastTurn));
	for (uint64 i = 0; i < n; i++)
		note_turn(DatumGetUUIDP(asb_query_datum(i, 1, &isnull)),
				  DatumGetInt64(asb_query_datum(i, 2, &isnull)));
	last_apart = highest_turn;
	purge_above = Max(10000, 2 * hash_get_num_entries(last_turns));
}

/* Forgets conversations that would get the current turn anyway. */
static void
purge_turns(void)
{
	HASH_SEQ_STATUS status;
	LastTurn   *last;

	hash_seq_init(&status, last_turns);
	while ((last = hash_seq_search(&status)) != NULL)
	{
		if (last->turn < current_turn)
			hash_search(last_turns, &last->conversation, HASH_REMOVE, NULL);
	}
	purge_above = Max(10000, 2 * hash_get_num_entries(last_turns));
}

/* The first turn from there on that a call waits for; false if none does. */
static bool
first_waiting(int64 from, int64 *turn)
{
	Relation	calls = table_open(asb_relation_oid(ASB_REL_CALLS), AccessShareLock);
	Relation	index = index_open(asb_relation_oid(ASB_REL_CALLS_WAITING), AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		isnull;

	ScanKeyInit(&key, Anum_call_turn, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	scan = systable_beginscan_ordered(calls, index, GetActiveSnapshot(), 1, &key);
	tuple = systable_getnext_ordered(scan, ForwardScanDirection);
	if (tuple)
		*turn = DatumGetInt64(heap_getattr(tuple, Anum_call_turn, RelationGetDescr(calls), &isnull));
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(calls, AccessShareLock);
	return tuple != NULL;
}

void
asb_turns_begin(bool rescan)
{
	int64		fresh;

	if (last_turns == NULL)
	{
		read_turns();
		current_turn = 0;
	}
	if (!first_waiting(rescan ? 0 : current_turn, &current_turn))
		current_turn = highest_turn + 1;
	if (asb_fresh_first(&fresh))
		current_turn = Min(current_turn, fresh);
	asb_frontier_set(current_turn);
	if (hash_get_num_entries(last_turns) > purge_above)
		purge_turns();
}

int64
asb_turns_next(const pg_uuid_t *conversation)
{
	LastTurn   *last = hash_search(last_turns, conversation, HASH_FIND, NULL);
	int64		turn = shared(last ? Max(last->turn + 1, current_turn) : current_turn);

	note_turn(conversation, turn);
	return turn;
}

int64
asb_turns_current(void)
{
	return shared(current_turn);
}

int64
asb_turns_apart(void)
{
	last_apart = Max(last_apart + 1, current_turn) | 1;
	highest_turn = Max(highest_turn, last_apart);
	return last_apart;
}

void
asb_turns_forget(void)
{
	if (last_turns)
		hash_destroy(last_turns);
	last_turns = NULL;
}
