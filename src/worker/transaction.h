/*
 * transaction.h
 *	  The transactions of a worker.
 */
#ifndef ASB_WORKER_TRANSACTION_H
#define ASB_WORKER_TRANSACTION_H

/*
 * Begins one: the extension is locked, a snapshot is active and SPI connected.
 * Where the extension is gone the worker exits.  "activity" is shown in
 * pg_stat_activity.  After an error AbortCurrentTransaction() ends it; one of
 * lock_not_available says that somebody keeps what was needed locked.
 */
extern void asb_worker_begin(const char *activity);

extern void asb_worker_commit(void);

#endif							/* ASB_WORKER_TRANSACTION_H */
