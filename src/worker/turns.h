/*
 * turns.h
 *	  The order of claiming: oldest first, fair to conversations.
 */
#ifndef ASB_TURNS_H
#define ASB_TURNS_H

#include "utils/uuid.h"

extern void asb_turns_begin(bool rescan);
extern int64 asb_turns_current(void);
extern int64 asb_turns_next(const pg_uuid_t *conversation);

/* A turn that no other call has, so that none goes before another by its age. */
extern int64 asb_turns_apart(void);

/* A transaction was rolled back. */
extern void asb_turns_forget(void);

#endif							/* ASB_TURNS_H */
