/*
 * server_functions.h
 *	  Which of the server's own functions an agent may reach, and why.
 *
 * The list is data (server_function_list.h), keyed by pg_proc OID below
 * FirstGenbkiObjectId: those numbers are assigned by hand in the server's
 * source, and are the same in every database of every installation.  What is
 * not on the list is refused, so also what a newer server brings.  A row
 * counts only while the function of that number still has that name.
 *
 * Harmless means: whoever calls the function learns nothing but what its
 * arguments and the session's own login tell, changes nothing outside the
 * query, and cannot reach another function, object or name through it.  It
 * does not mean cheap: time and memory are limited elsewhere, and the classes
 * say where a limit of time alone does not help.
 */
#ifndef ASB_SERVER_FUNCTIONS_H
#define ASB_SERVER_FUNCTIONS_H

#include "access/htup.h"

typedef enum AsbFunctionClass
{
	ASB_CLASS_COMPARISON,
	ASB_CLASS_NUMBER,
	ASB_CLASS_STRING,
	ASB_CLASS_SEARCH,
	ASB_CLASS_REGEXP,
	ASB_CLASS_BINARY,
	ASB_CLASS_DATETIME,
	ASB_CLASS_FORMAT,
	ASB_CLASS_JSON,
	ASB_CLASS_ARRAY,
	ASB_CLASS_RANGE,
	ASB_CLASS_ENUM,
	ASB_CLASS_TEXT_SEARCH,
	ASB_CLASS_GEOMETRY,
	ASB_CLASS_NETWORK,
	ASB_CLASS_ROWS,
	ASB_CLASS_RANDOM,
	ASB_CLASS_SESSION,
	ASB_CLASS_TYPE_OF,
	ASB_CLASS_AGGREGATE,
	/* from here on: reached, but never named by a query */
	ASB_CLASS_EXECUTOR_STEP,
	ASB_CLASS_TYPE_TEXT,
	ASB_CLASS_SAMPLING,
	/* called by a query, which gets another function instead (describe.h) */
	ASB_CLASS_DESCRIPTION
} AsbFunctionClass;

/*
 * May a query, or the fastpath message, name the function of this row of
 * pg_proc: as a call, an operator, an aggregate?
 */
extern bool asb_server_function_allowed(HeapTuple row);

/*
 * May the function run for an agent?  True also of what only the executor, a
 * cast through text (CoerceViaIO) or TABLESAMPLE reaches: transition and final
 * functions of aggregates, input and output of types, sampling methods.
 */
extern bool asb_server_function_reachable(HeapTuple row);

/* Is it one that calls are led from to the agent's own, which knows what may be told? */
extern bool asb_server_function_describes(HeapTuple row);

/*
 * Does its time grow with the product of its arguments' sizes, so that it is
 * run through a bounded twin (bounded.h)?
 */
extern bool asb_server_function_searches(Oid funcid);

/* Why the function is on the list, a sentence; NULL if it is not. */
extern const char *asb_server_function_reason(HeapTuple row);

#endif							/* ASB_SERVER_FUNCTIONS_H */
