/*
 * compare.h
 *		What was tried, compared with what the surface lists.
 */
#ifndef ASB_AUDIT_COMPARE_H
#define ASB_AUDIT_COMPARE_H

#include "bin/audit/session.h"

typedef struct AsbComparison
{
	size_t		listed;
	size_t		works;
	size_t		refused;
	size_t		impossible;
	size_t		differences;	/* printed, each on a line */
} AsbComparison;

/*
 * Compares and prints the differences.  With "all_tried" false only a part of
 * the objects was tried, and an entry that was not is no difference.
 */
extern AsbComparison asb_compare(AsbAudit *audit, const AsbProbes *probes, bool all_tried,
								 bool verbose);

#endif
