/*
 * entrance.h
 *		Probes of what is not a statement: logins, roles, the protocol, methods.
 */
#ifndef ASB_AUDIT_ENTRANCE_H
#define ASB_AUDIT_ENTRANCE_H

#include "bin/audit/session.h"

/* Adds and tries them.  Needs an open conversation. */
extern void asb_entrance_try(AsbAudit *audit, AsbProbes *probes);

#endif
