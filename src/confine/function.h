/*
 * function.h
 *	  The function gate: what a sandboxed session may have executed.
 */
#ifndef ASB_FUNCTION_H
#define ASB_FUNCTION_H

#include "access/htup.h"

#include "confine/agent.h"

/* the refusal of one that is hidden */
#define ASB_FUNCTION_NOT_GRANTED "a function that this needs is not granted"

typedef enum AsbFunctionVerdict
{
	ASB_FUNCTION_UNLISTED,		/* the server's, but not on the list */
	ASB_FUNCTION_HIDDEN,		/* not granted: for the agent there is none */
	ASB_FUNCTION_SETTING,		/* reads or changes a setting by name: the setting gate's */
	ASB_FUNCTION_DESCRIBES,		/* the server's, for which a call gets another */
	ASB_FUNCTION_INNER,			/* listed, but only the executor may reach it */
	ASB_FUNCTION_LISTED,
	ASB_FUNCTION_GRANTED
} AsbFunctionVerdict;

/* The decision of this gate about a row of pg_proc, for a role. */
extern AsbFunctionVerdict asb_function_decide_row(Oid role, HeapTuple row);

/* The same about a function by its number, remembered; HIDDEN if there is none. */
extern AsbFunctionVerdict asb_function_decide(Oid role, Oid funcid);

/*
 * Judges a function that runs outside of any statement that was analyzed: the
 * fastpath message, the input of a parameter, a domain's check at Parse.
 */
extern void asb_function_gate_direct(const AsbSession *agent, Oid funcid);

/*
 * Refuses a function, as the verdict says.  "position" is where it was called in
 * the notation of a column, or 0.
 */
extern void asb_function_refuse(AsbFunctionVerdict verdict, Oid funcid, int position) pg_attribute_cold;

#endif							/* ASB_FUNCTION_H */
