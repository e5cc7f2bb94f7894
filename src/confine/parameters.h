/*
 * parameters.h
 *	  Parameters that a Parse message gives types to.
 */
#ifndef ASB_PARAMETERS_H
#define ASB_PARAMETERS_H

#include "parser/parse_node.h"

/*
 * The types of the parameters of a text that is analyzed, and how many there are;
 * none of EXPLAIN (GENERIC_PLAN), which the statement gate refuses.
 */
extern const Oid *asb_parameters(const ParseState *pstate, const Query *query, int *n);

/*
 * Drivers write $1::regtype: analyzes such a statement again with a text for the
 * parameter, which the cast is then given.  The input function of the type would
 * look for the name among all there are.
 */
extern void asb_parameters_take_names(const ParseState *pstate, Query *query);

/* A statement that no gate judges is analyzed: refuses parameters. */
extern void asb_parameters_refuse(const ParseState *pstate, const Query *query);

/* A Parse message is about to be answered: ends the session if its text is no statement but has parameters. */
extern void asb_parameters_parsed(void);

#endif							/* ASB_PARAMETERS_H */
