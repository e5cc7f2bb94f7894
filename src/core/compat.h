/*
 * compat.h
 *	  The only file that knows PostgreSQL versions.
 *
 * Each shim is headed by what changed upstream.  The rest of the source is
 * written against PostgreSQL 15.
 */
#ifndef ASB_COMPAT_H
#define ASB_COMPAT_H

#include "catalog/pg_class.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "utils/lsyscache.h"

#if PG_VERSION_NUM < 150000
#error "agentsandbox needs PostgreSQL 15 or later"
#endif

/*
 * On 15 PGDLLEXPORT is empty outside Windows; the module is built with
 * -fvisibility=hidden, so an SQL-callable function says that it is one.
 * (From 16 on PG_FUNCTION_INFO_V1 declares the function PGDLLEXPORT itself.)
 */
#define ASB_FUNCTION(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/* 17: MERGE has RETURNING.  18: the list stands in a clause, with its options. */
#if PG_VERSION_NUM >= 180000
#define asb_returning(statement) ((statement)->returningClause ? (statement)->returningClause->exprs : NIL)
#else
#define asb_returning(statement) ((statement)->returningList)
#endif
#if PG_VERSION_NUM >= 170000
#define asb_merge_returning(merge) asb_returning(merge)
#else
#define asb_merge_returning(merge) NIL
#endif

/* 17: what MERGE has after ON stands by itself, not in a join. */
#if PG_VERSION_NUM >= 170000
#define asb_merge_condition(query) (&(query)->mergeJoinCondition)
#else
#define asb_merge_condition(query) ((Node **) NULL)
#endif

/* 18: RETURNING has the row before and after, as OLD and NEW or by the names that its options give them. */
#if PG_VERSION_NUM >= 180000
static inline List *
asb_returned_names(const ReturningClause *returning)
{
	bool		given[] = {false, false};
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, returning ? returning->options : NIL)
	{
		const ReturningOption *option = lfirst_node(ReturningOption, cell);

		given[option->option == RETURNING_OPTION_NEW] = true;
		names = lappend(names, option->value);
	}
	if (returning && !given[0])
		names = lappend(names, "old");
	if (returning && !given[1])
		names = lappend(names, "new");
	return names;
}

#define asb_returned_rows(statement) asb_returned_names((statement)->returningClause)
#else
#define asb_returned_rows(statement) NIL
#endif

/* 16: the list of settings is made for who asks.  (utils/guc_tables.h) */
#if PG_VERSION_NUM >= 160000
#define asb_server_settings(n) get_guc_variables(&(n))
#else
#define asb_server_settings(n) ((n) = GetNumConfigOptions(), get_guc_variables())
#endif

/* 16: what a variable-length value looks like has a header of its own. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * 16: an update says which indexes want the new version, and summarizing ones
 * (BRIN) alone may.
 */
#if PG_VERSION_NUM >= 160000
#define AsbUpdateIndexes TU_UpdateIndexes
#define asb_updates_indexes(which) ((which) != TU_None)
#define asb_insert_index_tuples(result, slot, estate, which) \
	ExecInsertIndexTuples(result, slot, estate, true, false, NULL, NIL, (which) == TU_Summarizing)
#else
#define AsbUpdateIndexes bool
#define asb_updates_indexes(which) (which)
#define asb_insert_index_tuples(result, slot, estate, which) \
	ExecInsertIndexTuples(result, slot, estate, true, false, NULL, NIL)
#endif

/*
 * 16: what a query asks of its relations moved from the entries of its range
 * table to a list of its own, which has expanded views too.  AsbAccess has the
 * same fields in both.  A range table stands for its own list of them before.
 */
#if PG_VERSION_NUM >= 160000
#include "parser/parse_relation.h"

typedef RTEPermissionInfo AsbAccess;

#define asb_query_access(query) ((query)->rteperminfos)
#define asb_plan_access(plan) ((plan)->permInfos)
#define asb_check_plan_perms(plan) ((void) ExecCheckPermissions((plan)->rtable, (plan)->permInfos, true))
#define ASB_CHECK_PERMS_PARAMETERS(access) List *range_table, List *access
#define ASB_CHECK_PERMS_ARGUMENTS(access) range_table, access

/* The access that a member of such a list is, or NULL. */
static inline AsbAccess *
asb_access(const ListCell *cell)
{
	return lfirst_node(RTEPermissionInfo, cell);
}

static inline bool
asb_access_is_view(const AsbAccess *access)
{
	return get_rel_relkind(access->relid) == RELKIND_VIEW;
}

/* The access of an entry of the query's range table that is a relation. */
static inline AsbAccess *
asb_entry_access(const Query *query, RangeTblEntry *rte)
{
	AsbAccess  *access;

	if (rte->perminfoindex != 0)
	{
		access = getRTEPermissionInfo(query->rteperminfos, rte);
		/* OLD and NEW of a rule say that they are read, though nothing of them is */
		if (rte->inFromCl || access->requiredPerms != ACL_SELECT || !bms_is_empty(access->selectedCols))
			return access;
	}
	access = makeNode(RTEPermissionInfo);
	access->relid = rte->relid;
	return access;
}

/* Nothing is asked of what the entry was. */
static inline void
asb_entry_drop_access(RangeTblEntry *rte)
{
	rte->perminfoindex = 0;
}
#else
typedef RangeTblEntry AsbAccess;

#define asb_query_access(query) ((query)->rtable)
#define asb_plan_access(plan) ((plan)->rtable)
#define asb_check_plan_perms(plan) ((void) ExecCheckRTPerms((plan)->rtable, true))
#define ASB_CHECK_PERMS_PARAMETERS(access) List *access
#define ASB_CHECK_PERMS_ARGUMENTS(access) access

