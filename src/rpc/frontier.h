/*
 * frontier.h
 *	  The turn below which no call of this database waits to be claimed.
 */
#ifndef ASB_FRONTIER_H
#define ASB_FRONTIER_H

/*
 * A claim starts at this turn of the index.  Zero, which is always right, if
 * no worker has said better.
 */
extern int64 asb_frontier(void);

/*
 * Worker: no call that is, or is going to be, ready has a lower turn.  Only the
 * worker makes calls ready, and it gives them turns from here on; a claim that
 * is rolled back brings back a call that the worker still saw as ready.
 */
extern void asb_frontier_set(int64 turn);

extern void asb_frontier_init(void);

#endif							/* ASB_FRONTIER_H */
