/*
 * token.h
 *	  The tokens by which pooled connections enter a conversation.
 */
#ifndef ASB_TOKEN_H
#define ASB_TOKEN_H

#include "utils/uuid.h"

/* Makes one and stores its hash; in SPI, whose memory it is in. */
extern char *asb_token_insert(const pg_uuid_t *conversation, bool single_use);

/*
 * Deletes those of a conversation that has ended, but for any that a session is
 * using up right now; returns whether none is left.  In SPI.
 */
extern bool asb_tokens_clear(const pg_uuid_t *conversation);

#endif							/* ASB_TOKEN_H */
