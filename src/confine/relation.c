/*
 * relation.c
 *	  The relation gate: which relations and columns a sandboxed session may
 *	  read and change.
 *
 * Privileges count if they were granted by name, to the profile or to the
 * conversation's own role; those of PUBLIC and of an owner do not.  The server
 * checks its own idea of privileges besides; both must agree.
 *
 * Asked twice: when a statement is analyzed, so that describing it tells
 * nothing, and each time it is executed (ExecutorCheckPerms_hook), views and
 * SECURITY INVOKER functions expanded.  Inside a view its owner is asked for,
 * which is the administrator's affair.  At execution the server's catalogs are
 * not judged: what the agent wrote about them was judged when analyzed, and
 * functions in views, such as obj_description(), read them as the agent.
 *
 * System columns are closed: xmin, xmax, cmin and ctid tell of other sessions'
 * transactions and of rows that one cannot see, tableoid of partitions.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/agent.h"
#include "confine/catalogs.h"
#include "confine/decisions.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "core/catalog.h"

/* privileges that a sandboxed session can make use of */
#define USABLE (ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE | ACL_USAGE)

bool
asb_relation_kind_counts(char relkind)
{
	switch (relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
		case RELKIND_SEQUENCE:
			return true;
		default:
			return false;
	}
}

AclMode
asb_relation_privileges(Oid role, HeapTuple row)
{
	if (!asb_relation_kind_counts(((Form_pg_class) GETSTRUCT(row))->relkind))
		return 0;
	return asb_acl_granted_in(RELOID, row, Anum_pg_class_relacl, role, USABLE);
}

static AclMode pg_noinline
decide_privileges(Oid role, Oid relid)
{
	AsbDecision decision = asb_decision_begin(ASB_DECISION_RELATION, role, relid);
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));

	if (!HeapTupleIsValid(tuple))
		return 0;
	decision.value = asb_relation_privileges(role, tuple);
	ReleaseSysCache(tuple);

	asb_decision_remember(&decision);
	return decision.value;
}

static AclMode
relation_privileges(Oid role, Oid relid)
{
	const uint32 *decided = asb_decision_find(ASB_DECISION_RELATION, role, relid);

	return decided ? *decided : decide_privileges(role, relid);
}

AclMode
asb_relation_column_privileges(Oid role, HeapTuple row, AclMode mask)
{
	Form_pg_attribute column = (Form_pg_attribute) GETSTRUCT(row);
	AclMode		privileges;

	if (column->attisdropped)
		return 0;
	privileges = asb_acl_granted_in(ATTNUM, row, Anum_pg_attribute_attacl, role, mask);
	if ((mask & ACL_SELECT) && asb_catalog_column_open(column->attrelid, column->attnum))
		privileges |= ACL_SELECT;
	return privileges;
}

bool
asb_relation_named_in_grant(Oid role, Oid relid, AttrNumber attnum)
{
	HeapTuple	row;
	bool		named;

	if (relation_privileges(role, relid) & ACL_SELECT)
		return true;
	row = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	if (!HeapTupleIsValid(row))
		return false;
	named = asb_acl_granted_in(ATTNUM, row, Anum_pg_attribute_attacl, role, ACL_SELECT) != 0;
	ReleaseSysCache(row);
	return named;
}

/* Privileges on one column alone. */
static AclMode
column_privileges(Oid role, Oid relid, AttrNumber attnum, AclMode mask)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid),
										Int16GetDatum(attnum));
	AclMode		privileges;

	if (!HeapTupleIsValid(tuple))
		return 0;
	privileges = asb_relation_column_privileges(role, tuple, mask);
	ReleaseSysCache(tuple);
	return privileges;
}

static AclMode pg_noinline
decide_some_column_privileges(Oid role, Oid relid)
{
	AsbDecision decision = asb_decision_begin(ASB_DECISION_COLUMNS, role, relid);
	int			natts = asb_relation_natts(relid);

	decision.value = 0;
	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
		decision.value |= column_privileges(role, relid, attnum, ASB_OF_COLUMNS);

	asb_decision_remember(&decision);
	return decision.value;
}

/* Privileges that at least one column gives. */
static AclMode
some_column_privileges(Oid role, Oid relid)
{
	const uint32 *decided = asb_decision_find(ASB_DECISION_COLUMNS, role, relid);

	return decided ? *decided : decide_some_column_privileges(role, relid);
}

bool
asb_relation_granted(Oid role, Oid relid, AclMode privilege)
{
	return (relation_privileges(role, relid) & privilege) != 0 ||
		(some_column_privileges(role, relid) & privilege) != 0;
}

