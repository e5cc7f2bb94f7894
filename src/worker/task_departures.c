/*
 * task_departures.c
 *	  Keeps when sessions that have ended were last active.
 */
#include "postgres.h"

#include "session/conversation.h"
#include "session/slot.h"
#include "worker/task.h"
#include "worker/transaction.h"
#include "worker/worker.h"

int64
asb_task_departures(void)
{
	if (asb_slot_has_departures())
	{
		asb_worker_begin("storing departures");
		asb_save_departures();
		asb_worker_commit();
	}
	return ASB_SAFETY_INTERVAL_MS;
}
