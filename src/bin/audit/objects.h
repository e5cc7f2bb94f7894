/*
 * objects.h
 *		Probes for everything that a database's catalogs hold.
 */
#ifndef ASB_AUDIT_OBJECTS_H
#define ASB_AUDIT_OBJECTS_H

#include "bin/audit/session.h"

/*
 * Adds probes for every object, or for those of some schemas only, as the
 * auditor sees them in the catalogs: nothing of the extension is asked.
 * "schemas" is an array in SQL's text form, or NULL for all.
 */
extern void asb_objects_add(AsbAudit *audit, AsbProbes *probes, const char *schemas);

#endif
