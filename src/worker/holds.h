/*
 * holds.h
 *	  How many calls of a conversation may wait for a reviewer.
 */
#ifndef ASB_HOLDS_H
#define ASB_HOLDS_H

#include "utils/uuid.h"

/* A batch begins. */
extern void asb_hold_begin(void);

/* May one more wait? */
extern bool asb_hold_take(const pg_uuid_t *conversation);

#endif							/* ASB_HOLDS_H */
