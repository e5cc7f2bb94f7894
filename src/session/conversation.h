/*
 * conversation.h
 *	  Opening and closing conversations.
 */
#ifndef ASB_CONVERSATION_H
#define ASB_CONVERSATION_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "session/slot.h"

/*
 * Closes up to "max" open conversations that have expired, in the caller's
 * transaction; their sessions end when it commits.  Returns how many, and in
 * *next_expiry when the next one expires (DT_NOEND: none is open).  The
 * current user must be a superuser.
 */
extern int	asb_close_expired_conversations(int max, TimestampTz *next_expiry);

/*
 * Takes away all that an ended conversation could be used by, as far as nobody
 * keeps it locked; returns whether nothing is left.  The current user must be a
 * superuser.  In SPI.
 */
extern bool asb_conversation_take_away(const pg_uuid_t *conversation);

/*
 * Stores when sessions that have ended were last active, for the view
 * "conversations".
 */
extern void asb_save_departures(const AsbDeparture *departures, int n);

#endif							/* ASB_CONVERSATION_H */
