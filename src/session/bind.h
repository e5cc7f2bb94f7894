/*
 * bind.h
 *	  Binds a session to its conversation, at login.
 */
#ifndef ASB_BIND_H
#define ASB_BIND_H

#include "session/session.h"

/*
 * Counts the session among those of its conversation; an error of that level if
 * there are as many as the profile allows.
 */
extern void asb_bind_admit(const AsbSession *session, int elevel);

/*
 * Sets the search_path of a session: the profile's, then what every sandboxed
 * session has; NULL for a pool's.  It is set as the default that RESET comes
 * back to, and whatever becomes of the transaction.
 */
extern void asb_bind_search_path(const AsbSession *session);

/*
 * Called whenever this backend has become somebody: a conversation or a pool
 * role has logged in, a conversation was entered or left.  An error refuses.
 */
typedef void (*AsbBoundCallback) (const AsbSession *session);

/* Registers the callback for the life of the process; from _PG_init only. */
extern void asb_bind_on_bound(AsbBoundCallback callback);

/* Calls it; for enter() and leave(). */
extern void asb_bind_changed(const AsbSession *session);

extern void asb_bind_init(void);

#endif							/* ASB_BIND_H */
