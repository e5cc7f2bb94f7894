/*
 * token.h
 *	  The tokens by which pooled connections enter a conversation.
 */
#ifndef ASB_TOKEN_H
#define ASB_TOKEN_H

#include "utils/uuid.h"

/* Makes one and stores its hash; in SPI, whose memory it is in. */
extern char *asb_token_insert(const pg_uuid_t *conversation, bool single_use);

/* Deletes those of a conversation and returns how many there were; in SPI. */
extern int	asb_tokens_delete(const pg_uuid_t *conversation);

#endif							/* ASB_TOKEN_H */
