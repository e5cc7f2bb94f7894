/*
 * wakeup.h
 *	  How a backend wakes the worker of its database: at commit, once.
 *
 * A shared table maps a database to the latch of its worker.  A backend that
 * finds no worker leaves its database there as wanted and wakes the launcher.
 */
#ifndef ASB_WAKEUP_H
#define ASB_WAKEUP_H

/* Wakes this database's worker when the current transaction has committed. */
extern void asb_wakeup_at_commit(void);

/* Wakes this database's worker now; the caller's change is committed. */
extern void asb_wakeup_worker(void);

/* Worker: takes this database's entry; false if another worker has it. */
extern bool asb_wakeup_attach(void);

/* Launcher: takes the launcher's place, to be woken when a worker is wanted. */
extern void asb_wakeup_attach_launcher(void);

/*
 * Launcher: lists the databases that a backend found without a worker and
 * forgets them.  Returns how many of "dboids" (room for "max") were filled.
 */
extern int	asb_wakeup_take_wanted(Oid *dboids, int max);

/* Launcher: whether a worker is attached to this database, and its pid. */
extern pid_t asb_wakeup_worker_pid(Oid dboid);

extern void asb_wakeup_init(void);

#endif							/* ASB_WAKEUP_H */
