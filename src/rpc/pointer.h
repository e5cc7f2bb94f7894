/*
 * pointer.h
 *	  The values at a JSON pointer (RFC 6901), whose segment "*" stands for each
 *	  element of an array.
 */
#ifndef ASB_POINTER_H
#define ASB_POINTER_H

#include "utils/jsonb.h"

/*
 * Calls "visit" with each value at the pointer.  What the pointer does not
 * lead to is not visited, and is no error.
 */
extern void asb_pointer_visit(Jsonb *value, const char *pointer,
							  void (*visit) (Jsonb *value, void *arg), void *arg);

#endif							/* ASB_POINTER_H */
