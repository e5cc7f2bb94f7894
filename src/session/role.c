/*
 * role.c
 *	  The roles of conversations: made, checked, dropped.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "commands/comment.h"
#include "commands/seclabel.h"
#include "commands/user.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "core/compat.h"
#include "session/role.h"
#include "session/scram.h"

static const char *
attribute_objection(Oid role)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	Form_pg_authid form;
	const char *attribute = NULL;
	const char *objection = NULL;

	if (!HeapTupleIsValid(tuple))
		return psprintf("Role with OID %u does not exist.", role);

	form = (Form_pg_authid) GETSTRUCT(tuple);
	if (form->rolsuper)
		attribute = "SUPERUSER";
	else if (form->rolbypassrls)
		attribute = "BYPASSRLS";
	else if (form->rolcreaterole)
		attribute = "CREATEROLE";
	else if (form->rolcreatedb)
		attribute = "CREATEDB";
	else if (form->rolreplication)
		attribute = "REPLICATION";

	if (attribute)
		objection = psprintf("Role \"%s\" has attribute %s.",
							 NameStr(form->rolname), attribute);
	ReleaseSysCache(tuple);
	return objection;
}

bool
asb_role_can_log_in(Oid role, TimestampTz *until)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	bool		can = false;

	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		valid = SysCacheGetAttr(AUTHOID, tuple,
											Anum_pg_authid_rolvaliduntil, &isnull);

		can = ((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;
		if (!isnull && DatumGetTimestampTz(valid) < *until)
			*until = DatumGetTimestampTz(valid);
		ReleaseSysCache(tuple);
	}
	return can;
}

static bool
owns_this_database(Oid role)
{
	HeapTuple	tuple = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
	bool		owns;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for database %u", MyDatabaseId);
	owns = ((Form_pg_database) GETSTRUCT(tuple))->datdba == role;
	ReleaseSysCache(tuple);
	return owns;
}

/* Adds the roles that "role" is a direct member of. */
static List *
add_groups(List *roles, Oid role)
{
	CatCList   *members = SearchSysCacheList1(AUTHMEMMEMROLE, ObjectIdGetDatum(role));

	for (int i = 0; i < members->n_members; i++)
	{
		HeapTuple	tuple = &members->members[i]->tuple;

		roles = list_append_unique_oid(roles,
									   ((Form_pg_auth_members) GETSTRUCT(tuple))->roleid);
	}
	ReleaseSysCacheList(members);
	return roles;
}

const char *
asb_role_objection(Oid role, Oid profile)
{
	List	   *roles = list_make1_oid(role);
	bool		member = role == profile;

	/* the list grows while it is walked */
	for (int i = 0; i < list_length(roles); i++)
	{
		Oid			each = list_nth_oid(roles, i);
		const char *objection = attribute_objection(each);
		AsbRoleKind kind;

		if (objection)
			return objection;
		if (each < FirstNormalObjectId)
			return psprintf("Role \"%s\" is the server's own.",
							GetUserNameFromId(each, false));
		if (owns_this_database(each))
			return psprintf("Role \"%s\" owns the database.",
							GetUserNameFromId(each, false));

		/* of these two the caller knows the labels */
		kind = each == role || each == profile ? ASB_ROLE_ORDINARY : asb_role_label(each).kind;
		if (each == profile)
			member = true;
		else if (kind == ASB_ROLE_PROFILE)
			return psprintf("Role \"%s\" is another profile.",
							GetUserNameFromId(each, false));
		else if (kind == ASB_ROLE_CONVERSATION)
			return psprintf("Role \"%s\" is another conversation.",
							GetUserNameFromId(each, false));
		else if (kind == ASB_ROLE_PREDEFINED &&
				 each != get_role_oid("agentsandbox_agent", true))
			return psprintf("Role \"%s\" is not for agents.",
							GetUserNameFromId(each, false));

		roles = add_groups(roles, each);
	}

	list_free(roles);
	return member ? NULL : "The role is not a member of its profile.";
}

