/*
 * ready.h
 *	  Which calls of this database can be claimed, beside what the table says,
 *	  and telling gateways that there are some.
 *
 * A call that was relayed a moment ago is "fresh": it is kept here, in shared
 * memory, and in no index.  One that nobody claims for a while waits in the
 * table's index by turn.  What is kept here is only a hint: the row decides.
 * What is lost from here (the claim was rolled back, the server crashed) comes
 * into the index when the worker next looks at the call (worker/task_young.c).
 */
#ifndef ASB_READY_H
#define ASB_READY_H

#include "rpc/row.h"

typedef struct AsbFreshCall
{
	int64		turn;
	AsbCallKey	key;
	uint32		method;			/* asb_method_hash() */
} AsbFreshCall;

/* Of a method's name, without its terminating zero. */
extern uint32 asb_method_hash(const char *name, int length);

/*
 * Takes out the first fresh call of one of these methods (NULL: of any) that
 * comes before "limit" (NULL: any); false if there is none.
 */
extern bool asb_fresh_take(const AsbFreshCall *limit, const uint32 *methods, int nmethods,
						   AsbFreshCall *call);

/* Takes out this one; false if it is not there. */
extern bool asb_fresh_remove(const AsbCallKey *key, int64 *turn);

/* The turn of the first, if there is any. */
extern bool asb_fresh_first(int64 *turn);

/* Worker: how many more can be added, which nobody else does. */
extern int	asb_fresh_room(void);

/*
 * Worker: adds it once this transaction has committed, and tells gateways; not
 * beyond the room.
 */
extern void asb_fresh_add_at_commit(const AsbFreshCall *call);

/* Worker: tells gateways, once it has committed, that calls wait in the index. */
extern void asb_ready_announce_at_commit(void);

/* How often that was done; for asb_ready_wait(). */
extern uint64 asb_ready_announcements(void);

/*
 * Waits until it was done more often than that, or a call of these methods
 * (NULL: of any) is fresh; false: neither before "until".
 */
extern bool asb_ready_wait(uint64 announcements, const uint32 *methods, int nmethods,
						   TimestampTz until);

/*
 * The turn from which a claim reads the index: no call that waits there has a
 * lower one.  Zero, which is always right, if no worker has said better.
 */
extern int64 asb_frontier(void);

/*
 * Worker: says so.  Only the worker makes calls wait in the index, and it gives
 * them turns from here on; a claim that is rolled back brings back a call that
 * the worker still saw there.
 */
extern void asb_frontier_set(int64 turn);

extern void asb_ready_init(void);

#endif							/* ASB_READY_H */
