/*
 * await.h
 *	  Waiting for calls to reach a terminal state.
 */
#ifndef ASB_AWAIT_H
#define ASB_AWAIT_H

#include "utils/uuid.h"

/* The current transaction, if it commits, has ended this call. */
extern void asb_await_call_ended(const pg_uuid_t *id);

/* The current transaction, if it commits, has made this call. */
extern void asb_await_call_made(const pg_uuid_t *conversation, const pg_uuid_t *id);

extern void asb_await_init(void);

#endif							/* ASB_AWAIT_H */
