/*
 * conversation.h
 *	  Opening and closing conversations.
 */
#ifndef ASB_CONVERSATION_H
#define ASB_CONVERSATION_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

/*
 * Closes up to "max" open conversations that have expired, in the caller's
 * transaction; their sessions end when it commits.  Returns how many, and in
 * *next_expiry when the next one expires (DT_NOEND: none is open).  The
 * current user must be a superuser.
 */
extern int	asb_close_expired_conversations(int max, TimestampTz *next_expiry);

/*
 * Stores when the sessions that have ended since the last call were last
 * active, for the view "conversations".
 */
extern void asb_save_departures(void);

#endif							/* ASB_CONVERSATION_H */
