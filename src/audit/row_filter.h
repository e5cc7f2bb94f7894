/*
 * row_filter.h
 *	  Which rows of a relation somebody gets at, by its policies.
 */
#ifndef ASB_ROW_FILTER_H
#define ASB_ROW_FILTER_H

#include "access/htup.h"
#include "nodes/primnodes.h"

#include "audit/surface.h"
#include "audit/world.h"

/*
 * The condition that row-level security puts on one command (one of ACL_SELECT,
 * ACL_INSERT, ACL_UPDATE and ACL_DELETE) of a role, as SQL; NULL if there is
 * none, "false" where no policy allows a row.  For a conversation what is known
 * of it stands there as a literal.
 */
extern const char *asb_row_filter(AsbSurface *surface, AsbRelation *relation,
								  AclMode command, Oid role);

/* Does row-level security apply to the role? */
extern bool asb_row_filtered(AsbRelation *relation, Oid role);

/* Is the policy one of those for the command of the role? */
extern bool asb_policy_applies(AsbSurface *surface, HeapTuple policy, AclMode command, Oid role);

#endif							/* ASB_ROW_FILTER_H */