bool
asb_role_was_pool(Oid role)
{
	static const char own_prefix[] = "agentsandbox_";
	Oid			pool = get_role_oid("agentsandbox_pool", true);
	List	   *roles = list_make1_oid(role);

	if (OidIsValid(pool))
		return is_member_of_role_nosuper(role, pool) &&
			asb_role_label(pool).kind != ASB_ROLE_PREDEFINED;

	/* the list grows while it is walked */
	for (int i = 0; i < list_length(roles); i++)
	{
		Oid			each = list_nth_oid(roles, i);

		if (asb_role_label(each).kind == ASB_ROLE_PREDEFINED &&
			strncmp(GetUserNameFromId(each, false), own_prefix, strlen(own_prefix)) != 0)
			return true;
		roles = add_groups(roles, each);
	}
	list_free(roles);
	return false;
}

static DefElem *
option(const char *name, Node *value)
{
	return makeDefElem(pstrdup(name), value, -1);
}

/*
 * CreateRole() could do it, but would hash the empty password, as slowly as
 * SCRAM wants it, to find out that it is not the password.
 */
static void
set_verifier(Oid role, const char *verifier)
{
	Relation	rel = table_open(AuthIdRelationId, RowExclusiveLock);
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	HeapTuple	changed;
	Datum		values[Natts_pg_authid] = {0};
	bool		nulls[Natts_pg_authid] = {false};
	bool		replaces[Natts_pg_authid] = {false};

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for role %u", role);
	values[Anum_pg_authid_rolpassword - 1] = CStringGetTextDatum(verifier);
	replaces[Anum_pg_authid_rolpassword - 1] = true;
	changed = heap_modify_tuple(tuple, RelationGetDescr(rel), values, nulls, replaces);
	CatalogTupleUpdate(rel, &tuple->t_self, changed);
	ReleaseSysCache(tuple);
	table_close(rel, RowExclusiveLock);
}

/*
 * CreateRole() could do it, but since 16 it would lock the profile until
 * commit, and who opens a conversation would wait for everybody who does.
 */
static void
make_member(Oid role, Oid profile)
{
	Relation	rel = table_open(AuthMemRelationId, RowExclusiveLock);
	Datum		values[Natts_pg_auth_members] = {0};
	bool		nulls[Natts_pg_auth_members] = {false};

	values[Anum_pg_auth_members_roleid - 1] = ObjectIdGetDatum(profile);
	values[Anum_pg_auth_members_member - 1] = ObjectIdGetDatum(role);
	values[Anum_pg_auth_members_grantor - 1] = ObjectIdGetDatum(BOOTSTRAP_SUPERUSERID);
	values[Anum_pg_auth_members_admin_option - 1] = BoolGetDatum(false);
	asb_set_member_options(rel, values);
	CatalogTupleInsert(rel, heap_form_tuple(RelationGetDescr(rel), values, nulls));
	table_close(rel, RowExclusiveLock);
}

void
asb_role_create(const AsbRoleLabel *label, Oid profile, const char *password)
{
	CreateRoleStmt *create = makeNode(CreateRoleStmt);
	VariableSetStmt *preload = makeNode(VariableSetStmt);
	A_Const    *library = makeNode(A_Const);
	Oid			role;

	create->stmt_type = ROLESTMT_ROLE;
	create->role = asb_conversation_role_name(&label->conversation);
	create->options =
		list_make2(option("canlogin", (Node *) makeBoolean(true)),
				   option("validUntil",
						  (Node *) makeString(pstrdup(timestamptz_to_str(label->expires_at)))));
	role = CreateRole(NULL, create);
	CommandCounterIncrement();
	make_member(role, profile);
	set_verifier(role, asb_scram_verifier(password));

	asb_role_label_set(role, label);

	/* a server that does not preload the library loads it now, and it refuses */
	library->val.sval = *makeString("agentsandbox");
	library->location = -1;
	preload->kind = VAR_SET_VALUE;
	preload->name = pstrdup("session_preload_libraries");
	preload->args = list_make1(library);
	AlterSetting(InvalidOid, role, preload);

	CommandCounterIncrement();
}

