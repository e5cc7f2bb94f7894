/*
 * commit.h
 *	  Which transactions wait for their WAL.
 *
 * A change of a call that a crash may undo, because it is then done again with
 * the same effect, does not wait; one that somebody may act upon does.
 */
#ifndef ASB_COMMIT_H
#define ASB_COMMIT_H

/*
 * This transaction need not wait for its WAL on our account.  In a transaction
 * block it does nonetheless: who began one may do more in it.
 */
extern void asb_commit_may_be_lost(void);

/*
 * It must, whatever else is said and whatever synchronous_commit says: as that
 * does where it is on, so for standby servers where there are synchronous ones.
 */
extern void asb_commit_must_last(void);

#endif							/* ASB_COMMIT_H */
