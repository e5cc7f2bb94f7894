/*
 * clock.h
 *	  The limits of time that hold while a session runs, waits and is idle.
 */
#ifndef ASB_CLOCK_H
#define ASB_CLOCK_H

#include "session/profile.h"

/* What lock_timeout, which the server keeps, may be at most now; 0: anything. */
extern int	asb_lock_wait;

/* The limits from here on; the first call starts the clock. */
extern void asb_clock_set_limits(const AsbLimits *limits);

/* Where a statement has arrived, at the first place where we hear of it and maybe at more. */
extern void asb_clock_statement_arrived(void);

/* Where an error ends a statement, for which the server has stopped all timers. */
extern void asb_clock_stopped(void);

#endif							/* ASB_CLOCK_H */
