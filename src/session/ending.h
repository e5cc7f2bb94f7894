/*
 * ending.h
 *	  Ends the sessions of the conversations that a transaction has closed.
 */
#ifndef ASB_ENDING_H
#define ASB_ENDING_H

#include "utils/uuid.h"

/* The conversation's sessions end when this transaction has committed. */
extern void asb_end_sessions_at_commit(const pg_uuid_t *conversation);

#endif							/* ASB_ENDING_H */
