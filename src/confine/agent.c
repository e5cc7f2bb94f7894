/*
 * agent.c
 *	  Whether the agent itself acts, and what was granted to it.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/syscache.h"

#include "confine/agent.h"

const AsbSession *
asb_agent(void)
{
	const AsbSession *session = asb_session();

	if (session == NULL)
		return NULL;

	/*
	 * Not simply GetUserId() != role: a role that the agent got into in some
	 * other way is no reason to let go.
	 */
	if (InLocalUserIdChange() && GetUserId() != session->role)
		return NULL;
	return session;
}

AclMode
asb_acl_granted(const Acl *acl, Oid role, AclMode mask)
{
	AclMode		granted = 0;

	if (acl == NULL)
		return 0;

	for (int i = 0; i < ACL_NUM(acl); i++)
	{
		const AclItem *item = &ACL_DAT(acl)[i];

		if (item->ai_grantee == ACL_ID_PUBLIC ||
			(item->ai_privs & mask & ~granted) == 0)
			continue;
		if (item->ai_grantee == role || has_privs_of_role(role, item->ai_grantee))
			granted |= item->ai_privs & mask;
	}
	return granted;
}

AclMode
asb_acl_granted_in(int cacheid, HeapTuple tuple, AttrNumber attnum,
				   Oid role, AclMode mask)
{
	bool		isnull;
	Datum		datum = SysCacheGetAttr(cacheid, tuple, attnum, &isnull);
	Acl		   *acl;
	AclMode		granted;

	if (isnull)
		return 0;

	acl = DatumGetAclP(datum);
	granted = asb_acl_granted(acl, role, mask);
	if ((Pointer) acl != DatumGetPointer(datum))
		pfree(acl);
	return granted;
}
