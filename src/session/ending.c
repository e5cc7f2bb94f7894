/*
 * ending.c
 *	  Ends the sessions of the conversations that a transaction has closed.
 *
 * "closing" lists them, each with the nesting level of its (sub)transaction, so
 * that a rolled back close ends no session.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "core/transaction.h"
#include "session/ending.h"
#include "session/slot.h"

typedef struct Closing
{
	pg_uuid_t	conversation;
	int			nest_level;
} Closing;

static Closing *closing = NULL; /* in TopTransactionContext */
static int	nclosing = 0;
static int	max_closing = 0;

/* Ends the sessions.  Nothing here may error: the transaction has committed. */
static void
end_sessions(void)
{
	/* in place: the uuid is the first field, and the levels are of no use now */
	pg_uuid_t  *closed = (pg_uuid_t *) closing;

	for (int i = 0; i < nclosing; i++)
		memmove(&closed[i], &closing[i].conversation, sizeof(pg_uuid_t));
	asb_slot_terminate(closed, nclosing);
}

static void
forget(void)
{
	closing = NULL;				/* goes with its context */
	nclosing = max_closing = 0;
}

static void
xact_callback(XactEvent event, void *arg)
{
	if (nclosing == 0)
		return;

	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot PREPARE a transaction that has closed a conversation")));
			break;
		case XACT_EVENT_COMMIT:
			end_sessions();
			forget();
			break;
		case XACT_EVENT_ABORT:
			forget();
			break;
		default:
			break;
	}
}

static void
subxact_callback(SubXactEvent event, SubTransactionId my_subid,
				 SubTransactionId parent_subid, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (nclosing > 0 && closing[nclosing - 1].nest_level >= level)
			nclosing--;
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		for (int i = nclosing; i > 0 && closing[i - 1].nest_level >= level; i--)
			closing[i - 1].nest_level = level - 1;
	}
}

void
asb_end_sessions_at_commit(const pg_uuid_t *conversation)
{
	static bool watching = false;

	asb_at_transaction_end(&watching, xact_callback, subxact_callback);
	if (nclosing == max_closing)
	{
		max_closing = Max(16, 2 * max_closing);
		if (closing == NULL)
			closing = MemoryContextAlloc(TopTransactionContext,
										 max_closing * sizeof(Closing));
		else
			closing = repalloc_huge(closing, max_closing * sizeof(Closing));
	}
	closing[nclosing].conversation = *conversation;
	closing[nclosing].nest_level = GetCurrentTransactionNestLevel();
	nclosing++;
}
