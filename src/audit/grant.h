/*
 * grant.h
 *	  Which grants give a role its privileges, in words.
 */
#ifndef ASB_GRANT_H
#define ASB_GRANT_H

#include "access/htup.h"
#include "utils/acl.h"

#include "audit/surface.h"

/* Called for each grant that gives one or more of the privileges asked for. */
typedef void (*AsbGrantCallback) (AsbPath *via, AclMode privileges, void *argument);

/*
 * Goes through the ACL of a row of a catalog; returns the privileges that were
 * found, as asb_acl_granted_in() does.
 */
extern AclMode asb_grants(AsbSurface *surface, HeapTuple row, AttrNumber acl, AclMode mask,
						  AsbGrantCallback callback, void *argument);

/* The roles that the role has the privileges of, itself left out, with how. */
extern void asb_grant_memberships(AsbSurface *surface,
								  void (*callback) (Oid role, AsbPath *via, void *argument),
								  void *argument);

/* Quoted name of a role, a number if it has been dropped; palloc'd. */
extern char *asb_role_text(Oid role);

#endif							/* ASB_GRANT_H */
