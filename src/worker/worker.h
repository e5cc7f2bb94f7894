/*
 * worker.h
 *	  The background processes: one launcher for the server and one worker for
 *	  each database that has the extension.
 */
#ifndef ASB_WORKER_H
#define ASB_WORKER_H

/* bgw_type of the workers, as pg_stat_activity.backend_type shows it */
#define ASB_WORKER_TYPE "agentsandbox worker"

/* Entry points that the postmaster finds by name. */
extern PGDLLEXPORT void asb_launcher_main(Datum arg);
extern PGDLLEXPORT void asb_worker_main(Datum arg);

/*
 * Is somebody dropping, renaming, moving or copying the database?  Then it is
 * locked against new connections.  In a transaction.
 */
extern bool asb_database_is_wanted(Oid dboid);

extern void asb_worker_init(void);

#endif							/* ASB_WORKER_H */
