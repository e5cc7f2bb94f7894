/*
 * anomaly_memory.c
 *	  What rules remember: past calls, values that were sent, refusals in a row.
 *
 * The tables anomaly_history and anomaly_values have it for good, the table of
 * calls has the refusals.  Memory holds what was asked for lately; beyond
 * MAX_ENTRIES of a kind everything is forgotten and read again.  A row is
 * written in the transaction that lets the call go, so after an error
 * asb_memory_forget() makes memory and tables agree again.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/sha2.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/query.h"
#include "core/table.h"
#include "worker/anomaly_memory.h"

#define MAX_ENTRIES 10000

/* Calls that all rings together have room for; beyond, the same. */
#define MAX_ROOM 1000000
#define MIN_ROOM 16

/* rows after which, at the earliest, what is too old is deleted */
#define TRIM_AFTER 1000

typedef struct RingKey
{
	char		rule[NAMEDATALEN];
	pg_uuid_t	scope;
} RingKey;

typedef struct RingEntry
{
	RingKey		key;			/* hash key */
	AsbRing		ring;			/* no times: not read yet */
} RingEntry;

typedef struct ValueKey
{
	char		rule[NAMEDATALEN];
	uint8		hash[PG_SHA256_DIGEST_LENGTH];
} ValueKey;

typedef struct RunEntry
{
	pg_uuid_t	conversation;	/* hash key */
	int			refused;		/* -1: not read yet */
} RunEntry;

/* A row of anomaly_history to be written. */
typedef struct Pending
{
	char		rule[NAMEDATALEN];
	pg_uuid_t	scope;
	TimestampTz at;
	double		measure;
} Pending;

static MemoryContext context = NULL;	/* of all that follows */
static HTAB *rings = NULL;
static HTAB *values = NULL;
static HTAB *runs = NULL;
static Pending *pending = NULL;
static int	npending = 0;
static int	max_pending = 0;

static int64 added = 0;			/* rows since the last trim */
static int64 trim_after = TRIM_AFTER;
static int64 room = 0;			/* calls that the rings have room for */

void
asb_memory_forget(void)
{
	if (context)
		MemoryContextDelete(context);
	context = NULL;
	npending = 0;
	room = 0;
}

static void
begin(void)
{
	if (context)
		return;
	context = AllocSetContextCreate(TopMemoryContext, "agentsandbox anomaly rules",
									ALLOCSET_DEFAULT_SIZES);
	rings = asb_table_create("agentsandbox past calls", context, sizeof(RingKey), sizeof(RingEntry));
	values = asb_table_create("agentsandbox known values", context, sizeof(ValueKey), sizeof(ValueKey));
	runs = asb_table_create("agentsandbox refusals in a row", context, sizeof(pg_uuid_t), sizeof(RunEntry));
	max_pending = 64;
	pending = MemoryContextAlloc(context, sizeof(Pending) * max_pending);
}

static void
read_ring(const RingKey *key, AsbRing *ring, int size)
{
	static AsbQuery query = {
		"SELECT at, measure FROM agentsandbox.anomaly_history"
		" WHERE rule = $1 AND scope = $2 ORDER BY at DESC LIMIT $3",
		3, {TEXTOID, UUIDOID, INT4OID}
	};
	Datum		arguments[] = {
		CStringGetTextDatum(key->rule),
		UUIDPGetDatum(&key->scope),
		Int32GetDatum(size)
	};
	uint64		n = asb_query(&query, arguments, NULL);
	TimestampTz *times;
	bool		isnull;

	ring->room = Min(size, Max(MIN_ROOM, n));
	times = MemoryContextAlloc(context, sizeof(TimestampTz) * ring->room);
	ring->measures = MemoryContextAlloc(context, sizeof(double) * ring->room);
	for (int i = 0; i < n; i++)
	{
		times[n - 1 - i] = DatumGetTimestampTz(asb_query_datum(i, 1, &isnull));
		ring->measures[n - 1 - i] = DatumGetFloat8(asb_query_datum(i, 2, &isnull));
	}
	ring->size = size;
	ring->count = n;
	ring->next = n % size;
	ring->added = size;
	room += ring->room;
	ring->times = times;
}

