/*
 * method.c
 *	  Keeps methods compiled, until agentsandbox.method_definitions changes.
 *
 * The table's statement trigger sends a relation cache invalidation; the
 * callback marks the cache stale, and the next asb_method_get() drops it.  What
 * a transaction changed is seen a moment before its invalidations arrive, so
 * whoever must judge by the methods that hold when he reads compares versions of
 * rows (asb_methods_recheck()).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "core/interval.h"
#include "core/trigger.h"
#include "rpc/canonical.h"
#include "rpc/capacity.h"
#include "rpc/method.h"

/* Columns of agentsandbox.method_definitions, in the order of tables/40_calls.sql. */
enum
{
	Anum_method_name = 1,
	Anum_method_description,
	Anum_method_request,
	Anum_method_response,
	Anum_method_time_limit,
	Anum_method_max_attempts,
	Anum_method_max_request_bytes,
	Anum_method_max_response_bytes,
	Anum_method_rate_calls,
	Anum_method_rate_interval,
	Anum_method_created_at,
	Anum_method_created_by,
	Anum_method_accepts
};

/* Columns of agentsandbox.profile_methods, likewise. */
enum
{
	Anum_profile_methods_profile = 1,
	Anum_profile_methods_method
};

#define METHOD_NAME_BYTES NAMEDATALEN

/* Which row a method was compiled from. */
typedef struct RowVersion
{
	TransactionId xmin;
	ItemPointerData tid;
} RowVersion;

typedef struct CacheEntry
{
	char		name[METHOD_NAME_BYTES];	/* hash key */
	RowVersion	version;
	uint64		checked;		/* last recheck that found this version */
	AsbMethod	method;
} CacheEntry;

static HTAB *cache = NULL;
static MemoryContext cache_context = NULL;
static bool cache_stale = false;
static uint64 rechecks = 0;
static Oid	methods_relid = InvalidOid;

static void
invalidate_methods(Datum arg, Oid relid)
{
	if (!OidIsValid(relid) || relid == methods_relid)
		cache_stale = true;
}

static void
reset_cache(void)
{
	HASHCTL		ctl = {
		.keysize = METHOD_NAME_BYTES,
		.entrysize = sizeof(CacheEntry)
	};

	cache = NULL;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(TopMemoryContext, "agentsandbox methods",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(cache_context);
	ctl.hcxt = cache_context;
	cache = hash_create("agentsandbox methods", 64, &ctl,
						HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

static int32
int_column(HeapTuple tuple, TupleDesc desc, int column)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, column, desc, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

static AsbSchema *
compile_column(HeapTuple tuple, TupleDesc desc, int column)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, column, desc, &isnull);

	return asb_schema_compile(DatumGetJsonbP(value), cache_context);
}

static void
read_method(HeapTuple tuple, TupleDesc desc, AsbMethod *method)
{
	bool		isnull;
	Datum		value;

	method->request = compile_column(tuple, desc, Anum_method_request);
	method->response = compile_column(tuple, desc, Anum_method_response);
	value = heap_getattr(tuple, Anum_method_time_limit, desc, &isnull);
	Assert(!isnull);
	method->time_limit = *DatumGetIntervalP(value);
	method->max_request_bytes = int_column(tuple, desc, Anum_method_max_request_bytes);
	method->max_response_bytes = int_column(tuple, desc, Anum_method_max_response_bytes);
	method->max_attempts = int_column(tuple, desc, Anum_method_max_attempts);
	method->rate_calls = int_column(tuple, desc, Anum_method_rate_calls);
	value = heap_getattr(tuple, Anum_method_rate_interval, desc, &isnull);
	method->rate_interval = isnull ? 0 : asb_interval_microseconds(DatumGetIntervalP(value));
	method->capacity = -1;
	/* a name that is no label accepts nothing; nothing accepts sealed */
	value = heap_getattr(tuple, Anum_method_accepts, desc, &isnull);
	method->accepts = asb_labels_from_array(DatumGetArrayTypeP(value), NULL) & ~ASB_LABEL_SEALED;
}

/* Finds the row of one, and compiles it if wanted; false if there is none. */
static bool
load_method(const char *name, RowVersion *version, AsbMethod *method)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_METHOD_DEFINITIONS), AccessShareLock);
	Snapshot	snapshot = asb_latest_snapshot();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found;

	methods_relid = RelationGetRelid(rel);
	asb_text_key(&key, rel, Anum_method_name, CStringGetTextDatum(name));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found)
		*version = (RowVersion) {HeapTupleHeaderGetRawXmin(tuple->t_data), tuple->t_self};
	if (found && method)
		read_method(tuple, RelationGetDescr(rel), method);
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

