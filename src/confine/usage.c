/*
 * usage.c
 *	  What a conversation has used up, all its sessions together.
 *
 * A table in shared memory counts; the worker writes the totals that matter
 * for longer than a minute to agentsandbox.usage (worker/task_usage.c).  A
 * ROLLBACK gives nothing back.  What a crash of the server loses is what was
 * counted since the worker's last round.
 *
 * Locking: "lock" in exclusive mode to take or give up an entry, in shared
 * mode to go through them.  Counting needs no more than having attached: an
 * entry with sessions stays where it is.  An entry without sessions is kept
 * until its place is needed, so that nobody gains a minute by reconnecting.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/spin.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "confine/usage.h"
#include "core/catalog.h"
#include "core/shmem.h"
#include "core/wakeup.h"

/* Columns of agentsandbox.usage, in the order of tables/50_limits.sql. */
enum
{
	Anum_usage_conversation = 1,
	Anum_usage_rows_changed,
	Anum_usage_bytes_changed
};

typedef struct UsageEntry
{
	pg_uuid_t	conversation;
	Oid			database;		/* InvalidOid: free */
	int			sessions;
	TimestampTz last_used;		/* when the last session left */

	pg_atomic_uint64 rows_changed;
	pg_atomic_uint64 rows_saved;	/* of them, in agentsandbox.usage */
	pg_atomic_uint64 bytes_changed; /* of write-ahead log */
	pg_atomic_uint64 bytes_saved;

	slock_t		minute_lock;	/* guards the next two */
	TimestampTz minute_start;
	int			minute_statements;
}			pg_attribute_aligned(PG_CACHE_LINE_SIZE) UsageEntry;

typedef struct UsageTable
{
	LWLock		lock;
	UsageEntry	entries[FLEXIBLE_ARRAY_MEMBER];
} UsageTable;

static UsageTable *table = NULL;

/*
 * What this session counts for, set by asb_usage_attach(): an entry, nobody, or
 * nothing known, which is refused.
 */
static UsageEntry *mine = NULL;
static bool for_nobody = false;

/*
 * Statements of this minute that were counted ahead, so that the sessions of a
 * conversation do not fight for its entry.  What is left of them at the end of
 * the minute counts as run.
 */
#define MAX_AHEAD 100

static struct
{
	int			left;
	int			limit;			/* counted under */
	TimestampTz minute_start;
}			ahead;

/* Where this backend's write-ahead log was when it was counted last. */
static uint64 wal_counted = 0;

/* Twice what can be connected, so that the last ones are remembered. */
static int
nentries(void)
{
	return 2 * MaxBackends;
}

static Size
table_size(void)
{
	return add_size(offsetof(UsageTable, entries),
					mul_size(nentries(), sizeof(UsageEntry)));
}

static void
table_init(void *part)
{
	UsageTable *fresh = part;
	int			tranche = LWLockNewTrancheId();

	LWLockRegisterTranche(tranche, "agentsandbox usage");
	LWLockInitialize(&fresh->lock, tranche);
	for (int i = 0; i < nentries(); i++)
	{
		pg_atomic_init_u64(&fresh->entries[i].rows_changed, 0);
		pg_atomic_init_u64(&fresh->entries[i].rows_saved, 0);
		pg_atomic_init_u64(&fresh->entries[i].bytes_changed, 0);
		pg_atomic_init_u64(&fresh->entries[i].bytes_saved, 0);
		SpinLockInit(&fresh->entries[i].minute_lock);
	}
}

/* The totals that are stored for a conversation. */
static void
read_stored(const pg_uuid_t *conversation, uint64 *rows, uint64 *bytes)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_USAGE), AccessShareLock);
	Snapshot	snapshot = asb_latest_snapshot();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		isnull;

	ScanKeyInit(&key, Anum_usage_conversation, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(conversation));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		*rows = DatumGetInt64(heap_getattr(tuple, Anum_usage_rows_changed,
										   RelationGetDescr(rel), &isnull));
		*bytes = DatumGetInt64(heap_getattr(tuple, Anum_usage_bytes_changed,
											RelationGetDescr(rel), &isnull));
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
}

static bool
is_saved(UsageEntry *entry)
{
	return pg_atomic_read_u64(&entry->rows_changed) ==
		pg_atomic_read_u64(&entry->rows_saved) &&
		pg_atomic_read_u64(&entry->bytes_changed) ==
		pg_atomic_read_u64(&entry->bytes_saved);
}

static bool
is_of(const UsageEntry *entry, const pg_uuid_t *conversation)
{
	return entry->database == MyDatabaseId &&
		memcmp(&entry->conversation, conversation, UUID_LEN) == 0;
}

/*
 * The conversation's entry, or else the best place for it: a free one or the
 * one unused for longest.  NULL if there is none.  Caller holds the lock.
 */
static UsageEntry *
find_entry(const pg_uuid_t *conversation)
{
	UsageEntry *place = NULL;

	for (int i = 0; i < nentries(); i++)
	{
		UsageEntry *entry = &table->entries[i];

		if (is_of(entry, conversation))
			return entry;
		if (entry->sessions > 0 || !is_saved(entry))
			continue;
		if (place == NULL ||
			(OidIsValid(place->database) &&
			 (!OidIsValid(entry->database) || entry->last_used < place->last_used)))
			place = entry;
	}
	return place;
}

