/*
 * list.h
 *	  Work that lists, x = ANY (list), can make the server do for hours.
 */
#ifndef ASB_LIST_H
#define ASB_LIST_H

#include "nodes/pathnodes.h"

/* Has a list of the agent's looked at before the server makes a table of its elements. */
extern void asb_list_bound(ScalarArrayOpExpr *search);

/* Leaves out paths of a relation that search an index too often. */
extern void asb_list_paths(PlannerInfo *root, RelOptInfo *rel);

#endif							/* ASB_LIST_H */
