/*
 * setting.h
 *	  The setting gate: which settings a sandboxed session may change or see.
 */
#ifndef ASB_SETTING_H
#define ASB_SETTING_H

/* Whether a sandboxed session may bring this setting in its startup packet. */
extern bool asb_setting_startup_allowed(const char *name);

#endif							/* ASB_SETTING_H */
