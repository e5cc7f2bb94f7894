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
#include "utils/timestamp.h"

#include "core/catalog.h"
#include "core/interval.h"
#include "session/profile.h"

/* Columns of agentsandbox.profiles, in the order of tables/20_profiles.sql. */
enum
{
	Anum_profiles_profile = 1,
	Anum_profiles_connection_limit,
	Anum_profiles_max_lifetime,
	Anum_profiles_search_path,
	Anum_profiles_mode = 7,
	Anum_profiles_allow_explain,
	Anum_profiles_allow_copy,
	Anum_profiles_allow_call,
	Anum_profiles_information_schema,
	Anum_profiles_statement_time,
	Anum_profiles_transaction_time,
	Anum_profiles_idle_in_transaction_time,
	Anum_profiles_idle_session_time,
	Anum_profiles_lock_wait,
	Anum_profiles_memory_bytes,
	Anum_profiles_temp_bytes,
	Anum_profiles_rows_returned,
	Anum_profiles_bytes_returned,
	Anum_profiles_rows_changed,
	Anum_profiles_rows_changed_total,
	Anum_profiles_bytes_changed_total,
	Anum_profiles_statements_per_minute,
	Anum_profiles_parallel_workers,
	Anum_profiles_statement_bytes,
	Anum_profiles_value_bytes,
	Anum_profiles_response_labels = 30
};

/* A limit of time in milliseconds; the table's CHECK keeps it within an int. */
static int
milliseconds(Datum interval)
{
	return (int) ((asb_interval_microseconds(DatumGetIntervalP(interval)) + 999) / 1000);
}

static void
read_limits(const Datum *values, AsbLimits *limits)
{
#define VALUE(column) values[Anum_profiles_##column - 1]
	limits->statement_time = milliseconds(VALUE(statement_time));
	limits->transaction_time = milliseconds(VALUE(transaction_time));
	limits->idle_in_transaction_time = milliseconds(VALUE(idle_in_transaction_time));
	limits->idle_session_time = milliseconds(VALUE(idle_session_time));
	limits->lock_wait = milliseconds(VALUE(lock_wait));
	limits->memory_bytes = DatumGetInt64(VALUE(memory_bytes));
	limits->temp_bytes = DatumGetInt64(VALUE(temp_bytes));
	limits->rows_returned = DatumGetInt64(VALUE(rows_returned));
	limits->bytes_returned = DatumGetInt64(VALUE(bytes_returned));
	limits->rows_changed = DatumGetInt64(VALUE(rows_changed));
	limits->rows_changed_total = DatumGetInt64(VALUE(rows_changed_total));
	limits->bytes_changed_total = DatumGetInt64(VALUE(bytes_changed_total));
	limits->statements_per_minute = DatumGetInt32(VALUE(statements_per_minute));
	limits->parallel_workers = DatumGetInt32(VALUE(parallel_workers));
	limits->statement_bytes = DatumGetInt32(VALUE(statement_bytes));
	limits->value_bytes = DatumGetInt32(VALUE(value_bytes));
}

static void
read_profile(const Datum *values, AsbProfile *profile)
{
	profile->role = DatumGetObjectId(VALUE(profile));
	profile->connection_limit = DatumGetInt32(VALUE(connection_limit));
	profile->max_lifetime = *DatumGetIntervalP(VALUE(max_lifetime));
	profile->search_path = TextDatumGetCString(VALUE(search_path));
	/* whatever is not exactly "observe" refuses */
	profile->observe = strcmp(TextDatumGetCString(VALUE(mode)), "observe") == 0;
	profile->allow_explain = DatumGetBool(VALUE(allow_explain));
	profile->allow_copy = DatumGetBool(VALUE(allow_copy));
	profile->allow_call = DatumGetBool(VALUE(allow_call));
	profile->information_schema = DatumGetBool(VALUE(information_schema));
	profile->response_labels = DatumGetArrayTypePCopy(VALUE(response_labels));
	read_limits(values, &profile->limits);
#undef VALUE
}

bool
asb_profile_find(Oid role, AsbProfile *profile)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_PROFILES), AccessShareLock);
	Snapshot	snapshot = asb_latest_snapshot();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	int			natts = RelationGetNumberOfAttributes(rel);
	Datum	   *values = palloc(natts * sizeof(Datum));
	bool	   *nulls = palloc(natts * sizeof(bool));
	bool		found;

	ScanKeyInit(&key, Anum_profiles_profile, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(role));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found)
	{
		/* no column that is read can be null, says the table */
		heap_deform_tuple(tuple, RelationGetDescr(rel), values, nulls);
		read_profile(values, profile);
	}

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

void
asb_profile_load(Oid role, AsbProfile *profile)
{
	if (!asb_profile_find(role, profile))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u is not a profile", role)));
}
