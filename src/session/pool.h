/*
 * pool.h
 *	  Pooled connections: entering and leaving a conversation.
 */
#ifndef ASB_POOL_H
#define ASB_POOL_H

/*
 * What DISCARD ALL, RESET ROLE and leave() come down to: back to the pool
 * role, with nothing of the conversation left in this backend.  Does nothing
 * unless a conversation has been entered; error inside a transaction block.
 */
extern void asb_session_leave(void);

#endif							/* ASB_POOL_H */
