/*
 * provider.h
 *	  The security label provider "agentsandbox".
 */
#ifndef ASB_PROVIDER_H
#define ASB_PROVIDER_H

extern void asb_provider_init(void);

#endif							/* ASB_PROVIDER_H */
