/*
 * agent.h
 *	  Whether the agent itself acts, and what was granted to it.
 */
#ifndef ASB_AGENT_H
#define ASB_AGENT_H

#include "miscadmin.h"
#include "utils/acl.h"

#include "session/session.h"

/*
 * The sandboxed session if what happens now happens with the agent's own
 * authority, else NULL: in a session that is not sandboxed, and inside a
 * SECURITY DEFINER function or a foreign key's check, where an owner acts.
 * Needs a transaction; errors as asb_session() does.
 */
extern const AsbSession *asb_agent(void);

/* The same of what asb_session() has just returned. */
static inline const AsbSession *
asb_agent_of(const AsbSession *session)
{
	/*
	 * Not simply GetUserId() != role: a role that the agent got into in some
	 * other way is no reason to let go.
	 */
	if (session && GetUserId() != session->role && InLocalUserIdChange())
		return NULL;
	return session;
}

/*
 * Whose grants count: of a conversation its own role's, of a pooled connection
 * that has entered none those of agentsandbox_pool alone.  What else its role
 * may do is not for an agent, who gets there by leaving.
 */
static inline Oid
asb_agent_grantee(const AsbSession *agent)
{
	return agent->kind == ASB_SESSION_POOL ?
		get_role_oid("agentsandbox_pool", false) : agent->role;
}

/*
 * Those of the privileges in "mask" that an item of an ACL gives to the role or
 * to roles it is a member of, by name.  What PUBLIC has and what ownership
 * implies does not count.
 */
extern AclMode asb_acl_item_granted(const AclItem *item, Oid role, AclMode mask);

/* The same for the ACL in an attribute of a system cache's tuple. */
extern AclMode asb_acl_granted_in(int cacheid, HeapTuple tuple, AttrNumber attnum,
								  Oid role, AclMode mask);

#endif							/* ASB_AGENT_H */
