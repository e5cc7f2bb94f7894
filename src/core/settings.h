/*
 * settings.h
 *	  All settings of agentsandbox, defined in settings.c.
 *
 * None can be set by an agent: their contexts are postmaster or sighup, and
 * the setting gate lists none of them.  docs/settings.md describes each.
 */
#ifndef ASB_SETTINGS_H
#define ASB_SETTINGS_H

#include "utils/guc.h"

extern int	asb_max_databases;	/* workers, one per database; postmaster */
extern int	asb_max_arguments_bytes;	/* of one call, in jsonb's binary form */
extern int	asb_raise_timeout;	/* milliseconds a session waits for the worker */
extern int	asb_retention;		/* seconds a terminal call is kept */

extern void asb_settings_init(void);

/* Sets one of the server's to a number, as a superuser. */
extern void asb_set_number(const char *name, int64 value, GucSource source);

#endif							/* ASB_SETTINGS_H */