bool
asb_relation_reachable(Oid role, Oid relid)
{
	return asb_relation_granted(role, relid, USABLE);
}

bool
asb_relation_column_granted(Oid role, Oid relid, AttrNumber attnum, AclMode mask)
{
	return (relation_privileges(role, relid) & mask) != 0 ||
		column_privileges(role, relid, attnum, mask) != 0;
}

bool
asb_relation_has_column(Oid relid, AttrNumber attnum)
{
	HeapTuple	tuple = SearchSysCacheAttNum(relid, attnum);

	if (!HeapTupleIsValid(tuple))
		return false;
	ReleaseSysCache(tuple);
	return true;
}

/*
 * Looks for a column in the set that lacks the privilege.  An empty set asks
 * for the privilege on any column.
 */
static bool
columns_allowed(Oid role, Oid relid, const Bitmapset *columns, AclMode privilege,
				AttrNumber *attnum)
{
	int			bit = -1;

	if (bms_is_empty(columns))
		return (some_column_privileges(role, relid) & privilege) != 0;

	while ((bit = bms_next_member(columns, bit)) >= 0)
	{
		AttrNumber	column = bit + FirstLowInvalidHeapAttributeNumber;
		int			natts;

		if (column != InvalidAttrNumber)
		{
			*attnum = column;
			if (!column_privileges(role, relid, column, privilege))
				return false;
			continue;
		}

		/* the whole row */
		natts = asb_relation_natts(relid);
		for (column = 1; column <= natts; column++)
		{
			*attnum = column;
			if (!column_privileges(role, relid, column, privilege) &&
				asb_relation_has_column(relid, column))
				return false;
		}
	}
	return true;
}

bool
asb_relation_system_column(const Bitmapset *columns, AttrNumber *attnum)
{
	const bitmapword system_columns =
	((bitmapword) 1 << (InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber)) - 1;

	/* they stand before the others, in the first word */
	if (columns == NULL || (columns->words[0] & system_columns) == 0)
		return false;
	*attnum = bms_next_member(columns, -1) + FirstLowInvalidHeapAttributeNumber;
	return true;
}

AsbRelationVerdict
asb_relation_decide(Oid role, const AsbAccess *access, AttrNumber *attnum, AclMode *missing)
{
	AclMode		privileges = relation_privileges(role, access->relid);
	AclMode		lacking = access->requiredPerms & ~privileges;

	*attnum = InvalidAttrNumber;
	*missing = lacking;

	if (privileges == 0 && some_column_privileges(role, access->relid) == 0)
		return ASB_RELATION_HIDDEN;
	if (asb_relation_system_column(access->selectedCols, attnum))
		return ASB_RELATION_SYSTEM_COLUMN;
	if (lacking == 0)
		return ASB_RELATION_ALLOWED;

	*missing = lacking & ~ASB_OF_COLUMNS;
	if (*missing)
		return ASB_RELATION_NO_PRIVILEGE;

	*missing = ACL_SELECT;
	if ((lacking & ACL_SELECT) &&
		!columns_allowed(role, access->relid, access->selectedCols, ACL_SELECT, attnum))
		return *attnum ? ASB_RELATION_HIDDEN_COLUMN : ASB_RELATION_NO_PRIVILEGE;
	*missing = ACL_INSERT;
	if ((lacking & ACL_INSERT) &&
		!columns_allowed(role, access->relid, access->insertedCols, ACL_INSERT, attnum))
		return *attnum ? ASB_RELATION_HIDDEN_COLUMN : ASB_RELATION_NO_PRIVILEGE;
	*missing = ACL_UPDATE;
	if ((lacking & ACL_UPDATE) &&
		!columns_allowed(role, access->relid, access->updatedCols, ACL_UPDATE, attnum))
		return *attnum ? ASB_RELATION_HIDDEN_COLUMN : ASB_RELATION_NO_PRIVILEGE;

	*missing = 0;
	return ASB_RELATION_ALLOWED;
}

static const char *
privilege_name(AclMode privilege)
{
	if (privilege & ACL_SELECT)
		return "SELECT";
	if (privilege & ACL_INSERT)
		return "INSERT";
	if (privilege & ACL_UPDATE)
		return "UPDATE";
	if (privilege & ACL_DELETE)
		return "DELETE";
	return "this";
}

