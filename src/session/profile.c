/*
 * profile.c
 *	  Reads agentsandbox.profiles.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "core/catalog.h"
#include "session/profile.h"

/* Columns of agentsandbox.profiles, in the order of tables/20_profiles.sql. */
#define Anum_profiles_profile			1
#define Anum_profiles_connection_limit	2
#define Anum_profiles_max_lifetime		3
#define Anum_profiles_search_path		4

void
asb_profile_load(Oid role, AsbProfile *profile)
{
	Relation	rel = table_open(asb_relation_oid("profiles"), AccessShareLock);
	Snapshot	snapshot = asb_latest_snapshot();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		isnull;

	/* the key's index is made by the extension's script, always */
	(void) RelationGetIndexList(rel);
	ScanKeyInit(&key, Anum_profiles_profile, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(role));
	scan = systable_beginscan(rel, rel->rd_pkindex, true, snapshot, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u is not a profile", role)));

	profile->role = role;
	profile->connection_limit =
		DatumGetInt32(heap_getattr(tuple, Anum_profiles_connection_limit,
								   RelationGetDescr(rel), &isnull));
	profile->search_path =
		TextDatumGetCString(heap_getattr(tuple, Anum_profiles_search_path,
										 RelationGetDescr(rel), &isnull));

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
}
