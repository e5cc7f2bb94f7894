/*
 * bind.h
 *	  Binds a session to its conversation, at login.
 */
#ifndef ASB_BIND_H
#define ASB_BIND_H

/* The search_path of a conversation: its profile's, then what all have; palloc'd. */
extern char *asb_bind_search_path(const char *profile_search_path);

extern void asb_bind_init(void);

#endif							/* ASB_BIND_H */
