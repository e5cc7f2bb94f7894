/*
 * clock.h
 *	  The limits of time that hold while a session runs, waits and is idle.
 */
#ifndef ASB_CLOCK_H
#define ASB_CLOCK_H

#include "session/profile.h"

/* The limits from here on; the first call starts the clock. */
extern void asb_clock_set_limits(const AsbLimits *limits);

/*
 * Lowers lock_timeout to the limit: what the agent set before the operator
 * lowered that is not above it any more, nor what a ROLLBACK brings back.
 */
extern void asb_clock_lower_lock_wait(void);

/* Where a statement has arrived, at the first place where we hear of it and maybe at more. */
extern void asb_clock_statement_arrived(void);

/* Where an error ends a statement, for which the server has stopped all timers. */
extern void asb_clock_stopped(void);

#endif							/* ASB_CLOCK_H */