/* Deletes the rows of a shared catalog that an index finds by one or two OIDs. */
static void
delete_rows(Oid catalog, Oid index, int nkeys, AttrNumber first, Oid first_oid,
			AttrNumber second, Oid second_oid)
{
	Relation	rel = table_open(catalog, RowExclusiveLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], first, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(first_oid));
	if (nkeys > 1)
		ScanKeyInit(&keys[1], second, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(second_oid));
	scan = systable_beginscan(rel, index, true, NULL, nkeys, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		CatalogTupleDelete(rel, &tuple->t_self);
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
}

/* Leaves the role behind as one that cannot log in. */
static void
disable(Oid role, const char *name, const char *dependencies)
{
	AlterRoleStmt *alter = makeNode(AlterRoleStmt);

	alter->role = makeNode(RoleSpec);
	alter->role->roletype = ROLESPEC_CSTRING;
	alter->role->rolename = pstrdup(name);
	alter->role->location = -1;
	alter->action = 1;
	alter->options = list_make2(option("canlogin", (Node *) makeBoolean(false)),
								option("password", NULL));
	(void) AlterRole(NULL, alter);
	ereport(WARNING,
			(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
			 errmsg("role \"%s\" cannot log in any more but could not be dropped", name),
			 errdetail("Privileges or objects belong to it directly: %s", dependencies),
			 errhint("Use DROP OWNED BY and DROP ROLE, and grant to profiles only.")));
}

/*
 * DropRole() would do but for two things: it reads all of pg_db_role_setting,
 * where each conversation has a row, and it keeps a lock for each role until
 * commit, so that closing ten thousand at once would exhaust the lock table.
 * The lock is against a GRANT to the role that is committed between our check
 * and our own commit; nobody has reason to grant to a conversation's role,
 * and what such a grant would leave behind is an ACL entry without a role.
 */
void
asb_role_drop(const pg_uuid_t *conversation)
{
	char	   *name = asb_conversation_role_name(conversation);
	Oid			role = get_role_oid(name, true);
	AsbRoleLabel label;
	char	   *dependencies;
	char	   *dependencies_log;
	Relation	rel;
	HeapTuple	tuple;

	if (!OidIsValid(role))
		return;

	/*
	 * A copy of a database has its rows, not its roles; but those of a database
	 * that is not there are nobody else's, and can log in nowhere.
	 */
	label = asb_role_label(role);
	if (label.kind != ASB_ROLE_CONVERSATION ||
		memcmp(&label.conversation, conversation, sizeof(pg_uuid_t)) != 0 ||
		(label.database != MyDatabaseId &&
		 SearchSysCacheExists1(DATABASEOID, ObjectIdGetDatum(label.database))))
		return;

	if (checkSharedDependencies(AuthIdRelationId, role, &dependencies, &dependencies_log))
	{
		TimestampTz until = DT_NOEND;

		if (asb_role_can_log_in(role, &until))
			disable(role, name, dependencies);
		return;
	}

	InvokeObjectDropHook(AuthIdRelationId, role, 0);

	rel = table_open(AuthIdRelationId, RowExclusiveLock);
	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for role %u", role);
	CatalogTupleDelete(rel, &tuple->t_self);
	ReleaseSysCache(tuple);
	table_close(rel, RowExclusiveLock);

	delete_rows(AuthMemRelationId, AuthMemRoleMemIndexId, 1,
				Anum_pg_auth_members_roleid, role, 0, InvalidOid);
	delete_rows(AuthMemRelationId, AuthMemMemRoleIndexId, 1,
				Anum_pg_auth_members_member, role, 0, InvalidOid);
	delete_rows(DbRoleSettingRelationId, DbRoleSettingDatidRolidIndexId, 2,
				Anum_pg_db_role_setting_setdatabase, InvalidOid,
				Anum_pg_db_role_setting_setrole, role);
	delete_rows(DbRoleSettingRelationId, DbRoleSettingDatidRolidIndexId, 2,
				Anum_pg_db_role_setting_setdatabase, MyDatabaseId,
				Anum_pg_db_role_setting_setrole, role);
	DeleteSharedComments(role, AuthIdRelationId);
	DeleteSharedSecurityLabel(role, AuthIdRelationId);
	CommandCounterIncrement();
}
