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
	return asb_agent_of(asb_session());
}

AclMode
asb_acl_item_granted(const AclItem *item, Oid role, AclMode mask)
{
	if (item->ai_grantee == ACL_ID_PUBLIC || (item->ai_privs & mask) == 0)
		return 0;
	if (item->ai_grantee != role && !has_privs_of_role(role, item->ai_grantee))
		return 0;
	return item->ai_privs & mask;
}

AclMode
asb_acl_granted_in(int cacheid, HeapTuple tuple, AttrNumber attnum,
				   Oid role, AclMode mask)
{
	bool		isnull;
	Datum		datum = SysCacheGetAttr(cacheid, tuple, attnum, &isnull);
	Acl		   *acl;
	AclMode		granted = 0;

	if (isnull)
		return 0;

	acl = DatumGetAclP(datum);
	for (int i = 0; i < ACL_NUM(acl); i++)
		granted |= asb_acl_item_granted(&ACL_DAT(acl)[i], role, mask & ~granted);
	if ((Pointer) acl != DatumGetPointer(datum))
		pfree(acl);
	return granted;
}
