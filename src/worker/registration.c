/*
 * registration.c
 *	  Registers the launcher, and makes workers step aside for statements
 *	  that need a database without connections.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "postmaster/bgworker.h"

#include "worker/worker.h"

void
asb_worker_init(void)
{
	BackgroundWorker launcher = {0};

	/* a server that pg_upgrade started works on nothing */
	if (IsBinaryUpgrade)
		return;

	launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
	launcher.bgw_restart_time = 1;
	strlcpy(launcher.bgw_name, "agentsandbox launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_type, "agentsandbox launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_library_name, "agentsandbox", BGW_MAXLEN);
	strlcpy(launcher.bgw_function_name, "asb_launcher_main", BGW_MAXLEN);
	RegisterBackgroundWorker(&launcher);
}
