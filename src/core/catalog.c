/*
 * catalog.c
 *	  Lookups in the catalogs of this database.
 *
 * A schema named agentsandbox counts only if it is a superuser's or a member of
 * the extension: in a database without the extension anybody may create one.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "core/trigger.h"

static Oid	schema_oid = InvalidOid;
static bool schema_oid_valid = false;
static bool schema_changed = false;

static const char *const relation_names[ASB_NRELATIONS] = {
	[ASB_REL_ANOMALY_RULES] = "anomaly_rules",
	[ASB_REL_CALLS] = "remoteprocedurecalls",
	[ASB_REL_CALLS_DUE] = "calls_due",
	[ASB_REL_CALLS_ORDER] = "calls_order",
	[ASB_REL_CALLS_WAITING] = "calls_waiting",
	[ASB_REL_CONVERSATION_LABELS] = "conversation_labels",
	[ASB_REL_CONVERSATION_RECORDS] = "conversation_records",
	[ASB_REL_CONVERSATION_TOKENS] = "conversation_tokens",
	[ASB_REL_LABEL_DEFINITIONS] = "label_definitions",
	[ASB_REL_LABEL_SNAPSHOTS] = "label_snapshots",
	[ASB_REL_METHOD_DEFINITIONS] = "method_definitions",
	[ASB_REL_NOTES] = "notes",
	[ASB_REL_PROFILES] = "profiles",
	[ASB_REL_PROFILE_METHODS] = "profile_methods",
	[ASB_REL_USAGE] = "usage"
};

/* InvalidOid where it has to be looked up */
static Oid	relations[ASB_NRELATIONS];
static bool version_is_ours = false;

static void
forget_relations(void)
{
	memset(relations, 0, sizeof(relations));
	version_is_ours = false;
}

static void
invalidate_relations(Datum arg, int cacheid, uint32 hashvalue)
{
	forget_relations();
}

static void
invalidate_schema(Datum arg, int cacheid, uint32 hashvalue)
{
	schema_oid_valid = false;
	schema_changed = true;
	forget_relations();
}

/*
 * Is the schema the extension's?  Whoever may create schemas could have made
 * one of this name after DROP EXTENSION; a superuser would not, and asking for
 * the owner spares a login the reading of pg_depend and pg_extension.
 * While CREATE EXTENSION runs the schema is a member already.
 */
static bool
is_our_schema(Form_pg_namespace form)
{
	Oid			extension;

	if (superuser_arg(form->nspowner))
		return true;
	extension = getExtensionOfObject(NamespaceRelationId, form->oid);
	return OidIsValid(extension) &&
		extension == get_extension_oid("agentsandbox", true);
}

Oid
asb_schema_oid(void)
{
	HeapTuple	tuple;

	if (schema_oid_valid)
		return schema_oid;

	/* a catalog read below may bring an invalidation of what was read */
	schema_changed = false;
	schema_oid = InvalidOid;
	tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum(ASB_SCHEMA_NAME));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_namespace form = (Form_pg_namespace) GETSTRUCT(tuple);

		if (is_our_schema(form))
			schema_oid = form->oid;
		ReleaseSysCache(tuple);
	}
	schema_oid_valid = !schema_changed;
	return schema_oid;
}

/*
 * The version of the extension in this database, or NULL.  Each login reads it,
 * and there are few extensions: the index would have to be opened first.
 */
static char *
extension_version(void)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	char	   *version = NULL;
	bool		isnull;

	while (version == NULL && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (namestrcmp(&((Form_pg_extension) GETSTRUCT(tuple))->extname, "agentsandbox") == 0)
			version = TextDatumGetCString(heap_getattr(tuple, Anum_pg_extension_extversion,
													   RelationGetDescr(rel), &isnull));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/*
 * This library reads and writes the tables of its own version, by the numbers
 * of their columns.  An update may go through others, one script for each.
 */
void
asb_check_version(void)
{
	char	   *version;

	if (version_is_ours || creating_extension)
		return;
	version = extension_version();
	if (version == NULL || strcmp(version, ASB_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension agentsandbox and the library that the server has loaded are not of the same version"),
				 errdetail_log("The extension is of version %s, the library of %s.",
							   version ? version : "none", ASB_VERSION),
				 errhint("Restart the server after an installation, and run ALTER EXTENSION agentsandbox UPDATE in this database.")));
	pfree(version);
	version_is_ours = true;
}

/* Looks it up in the catalog, and remembers it. */
static Oid
find_relation(AsbOwnRelation relation)
{
	Oid			nspoid = asb_schema_oid();
	Oid			relid = InvalidOid;

	if (OidIsValid(nspoid))
		relid = get_relname_relid(relation_names[relation], nspoid);
	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension agentsandbox is not installed in this database"),
				 errhint("Run CREATE EXTENSION agentsandbox in it.")));
	asb_check_version();
	relations[relation] = relid;
	return relid;
}

Oid
asb_relation_oid(AsbOwnRelation relation)
{
	Oid			relid = relations[relation];

	return likely(OidIsValid(relid)) ? relid : find_relation(relation);
}

int
asb_relation_natts(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	int			natts = 0;

	if (HeapTupleIsValid(tuple))
	{
		natts = ((Form_pg_class) GETSTRUCT(tuple))->relnatts;
		ReleaseSysCache(tuple);
	}
	return natts;
}

Oid
asb_primary_key(Relation rel)
{
	/* which finds it, too */
	if (!rel->rd_indexvalid)
		list_free(RelationGetIndexList(rel));
	return rel->rd_pkindex;
}

void
asb_text_key(ScanKey key, Relation rel, AttrNumber column, Datum value)
{
	ScanKeyEntryInitialize(key, 0, column, BTEqualStrategyNumber, InvalidOid,
						   TupleDescAttr(RelationGetDescr(rel), column - 1)->attcollation,
						   F_TEXTEQ, value);
}

Snapshot
asb_latest_snapshot(void)
{
	/*
	 * Unlike GetLatestSnapshot() it is not the transaction's first, after
	 * which SET TRANSACTION ISOLATION LEVEL is refused, and can be taken in
	 * parallel mode.  For what is no catalog it is a fresh one each time.
	 */
	return RegisterSnapshot(GetCatalogSnapshot(InvalidOid));
}

/*
 * Statement trigger of tables of which C keeps what it has read: every backend
 * reads them again at its next statement.
 */
ASB_FUNCTION(asb_invalidate_table);

Datum
asb_invalidate_table(PG_FUNCTION_ARGS)
{
	CacheInvalidateRelcache(asb_trigger(fcinfo, __func__)->tg_relation);
	return PointerGetDatum(NULL);
}

void
asb_catalog_init(void)
{
	CacheRegisterSyscacheCallback(NAMESPACEOID, invalidate_schema, (Datum) 0);
	CacheRegisterSyscacheCallback(RELNAMENSP, invalidate_relations, (Datum) 0);
}
