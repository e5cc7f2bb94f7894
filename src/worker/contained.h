/*
 * contained.h
 *	  Running something in a subtransaction, so that its error ends it alone.
 */
#ifndef ASB_CONTAINED_H
#define ASB_CONTAINED_H

/*
 * Calls run(arg).  After an error, which goes to the server's log with
 * "context", everything it did is undone and false returned.
 */
extern bool asb_contained(void (*run) (void *arg), void *arg, const char *context);

#endif							/* ASB_CONTAINED_H */
