/*
 * contained.h
 *	  Running something in a subtransaction, so that its error ends it alone.
 */
#ifndef ASB_CONTAINED_H
#define ASB_CONTAINED_H

/*
 * Calls run(arg).  After an error everything it did is undone and false
 * returned; the error goes to the server's log with "context".  That somebody
 * else has something locked says nothing about what was run: that error goes on.
 */
extern bool asb_contained(void (*run) (void *arg), void *arg, const char *context);

/* ... or nowhere, if "expected" says so of its SQLSTATE; any other goes on. */
extern bool asb_contained_if(void (*run) (void *arg), void *arg, bool (*expected) (int sqlerrcode));

/* ... and whatever it did is undone in any case, so that the locks it took are released. */
extern bool asb_contained_undone(void (*run) (void *arg), void *arg, bool (*expected) (int sqlerrcode));

/* That somebody else keeps something locked, for longer than is waited. */
extern bool asb_is_locked(int sqlerrcode);

#endif							/* ASB_CONTAINED_H */
