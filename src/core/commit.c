/*
 * commit.c
 *	  Which transactions wait for their WAL.
 */
#include "postgres.h"

#include "access/xact.h"

#include "core/commit.h"
#include "core/transaction.h"

/* may this transaction be lost, as far as those say who were asked? */
static bool may_be_lost = false;
static bool must_last = false;

/* the setting's value while such a transaction commits */
static bool committing = false;
static int	value_before;

/*
 * The variable, since changing the setting has the server look through all its
 * settings at the end of the transaction.  Nothing between the two events but
 * the commit itself goes by it.
 */
static void
commit_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (must_last ? synchronous_commit >= SYNCHRONOUS_COMMIT_ON : !may_be_lost)
				break;
			value_before = synchronous_commit;
			synchronous_commit = must_last ? SYNCHRONOUS_COMMIT_ON : SYNCHRONOUS_COMMIT_OFF;
			committing = true;
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			if (committing)
				synchronous_commit = value_before;
			committing = may_be_lost = must_last = false;
			break;
		default:
			break;
	}
}

static void
watch_commit(void)
{
	static bool watching = false;

	asb_at_transaction_end(&watching, commit_xact_callback, NULL);
}

void
asb_commit_may_be_lost(void)
{
	if (IsTransactionBlock())
		return;
	watch_commit();
	may_be_lost = true;
}

void
asb_commit_must_last(void)
{
	watch_commit();
	must_last = true;
}
