/*
 * commit.c
 *	  Which transactions wait for their WAL.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/guc.h"

#include "core/commit.h"
#include "core/transaction.h"

#define SETTING "synchronous_commit"

/* the setting's value before this transaction was let off; NULL: it was not */
static const char *value_before = NULL;

static void
set(const char *value)
{
	(void) set_config_option(SETTING, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_LOCAL, true, 0, false);
}

static void
commit_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			value_before = NULL;
			break;
		default:
			break;
	}
}

void
asb_commit_may_be_lost(void)
{
	static bool watching = false;

	if (value_before != NULL || IsTransactionBlock())
		return;
	asb_at_transaction_end(&watching, commit_xact_callback, NULL);
	/* names of an enum's values are constants */
	value_before = GetConfigOption(SETTING, false, false);
	set("off");
}

void
asb_commit_must_last(void)
{
	if (value_before != NULL)
		set(value_before);
}
