/*
 * task_departures.c
 *	  Keeps when sessions that have ended were last active.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/snapmgr.h"

#include "session/conversation.h"
#include "session/slot.h"
#include "worker/task.h"
#include "worker/worker.h"

int64
asb_task_departures(void)
{
	if (asb_slot_has_departures())
	{
		SetCurrentStatementStartTimestamp();
		StartTransactionCommand();
		PushActiveSnapshot(GetTransactionSnapshot());
		asb_save_departures();
		PopActiveSnapshot();
		CommitTransactionCommand();
	}
	return ASB_SAFETY_INTERVAL_MS;
}