static bool
is_current(CacheEntry *entry)
{
	RowVersion	version;

	return load_method(entry->name, &version, NULL) &&
		version.xmin == entry->version.xmin &&
		ItemPointerEquals(&version.tid, &entry->version.tid);
}

const AsbMethod *
asb_method_get(const char *name)
{
	CacheEntry *entry;
	CacheEntry	loaded;

	if (strlen(name) >= METHOD_NAME_BYTES)
		return NULL;
	if (cache == NULL || cache_stale)
	{
		cache_stale = false;
		reset_cache();
	}

	entry = hash_search(cache, name, HASH_FIND, NULL);
	if (entry && entry->checked != rechecks && !is_current(entry))
	{
		reset_cache();
		entry = NULL;
	}
	if (entry == NULL)
	{
		/* an error while compiling leaves no entry */
		if (!load_method(name, &loaded.version, &loaded.method))
			return NULL;
		entry = hash_search(cache, name, HASH_ENTER, NULL);
		entry->version = loaded.version;
		entry->method = loaded.method;
	}
	entry->checked = rechecks;
	return &entry->method;
}

bool
asb_method_is_allowed(Oid profile, Datum method, Snapshot snapshot)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_PROFILE_METHODS), AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	bool		allowed;

	ScanKeyInit(&keys[0], Anum_profile_methods_profile, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(profile));
	asb_text_key(&keys[1], rel, Anum_profile_methods_method, method);
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 2, keys);
	allowed = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return allowed;
}

void
asb_methods_recheck(void)
{
	rechecks++;
}

double
asb_method_capacity(const AsbMethod *method)
{
	if (method->capacity < 0)
		unconstify(AsbMethod *, method)->capacity =
			asb_capacity_of_schema(method->request, method->max_request_bytes, NULL, NULL);
	return method->capacity;
}

bool
asb_json_fits(Jsonb *value, int max_bytes)
{
	char	   *text;
	int			length;

	/*
	 * Each byte of the binary form makes at most six of text: a control
	 * character in a string becomes \u00xx; numbers and punctuation, which
	 * have a four-byte entry each, make less.
	 */
	if (VARSIZE(value) <= max_bytes / 6)
		return true;
	text = asb_canonical_json(value, &length);
	pfree(text);
	return length <= max_bytes;
}

/*
 * Trigger on method_definitions: what cannot be compiled is not registered.
 */
ASB_FUNCTION(asb_check_method);

Datum
asb_check_method(PG_FUNCTION_ARGS)
{
	static const int schemas[] = {Anum_method_request, Anum_method_response};
	TriggerData *trigger = asb_trigger(fcinfo, __func__);
	HeapTuple	tuple;

	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ?
		trigger->tg_newtuple : trigger->tg_trigtuple;
	for (int i = 0; i < lengthof(schemas); i++)
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, schemas[i],
										 RelationGetDescr(trigger->tg_relation), &isnull);

		/* a null is refused by the column's constraint */
		if (!isnull)
			asb_schema_free(asb_schema_compile(DatumGetJsonbP(value), CurrentMemoryContext));
	}
	return PointerGetDatum(tuple);
}

void
asb_method_init(void)
{
	CacheRegisterRelcacheCallback(invalidate_methods, (Datum) 0);
}
