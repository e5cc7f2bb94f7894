/*
 * bounded.h
 *	  Twins of the server's search functions that refuse hopeless work.
 */
#ifndef ASB_BOUNDED_H
#define ASB_BOUNDED_H

#include "nodes/pg_list.h"

/*
 * Has an expression of the agent's call the bounded twin, if what it calls is
 * one of the server's search functions.  Changes the node in place.
 */
extern void asb_bounded_substitute(Node *node);

/* Has what was substituted use indexes again where it is a condition of WHERE or ON. */
extern void asb_bounded_conditions(Node *condition);

/* Has the index conditions that the planner made call such twins. */
extern void asb_bounded_substitute_in_paths(List *paths);

/* Does a list of expressions, or an expression, call such a twin? */
extern bool asb_bounded_called(Node *node);

#endif							/* ASB_BOUNDED_H */