static inline AsbAccess *
asb_access(const ListCell *cell)
{
	RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

	return rte->rtekind == RTE_RELATION ? rte : NULL;
}

static inline bool
asb_access_is_view(const AsbAccess *access)
{
	return access->relkind == RELKIND_VIEW;
}

static inline AsbAccess *
asb_entry_access(const Query *query, RangeTblEntry *rte)
{
	return rte;
}

static inline void
asb_entry_drop_access(RangeTblEntry *rte)
{
	rte->requiredPerms = 0;
	rte->selectedCols = NULL;
}
#endif

/* 16: an error in a name of a type can be left to the caller. */
#if PG_VERSION_NUM >= 160000
#define asb_parse_type_name(text) typeStringToTypeName(text, NULL)
#else
#define asb_parse_type_name(text) typeStringToTypeName(text)
#endif

/* 16: one function for all kinds of objects instead of one each. */
#if PG_VERSION_NUM >= 160000
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "utils/acl.h"

#define pg_namespace_aclcheck(oid, role, mode) object_aclcheck(NamespaceRelationId, oid, role, mode)
#define pg_database_aclcheck(oid, role, mode) object_aclcheck(DatabaseRelationId, oid, role, mode)
#define pg_database_ownercheck(oid, role) object_ownercheck(DatabaseRelationId, oid, role)
#endif

/* 16: numbers a backend keeps and the places in a snapshot are told apart. */
#if PG_VERSION_NUM >= 160000
#define asb_backend_status(place) (&pgstat_get_local_beentry_by_index(place)->backendStatus)
#else
#define asb_backend_status(place) pgstat_fetch_stat_beentry(place)
#endif

/* 17: backends are numbered from 0. */
#if PG_VERSION_NUM >= 170000
#include "storage/procnumber.h"

#define asb_my_backend_index() MyProcNumber
#else
#include "storage/backendid.h"

#define asb_my_backend_index() (MyBackendId - 1)
#endif

/*
 * 16: memberships have a number, and options: whether the member has the
 * privileges of the role, as always before, and whether it may SET ROLE.
 */
#if PG_VERSION_NUM >= 160000
#include "catalog/catalog.h"
#include "catalog/pg_auth_members.h"

#define asb_set_member_options(rel, values) \
	do { \
		(values)[Anum_pg_auth_members_oid - 1] = \
			ObjectIdGetDatum(GetNewOidWithIndex(rel, AuthMemOidIndexId, Anum_pg_auth_members_oid)); \
		(values)[Anum_pg_auth_members_inherit_option - 1] = BoolGetDatum(true); \
		(values)[Anum_pg_auth_members_set_option - 1] = BoolGetDatum(false); \
	} while (0)
#else
#define asb_set_member_options(rel, values) ((void) 0)
#endif

/* 16: the grantor is part of the key, as several can grant the same. */
#if PG_VERSION_NUM >= 160000
#define asb_membership_hash(row) \
	GetSysCacheHashValue3(AUTHMEMMEMROLE, ObjectIdGetDatum((row)->member), \
						  ObjectIdGetDatum((row)->roleid), ObjectIdGetDatum((row)->grantor))
#else
#define asb_membership_hash(row) \
	GetSysCacheHashValue2(AUTHMEMMEMROLE, ObjectIdGetDatum((row)->member), \
						  ObjectIdGetDatum((row)->roleid))
#endif

/* 16: named after the hash, and the number of iterations is a setting. */
#if PG_VERSION_NUM >= 160000
#define SCRAM_DEFAULT_ITERATIONS SCRAM_SHA_256_DEFAULT_ITERATIONS
#endif

/* 17: a partition's identity column has the sequence of the partitioned table. */
#if PG_VERSION_NUM >= 170000
#include "access/relation.h"
#include "catalog/dependency.h"
#include "utils/rel.h"

static inline Oid
asb_identity_sequence(Oid relid, AttrNumber attnum)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);
	Oid			sequence = InvalidOid;

	if (relation)
	{
		sequence = getIdentitySequence(relation, attnum, true);
		relation_close(relation, AccessShareLock);
	}
	return sequence;
}
#else
#define asb_identity_sequence(relid, attnum) getIdentitySequence(relid, attnum, true)
#endif

/* 17: an allocation function is told what it is to do without memory. */
#if PG_VERSION_NUM >= 170000
#define ASB_ALLOC_FLAGS_PARAMETER , int flags
#define ASB_ALLOC_FLAGS , flags
#else
#define ASB_ALLOC_FLAGS_PARAMETER
#define ASB_ALLOC_FLAGS
#endif

/* 17: JSON_TABLE is a TableFunc as XMLTABLE is. */
#if PG_VERSION_NUM >= 170000
#define asb_is_xml_table(function) ((function)->functype == TFT_XMLTABLE)
#else
#define asb_is_xml_table(function) true
#endif

/* 18: what GROUP BY names has an entry of its own in the range table. */
#if PG_VERSION_NUM >= 180000
#define asb_is_group_entry(rte) ((rte)->rtekind == RTE_GROUP)
#else
#define asb_is_group_entry(rte) false
#endif

/* 18: pg_noreturn in front instead. */
#if PG_VERSION_NUM >= 180000
#define pg_attribute_noreturn() __attribute__((noreturn))
#endif

/* 18: the executor knows by itself whether it is run once. */
#if PG_VERSION_NUM >= 180000
#define ASB_EXECUTE_ONCE_PARAMETER
#define ASB_EXECUTE_ONCE
#else
#define ASB_EXECUTE_ONCE_PARAMETER , bool execute_once
#define ASB_EXECUTE_ONCE , execute_once
#endif

#endif							/* ASB_COMPAT_H */
