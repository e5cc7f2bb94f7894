/*
 * transaction.h
 *	  Callbacks at the end of transactions, for the backends that need them.
 */
#ifndef ASB_TRANSACTION_H
#define ASB_TRANSACTION_H

#include "access/xact.h"

/*
 * Registers them (subtransaction may be NULL), unless "done".  A backend that
 * has nothing to do there does not pay for the call in each transaction.
 */
static inline void
asb_at_transaction_end(bool *done, XactCallback transaction, SubXactCallback subtransaction)
{
	if (*done)
		return;
	RegisterXactCallback(transaction, NULL);
	if (subtransaction)
		RegisterSubXactCallback(subtransaction, NULL);
	*done = true;
}

#endif							/* ASB_TRANSACTION_H */