/* Calls follow each other from the start until the ring has its size. */
static void
enlarge(AsbRing *ring)
{
	int			more = Min(ring->size - ring->room, ring->room);

	ring->room += more;
	room += more;
	ring->times = repalloc(ring->times, sizeof(TimestampTz) * ring->room);
	ring->measures = repalloc(ring->measures, sizeof(double) * ring->room);
}

AsbRing *
asb_memory_ring(const char *rule, const pg_uuid_t *scope, int size)
{
	RingKey		key = {.scope = *scope};
	RingEntry  *entry;
	bool		found;

	begin();
	strlcpy(key.rule, rule, sizeof(key.rule));
	entry = hash_search(rings, &key, HASH_ENTER, &found);
	if (!found)
		memset(&entry->ring, 0, sizeof(AsbRing));
	if (entry->ring.times == NULL)
		read_ring(&key, &entry->ring, size);
	return &entry->ring;
}

void
asb_memory_add(AsbRing *ring, const char *rule, const pg_uuid_t *scope,
			   TimestampTz at, double measure)
{
	Pending    *row;

	if (ring->count == ring->room && ring->room < ring->size)
		enlarge(ring);
	ring->times[ring->next] = at;
	ring->measures[ring->next] = measure;
	ring->next = (ring->next + 1) % ring->size;
	ring->count = Min(ring->count + 1, ring->size);
	ring->added++;

	if (npending == max_pending)
	{
		max_pending *= 2;
		pending = repalloc(pending, sizeof(Pending) * max_pending);
	}
	row = &pending[npending++];
	strlcpy(row->rule, rule, sizeof(row->rule));
	row->scope = *scope;
	row->at = at;
	row->measure = measure;
}

static Datum
hash_datum(const uint8 *hash)
{
	bytea	   *value = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);

	SET_VARSIZE(value, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	memcpy(VARDATA(value), hash, PG_SHA256_DIGEST_LENGTH);
	return PointerGetDatum(value);
}

static ValueKey
value_key(const char *rule, const uint8 *hash)
{
	ValueKey	key = {0};

	begin();
	strlcpy(key.rule, rule, sizeof(key.rule));
	memcpy(key.hash, hash, sizeof(key.hash));
	return key;
}

bool
asb_memory_knows(const char *rule, const uint8 *hash)
{
	static AsbQuery query = {
		"SELECT FROM agentsandbox.anomaly_values WHERE rule = $1 AND value = $2",
		2, {TEXTOID, BYTEAOID}
	};
	ValueKey	key = value_key(rule, hash);
	Datum		arguments[] = {CStringGetTextDatum(rule), hash_datum(hash)};

	if (hash_search(values, &key, HASH_FIND, NULL))
		return true;
	if (asb_query(&query, arguments, NULL) == 0)
		return false;
	(void) hash_search(values, &key, HASH_ENTER, NULL);
	return true;
}

void
asb_memory_learn(const char *rule, const uint8 *hash)
{
	static AsbQuery insert = {
		"INSERT INTO agentsandbox.anomaly_values VALUES ($1, $2) ON CONFLICT DO NOTHING",
		2, {TEXTOID, BYTEAOID}
	};
	Datum		arguments[] = {CStringGetTextDatum(rule), hash_datum(hash)};

	(void) asb_query(&insert, arguments, NULL);
}

int *
asb_memory_refusals(const pg_uuid_t *conversation)
{
	static AsbQuery query = {
		"SELECT pg_catalog.count(*)::integer FROM agentsandbox.remoteprocedurecalls"
		" WHERE conversation = $1 AND status = 'refused' AND finished_at >"
		"  COALESCE((SELECT pg_catalog.max(ready_at) FROM agentsandbox.remoteprocedurecalls"
		"            WHERE conversation = $1), '-infinity')",
		1, {UUIDOID}
	};
	RunEntry   *entry;
	bool		found;
	bool		isnull;
	Datum		argument = UUIDPGetDatum(conversation);

	begin();
	entry = hash_search(runs, conversation, HASH_ENTER, &found);
	if (!found)
		entry->refused = -1;
	if (entry->refused < 0)
	{
		(void) asb_query(&query, &argument, NULL);
		entry->refused = DatumGetInt32(asb_query_datum(0, 1, &isnull));
	}
	return &entry->refused;
}

