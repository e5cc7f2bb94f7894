/*
 * bounded.h
 *	  Twins of the server's search functions that refuse hopeless work.
 */
#ifndef ASB_BOUNDED_H
#define ASB_BOUNDED_H

#include "nodes/nodes.h"

/*
 * Has an expression of the agent's call the bounded twin, if what it calls is
 * one of the server's search functions.  Changes the node in place.
 */
extern void asb_bounded_substitute(Node *node);

/* Does a list of expressions, or an expression, call such a twin? */
extern bool asb_bounded_called(Node *node);

#endif							/* ASB_BOUNDED_H */
