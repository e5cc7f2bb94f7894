/*
 * statements.h
 *		Probes for every kind of statement, and for every setting.
 */
#ifndef ASB_AUDIT_STATEMENTS_H
#define ASB_AUDIT_STATEMENTS_H

#include "bin/audit/session.h"

/* One statement for each kind that PostgreSQL has. */
extern void asb_statements_add(AsbProbes *probes);

/* SHOW and SET of each setting that the server knows. */
extern void asb_settings_add(AsbAudit *audit, AsbProbes *probes);

#endif
