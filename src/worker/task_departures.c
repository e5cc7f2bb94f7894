/*
 * task_departures.c
 *	  Keeps when sessions that have ended were last active.
 */
#include "postgres.h"

#include "core/wakeup.h"
#include "session/conversation.h"
#include "session/slot.h"
#include "worker/task.h"
#include "worker/transaction.h"

int64
asb_task_departures(void)
{
	AsbDeparture *departures = NULL;
	int			n = 0;
	bool		more = false;

	if (asb_slot_has_departures())
		departures = asb_slot_departures(&n);
	if (n > 0)
	{
		asb_worker_begin("storing departures");
		asb_save_departures(departures, n);
		asb_worker_commit();
		more = asb_slot_departures_saved(departures[n - 1].number);
	}
	return more ? ASB_WATCH_INTERVAL_MS : ASB_SAFETY_INTERVAL_MS;
}
