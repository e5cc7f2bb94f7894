/*
 * anomaly_memory.h
 *	  What rules remember: past calls, values that were sent, refusals in a row.
 *
 * Kept in the worker's memory, read from the tables at first use.
 */
#ifndef ASB_ANOMALY_MEMORY_H
#define ASB_ANOMALY_MEMORY_H

#include "utils/timestamp.h"
#include "utils/uuid.h"

/* The last calls that a rule compares with, of one scope. */
typedef struct AsbRing
{
	int			size;
	int			room;			/* that there is memory for, until it is needed */
	int			count;			/* of those in use */
	int			next;			/* the oldest, once all are in use */
	TimestampTz *times;
	double	   *measures;
	int			added;			/* since the caller computed the next two */
	double		middle;
	double		deviation;
} AsbRing;

/* Newest "size" calls of a rule; valid until asb_memory_forget(). */
extern AsbRing *asb_memory_ring(const char *rule, const pg_uuid_t *scope, int size);

/* Adds a call to the ring and to what asb_memory_flush() stores. */
extern void asb_memory_add(AsbRing *ring, const char *rule, const pg_uuid_t *scope,
						   TimestampTz at, double measure);

/* Was a value with this SHA-256 sent before?  It is sent now. */
extern bool asb_memory_knows(const char *rule, const uint8 *hash);
extern void asb_memory_learn(const char *rule, const uint8 *hash);

/* Calls of the conversation that were refused since the last that went. */
extern int *asb_memory_refusals(const pg_uuid_t *conversation);

extern void asb_memory_flush(void);
extern void asb_memory_forget(void);

/* The rules have changed: deletes what none of them compares with any more. */
extern void asb_memory_clean(void);

#endif							/* ASB_ANOMALY_MEMORY_H */
