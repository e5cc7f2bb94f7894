/*
 * interval.h
 *	  Intervals as a number.
 */
#ifndef ASB_INTERVAL_H
#define ASB_INTERVAL_H

#include "datatype/timestamp.h"

/* In microseconds; a month has 30 days, a day 24 hours, as when SQL compares. */
static inline int64
asb_interval_microseconds(const Interval *interval)
{
	return interval->time +
		(interval->day + (int64) interval->month * DAYS_PER_MONTH) * USECS_PER_DAY;
}

#endif							/* ASB_INTERVAL_H */
