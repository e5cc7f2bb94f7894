/*
 * meter.h
 *	  Counts the rows a session changes and is sent.
 */
#ifndef ASB_METER_H
#define ASB_METER_H

#include "executor/execdesc.h"
#include "session/profile.h"

/* The limits from here on; before, nothing is counted. */
extern void asb_meter_set_limits(const AsbLimits *limits);

/* A new statement of the client: its counts start at zero. */
extern void asb_meter_reset(void);

/* After ExecutorStart: the rows that its INSERT, UPDATE and DELETE will handle. */
extern void asb_meter_executor_started(QueryDesc *query);

/* Before each ExecutorRun, as of FETCH: the rows that it will lock. */
extern void asb_meter_executor_runs(const QueryDesc *query);

/* Before ExecutorFinish: rows changed in ways that could not be watched. */
extern void asb_meter_executor_finishing(const QueryDesc *query);

/*
 * Before changes that nobody tells of until they are done, if they do not fail.
 * Refuses if no bytes are left, and has the statement cancelled when they are
 * used up.
 */
extern void asb_meter_changes_begin(void);

/* After COPY FROM, which has no executor. */
extern void asb_meter_count_changes(uint64 rows);

#endif							/* ASB_METER_H */