static void
store_pending(void)
{
	static AsbQuery insert = {
		"INSERT INTO agentsandbox.anomaly_history"
		" SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2),"
		"  pg_catalog.unnest($3), pg_catalog.unnest($4)) v",
		4, {TEXTARRAYOID, UUIDARRAYOID, TIMESTAMPTZARRAYOID, FLOAT8ARRAYOID}
	};
	static const Oid types[] = {TEXTOID, UUIDOID, TIMESTAMPTZOID, FLOAT8OID};
	Datum	   *columns[4];
	Datum		arguments[4];

	for (int i = 0; i < 4; i++)
		columns[i] = palloc(sizeof(Datum) * npending);
	for (int i = 0; i < npending; i++)
	{
		columns[0][i] = CStringGetTextDatum(pending[i].rule);
		columns[1][i] = UUIDPGetDatum(&pending[i].scope);
		columns[2][i] = TimestampTzGetDatum(pending[i].at);
		columns[3][i] = Float8GetDatum(pending[i].measure);
	}
	for (int i = 0; i < 4; i++)
		arguments[i] = asb_query_array(columns[i], npending, types[i]);
	(void) asb_query(&insert, arguments, NULL);
	added += npending;
	npending = 0;
}

/*
 * What is too old for its rule, or has none; not what an operator's open
 * transaction deletes already.  Reads all that is remembered, so not before it
 * has doubled.
 */
static void
trim_history(void)
{
	static AsbQuery periods = {
		"DELETE FROM agentsandbox.anomaly_history WHERE ctid = ANY (ARRAY("
		" SELECT h.ctid FROM agentsandbox.anomaly_history h"
		" WHERE NOT EXISTS (SELECT FROM agentsandbox.anomaly_rules u WHERE u.name = h.rule"
		"  AND (u.period IS NULL OR h.at > pg_catalog.clock_timestamp() - u.period))"
		" FOR UPDATE OF h SKIP LOCKED))"
	};
	static AsbQuery lengths = {
		"WITH oldest AS MATERIALIZED ("
		"  SELECT u.name, (SELECT h.at FROM agentsandbox.anomaly_history h WHERE h.rule = u.name"
		"   ORDER BY h.at DESC OFFSET u.history - 1 LIMIT 1) AS at"
		"  FROM agentsandbox.anomaly_rules u WHERE u.history IS NOT NULL)"
		" DELETE FROM agentsandbox.anomaly_history WHERE ctid = ANY (ARRAY("
		"  SELECT h.ctid FROM agentsandbox.anomaly_history h JOIN oldest o ON o.name = h.rule"
		"  WHERE h.at < o.at FOR UPDATE OF h SKIP LOCKED))"
	};
	static AsbQuery count = {"SELECT pg_catalog.count(*) FROM agentsandbox.anomaly_history"};
	bool		isnull;

	(void) asb_query(&periods, NULL, NULL);
	(void) asb_query(&lengths, NULL, NULL);
	(void) asb_query(&count, NULL, NULL);
	trim_after = Max(TRIM_AFTER, DatumGetInt64(asb_query_datum(0, 1, &isnull)));
	added = 0;
}

void
asb_memory_clean(void)
{
	static AsbQuery orphans = {
		"DELETE FROM agentsandbox.anomaly_values WHERE ctid = ANY (ARRAY("
		" SELECT ctid FROM agentsandbox.anomaly_values"
		" WHERE rule NOT IN (SELECT name FROM agentsandbox.anomaly_rules) FOR UPDATE SKIP LOCKED))"
	};

	trim_history();
	(void) asb_query(&orphans, NULL, NULL);
}

void
asb_memory_flush(void)
{
	if (npending > 0)
		store_pending();
	if (added >= trim_after)
		trim_history();
	if (context &&
		(room > MAX_ROOM || hash_get_num_entries(rings) + hash_get_num_entries(values) +
		 hash_get_num_entries(runs) > MAX_ENTRIES))
		asb_memory_forget();
}