const char *
asb_relation_hint_columns(Oid role, Oid relid, AclMode privilege)
{
	int			natts = asb_relation_natts(relid);
	StringInfoData hint;
	const char *separator = "";

	initStringInfo(&hint);
	appendStringInfoString(&hint, "Name the columns you need: ");
	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (!asb_relation_has_column(relid, attnum) ||
			!asb_relation_column_granted(role, relid, attnum, privilege))
			continue;
		/* those of a wide table are to be read there */
		if (hint.len > 500)
			return ASB_HINT_COLUMNS;
		appendStringInfo(&hint, "%s%s", separator, quote_identifier(get_attname(relid, attnum, false)));
		separator = ", ";
	}
	appendStringInfoChar(&hint, '.');
	return *separator ? hint.data : ASB_HINT_COLUMNS;
}

void
asb_relation_refuse(AsbRelationVerdict verdict, Oid role, const char *name, Oid relid,
					AttrNumber attnum, AclMode missing)
{
	AsbRefusal	refusal = {
		.gate = ASB_GATE_RELATION,
		.object = name,
		.class_id = RelationRelationId,
		.object_id = relid,
		.privilege = privilege_name(missing)
	};
	const char *column = attnum ? get_attname(relid, attnum, true) : NULL;

	/* what the server itself brings is no secret */
	if (relid < FirstNormalObjectId && verdict != ASB_RELATION_ALLOWED)
	{
		refusal.message = column ?
			psprintf("column \"%s\" of the server's relation \"%s\" is not allowed", column, name) :
			psprintf("the server's relation \"%s\" is not allowed", name);
		refusal.hint = "Read agentsandbox.tables and agentsandbox.columns instead.";
		asb_refuse(&refusal);
		return;
	}

	switch (verdict)
	{
		case ASB_RELATION_ALLOWED:
			return;
		case ASB_RELATION_HIDDEN:
			refusal.sqlerrcode = ERRCODE_UNDEFINED_TABLE;
			refusal.message = psprintf("relation \"%s\" does not exist", name);
			break;
		case ASB_RELATION_SYSTEM_COLUMN:
			refusal.message = psprintf("system columns of relation \"%s\" are not allowed", name);
			refusal.hint = ASB_HINT_COLUMNS;
			break;
		case ASB_RELATION_HIDDEN_COLUMN:
			if (column)
				refusal.privilege = psprintf("%s (%s)", privilege_name(missing),
											 quote_identifier(column));
			/* a column that may be written is no secret, though it is not granted for this */
			refusal.hint = "agentsandbox.columns lists what is granted.";
			if (!asb_relation_granted(role, relid, missing))
				refusal.message = psprintf("%s on relation \"%s\" is not granted", privilege_name(missing), name);
			else if (column && asb_relation_column_granted(role, relid, attnum, ASB_OF_COLUMNS))
				refusal.message = psprintf("%s of column \"%s\" of relation \"%s\" is not granted",
										   privilege_name(missing), column, name);
			else
			{
				refusal.message = psprintf("%s of all columns of relation \"%s\" is not granted",
										   privilege_name(missing), name);
				refusal.hint = asb_relation_hint_columns(role, relid, missing);
			}
			break;
		case ASB_RELATION_NO_PRIVILEGE:
			refusal.message = psprintf("%s on relation \"%s\" is not granted",
									   privilege_name(missing), name);
			refusal.hint = "agentsandbox.tables lists what is granted.";
			break;
	}
	asb_refuse(&refusal);
}

void
asb_relation_gate(const AsbSession *agent, List *access_list)
{
	Oid			user = agent->role;
	Oid			role = asb_agent_grantee(agent);
	ListCell   *cell;

	foreach(cell, access_list)
	{
		const AsbAccess *access = asb_access(cell);
		AsbRelationVerdict verdict;
		AttrNumber	attnum;
		AclMode		missing;

		if (access == NULL || access->requiredPerms == 0 ||
			access->relid < FirstNormalObjectId ||
			(OidIsValid(access->checkAsUser) && access->checkAsUser != user))
			continue;

		verdict = asb_relation_decide(role, access, &attnum, &missing);
		if (verdict == ASB_RELATION_HIDDEN)
			asb_refuse(&(AsbRefusal) {
				.gate = ASB_GATE_RELATION,
				.object = get_rel_name(access->relid),
				/* not a name of the agent's, or it would not have come this far */
				.message = "a relation that a view, function, policy or trigger uses is not granted",
				.class_id = RelationRelationId,
				.object_id = access->relid,
				.privilege = privilege_name(missing)
			});
		else if (verdict != ASB_RELATION_ALLOWED)
			asb_relation_refuse(verdict, role, get_rel_name(access->relid), access->relid, attnum, missing);
	}
}
