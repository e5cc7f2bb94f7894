/*
 * wakeup.h
 *	  How a backend wakes the worker of its database: at commit, once.
 *
 * A shared table maps a database to the latch of its worker.  A backend that
 * finds no worker wakes the launcher instead, which starts one where the
 * database's security label says so.
 */
#ifndef ASB_WAKEUP_H
#define ASB_WAKEUP_H

#include "datatype/timestamp.h"

/*
 * Whatever is lost, a launcher or worker looks again after this long.  Not a
 * poll for work: each kind of work wakes the process that does it.
 */
#define ASB_SAFETY_INTERVAL_MS (60 * 1000)

/* Wakes this database's worker when the current transaction has committed. */
extern void asb_wakeup_at_commit(void);

/* Wakes this database's worker now; the caller's change is committed. */
extern void asb_wakeup_worker(void);

/*
 * The current transaction, once committed, gives the worker something to do
 * at that time (DT_NOBEGIN: at once).
 */
extern void asb_wakeup_alarm_at_commit(TimestampTz at);

/*
 * Asks the worker of a database to exit, so that the database can be dropped,
 * renamed, moved or copied.  Does not wait for it.
 */
extern void asb_wakeup_dismiss_worker(Oid dboid);

/* Worker: takes this database's entry; false if there is none to take. */
extern bool asb_wakeup_attach(void);

/* Worker: whether it was asked to exit. */
extern bool asb_wakeup_dismissed(void);

/*
 * Worker: the earliest time that it has something to do.  It clears the alarm
 * before it looks what is due, and then sets it to what comes next; what
 * others commit in between counts too.
 */
extern TimestampTz asb_wakeup_alarm(void);
extern void asb_wakeup_clear_alarm(void);
extern void asb_wakeup_set_alarm(TimestampTz at);

/*
 * Launcher: takes the launcher's place, to be woken when a worker leaves or is
 * missing.
 */
extern void asb_wakeup_attach_launcher(void);

/*
 * Launcher: whether that has happened since the last call.  Its latch is set
 * for other reasons as well, one for every few thousand changes of a catalog.
 */
extern bool asb_wakeup_launcher_asked(void);

/* Whether a worker has this database. */
extern bool asb_wakeup_has_worker(Oid dboid);

extern void asb_wakeup_init(void);

#endif							/* ASB_WAKEUP_H */
