/*
 * rates.h
 *	  How many calls of a method a conversation has made lately.
 */
#ifndef ASB_RATES_H
#define ASB_RATES_H

#include "utils/uuid.h"

/* One more; false if there were "calls" of them in the interval, and when to try again. */
extern bool asb_rate_take(const pg_uuid_t *conversation, const char *method,
						  int calls, int64 interval, double *retry_after);

/* A transaction was rolled back. */
extern void asb_rates_forget(void);

#endif							/* ASB_RATES_H */