static void
detach(int code, Datum arg)
{
	if (mine == NULL)
		return;
	/* of a statement that failed, too */
	(void) asb_usage_count_bytes(0, PG_INT64_MAX);
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	mine->sessions--;
	mine->last_used = GetCurrentTimestamp();
	LWLockRelease(&table->lock);
	mine = NULL;
}

void
asb_usage_attach(const pg_uuid_t *conversation)
{
	static bool will_detach = false;
	uint64		rows = 0;
	uint64		bytes = 0;
	UsageEntry *entry;

	detach(0, (Datum) 0);
	ahead.left = 0;
	asb_usage_skip_bytes();
	for_nobody = conversation == NULL;
	if (for_nobody)
		return;

	if (!will_detach)
		before_shmem_exit(detach, (Datum) 0);
	will_detach = true;

	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	entry = find_entry(conversation);
	if (entry && !is_of(entry, conversation))
	{
		/* not under the lock; somebody may make the entry meanwhile */
		LWLockRelease(&table->lock);
		read_stored(conversation, &rows, &bytes);
		LWLockAcquire(&table->lock, LW_EXCLUSIVE);
		entry = find_entry(conversation);
	}
	if (entry)
	{
		if (!is_of(entry, conversation))
		{
			entry->conversation = *conversation;
			entry->database = MyDatabaseId;
			pg_atomic_write_u64(&entry->rows_changed, rows);
			pg_atomic_write_u64(&entry->rows_saved, rows);
			pg_atomic_write_u64(&entry->bytes_changed, bytes);
			pg_atomic_write_u64(&entry->bytes_saved, bytes);
			entry->minute_start = 0;
		}
		entry->sessions++;
		mine = entry;
	}
	LWLockRelease(&table->lock);

	if (entry == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_CONNECTIONS),
				 errmsg("too many conversations were connected in a short time"),
				 errhint("Try again in a few seconds.")));
}

static bool
in_minute(TimestampTz now, TimestampTz minute_start)
{
	return now >= minute_start && now - minute_start < USECS_PER_MINUTE;
}

bool
asb_usage_count_statement(int limit)
{
	TimestampTz now = GetCurrentStatementStartTimestamp();
	int			n;

	if (mine == NULL)
		return for_nobody;
	if (ahead.left > 0 && ahead.limit == limit && in_minute(now, ahead.minute_start))
	{
		ahead.left--;
		return true;
	}

	SpinLockAcquire(&mine->minute_lock);
	if (!in_minute(now, mine->minute_start))
	{
		mine->minute_start = now;
		mine->minute_statements = 0;
	}
	/* the less there is left, the more exactly; in the end one by one */
	n = Min(limit - mine->minute_statements, Max(1, Min((limit - mine->minute_statements) / 64, MAX_AHEAD)));
	if (n > 0)
		mine->minute_statements += n;
	ahead.minute_start = mine->minute_start;
	SpinLockRelease(&mine->minute_lock);

	ahead.limit = limit;
	ahead.left = Max(n - 1, 0);
	return n > 0;
}

bool
asb_usage_count_changes(int64 rows, int64 limit)
{
	uint64		total;

	if (mine == NULL)
		return for_nobody;
	total = pg_atomic_add_fetch_u64(&mine->rows_changed, rows);
	/* the first that is not saved */
	if (total - rows == pg_atomic_read_u64(&mine->rows_saved))
		asb_wakeup_worker();
	return total <= limit;
}

bool
asb_usage_count_bytes(uint64 at_least, int64 limit)
{
	uint64		now = pgWalUsage.wal_bytes;
	uint64		bytes = now - wal_counted;

	if (mine == NULL)
		return for_nobody;
	if (bytes < at_least)
		return true;
	/* not added to what it was: a timer that counts in between may be counted twice, but not taken back */
	wal_counted = now;
	return pg_atomic_add_fetch_u64(&mine->bytes_changed, bytes) <= limit;
}

void
asb_usage_skip_bytes(void)
{
	wal_counted = pgWalUsage.wal_bytes;
}

AsbUsageReport *
asb_usage_unsaved(int *n)
{
	AsbUsageReport *reports = palloc(nentries() * sizeof(AsbUsageReport));

	*n = 0;
	LWLockAcquire(&table->lock, LW_SHARED);
	for (int i = 0; i < nentries(); i++)
	{
		UsageEntry *entry = &table->entries[i];

		if (entry->database != MyDatabaseId || is_saved(entry))
			continue;
		reports[*n].conversation = entry->conversation;
		reports[*n].rows_changed = pg_atomic_read_u64(&entry->rows_changed);
		reports[*n].bytes_changed = pg_atomic_read_u64(&entry->bytes_changed);
		(*n)++;
	}
	LWLockRelease(&table->lock);
	return reports;
}

void
asb_usage_saved(const AsbUsageReport *reports, int n)
{
	LWLockAcquire(&table->lock, LW_EXCLUSIVE);
	for (int i = 0; i < n; i++)
	{
		/* an entry that is not saved has not moved since */
		UsageEntry *entry = find_entry(&reports[i].conversation);

		if (entry && is_of(entry, &reports[i].conversation))
		{
			pg_atomic_write_u64(&entry->rows_saved, reports[i].rows_changed);
			pg_atomic_write_u64(&entry->bytes_saved, reports[i].bytes_changed);
		}
	}
	LWLockRelease(&table->lock);
}

void
asb_usage_init(void)
{
	asb_shmem_register("agentsandbox usage", table_size, table_init,
					   (void **) &table);
}
