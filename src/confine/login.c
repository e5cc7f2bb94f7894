/*
 * login.c
 *	  The login gate: what may become a session.
 *
 * Decided from the role's label alone, since only shared catalogs can be read
 * here; that the conversation is open is decided when the session is bound.
 *
 *		conversation	into its own database only, until it expires
 *		pool role		wherever it may connect; it can only enter()
 *		profile			never: a session of the bare role were no sandbox
 *		without a label	not with the name of a conversation, nor as what was a
 *						pool role before agentsandbox_pool was renamed
 *
 * Neither of the first two may speak the replication protocol or bring a
 * setting that the setting gate does not list.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_database.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/relcache.h"
#include "utils/timestamp.h"

#include "confine/login.h"
#include "confine/setting.h"
#include "core/compat.h"
#include "session/role.h"
#include "session/role_label.h"
#include "session/session.h"

static void refuse(const char *message, const char *hint) pg_attribute_noreturn();

static void
refuse(const char *message, const char *hint)
{
	ereport(FATAL,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg_internal("%s", message),
			 hint ? errhint("%s", hint) : 0));
}

static void
check_setting(const char *name, const char *value)
{
	if (asb_setting_decide(NULL, name, value, ASB_SETTING_STARTUP) < ASB_SETTING_ALLOWED)
		refuse(psprintf("setting \"%s\" is not allowed when connecting", name),
			   "Connect without it.");
}

/*
 * Judges the settings of an "options" string.  Anything but -c name=value and
 * --name=value is a switch of the server itself.
 */
static void
check_command_line(const char *options)
{
	/* no more arguments than every second character; see process_startup_options() */
	char	  **argv = palloc((strlen(options) / 2 + 2) * sizeof(char *));
	int			argc = 0;

	pg_split_opts(argv, &argc, options);

	for (int i = 0; i < argc; i++)
	{
		char	   *setting = NULL;
		char	   *equals;

		if (strcmp(argv[i], "-c") == 0)
			setting = ++i < argc ? argv[i] : NULL;
		else if (strncmp(argv[i], "-c", 2) == 0 || strncmp(argv[i], "--", 2) == 0)
			setting = argv[i] + 2;

		equals = setting ? strchr(setting, '=') : NULL;
		if (equals == NULL)
			refuse(psprintf("option \"%s\" is not allowed when connecting",
							argv[Min(i, argc - 1)]),
				   "Connect without it.");
		*equals++ = '\0';
		/* the server reads a dash in a name as an underscore */
		for (char *p = setting; *p; p++)
		{
			if (*p == '-')
				*p = '_';
		}
		check_setting(setting, equals);
	}
}

static void
check_startup_packet(Port *port)
{
	if (am_walsender)
		refuse("replication connections are not allowed", NULL);

	if (port->cmdline_options)
		check_command_line(port->cmdline_options);

	/* names and values alternate */
	for (int i = 0; i < list_length(port->guc_options); i += 2)
		check_setting(list_nth(port->guc_options, i),
					  list_nth(port->guc_options, i + 1));
}

/*
 * OID of a database, InvalidOid if there is none.  get_database_oid() uses an
 * index, which the first connections of a new server do not have yet.
 */
static Oid
database_oid(const char *name)
{
	Relation	rel = table_open(DatabaseRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			oid = InvalidOid;

	ScanKeyInit(&key, Anum_pg_database_datname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	scan = systable_beginscan(rel, DatabaseNameIndexId, criticalSharedRelcachesBuilt,
							  NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		oid = ((Form_pg_database) GETSTRUCT(tuple))->oid;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return oid;
}

void
asb_login_gate(Port *port)
{
	Oid			role = get_role_oid(port->user_name, true);
	AsbRoleLabel label;

	if (!OidIsValid(role))
		return;					/* authentication is a formality then: core refuses */

	label = asb_role_label(role);
	switch (label.kind)
	{
		case ASB_ROLE_PROFILE:
			refuse("a profile cannot log in",
				   "Open a conversation and connect as its role.");
			break;

		case ASB_ROLE_CONVERSATION:
			asb_session_expect(role);
			check_startup_packet(port);
			if (!OidIsValid(label.database) ||
				port->database_name == NULL ||
				database_oid(port->database_name) != label.database)
				refuse("a conversation can connect to its own database only", NULL);
			if (label.expires_at <= GetCurrentTimestamp())
				refuse("the conversation has expired", NULL);
			break;

		case ASB_ROLE_ORDINARY:
		case ASB_ROLE_PREDEFINED:
			if (asb_is_pool_role(role))
			{
				asb_session_expect(role);
				check_startup_packet(port);
			}
			else if (asb_role_was_pool(role))
				refuse("agentsandbox_pool has lost its name or its security label",
					   "The administrator gives it back what it has lost.");
			else if (asb_is_conversation_role_name(port->user_name))
				refuse("the conversation has lost its security label",
					   "The operator closes it and opens another one.");
			break;
	}
}
