/*
 * analyze.h
 *	  Judges what an agent wrote, once it was parsed and analyzed.
 */
#ifndef ASB_ANALYZE_H
#define ASB_ANALYZE_H

#include "nodes/parsenodes.h"
#include "parser/parse_node.h"

#include "confine/agent.h"

/*
 * Asks the function, type and relation gates about all that an agent's
 * statement names.  Restricts the catalogs in it to the agent's world.
 */
extern void asb_analyze_gate(const AsbSession *agent, ParseState *pstate, Query *query);

#endif							/* ASB_ANALYZE_H */
