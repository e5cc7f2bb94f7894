/*
 * provider.c
 *	  The security label provider "agentsandbox": judges SECURITY LABEL
 *	  statements by object class and refuses what it does not know.
 *
 * Labels of roles and databases are written by the extension itself; a
 * superuser may write them too, since pg_dumpall restores them that way.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "commands/seclabel.h"
#include "miscadmin.h"

#include "core/wakeup.h"
#include "flow/provider.h"
#include "session/role_label.h"

static void
require_superuser(void)
{
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be superuser to label roles and databases for agentsandbox")));
}

static void
check_label(const ObjectAddress *object, const char *label)
{
	AsbRoleLabel parsed;
	bool		valid;

	switch (object->classId)
	{
		case AuthIdRelationId:
			require_superuser();
			valid = label == NULL || asb_role_label_parse(label, &parsed);
			break;
		case DatabaseRelationId:
			require_superuser();
			valid = label == NULL || strcmp(label, "enabled") == 0;
			asb_wakeup_at_commit();
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("agentsandbox has no labels for this kind of object")));
	}

	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("\"%s\" is not a label of agentsandbox", label)));
}

void
asb_provider_init(void)
{
	register_label_provider(ASB_LABEL_PROVIDER, check_label);
}
