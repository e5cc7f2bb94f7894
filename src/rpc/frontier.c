/*
 * frontier.c
 *	  The turn below which no call of a database waits to be claimed.
 *
 * Calls leave the index of claimable calls at its front.  While an old
 * snapshot is open somewhere, the entries they leave behind stay, and each
 * claim would walk over all of them; from the frontier on there are few.
 *
 * Locking: an entry belongs to one database from its first use until the
 * server restarts; "lock" guards the assignment, the turn is atomic.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/spin.h"

#include "core/settings.h"
#include "core/shmem.h"
#include "rpc/frontier.h"

typedef struct Frontier
{
	Oid			dboid;			/* InvalidOid: free */
	pg_atomic_uint64 turn;
} Frontier;

typedef struct FrontierTable
{
	slock_t		lock;
	Frontier	entries[FLEXIBLE_ARRAY_MEMBER];
} FrontierTable;

static FrontierTable *table = NULL;

static Size
table_size(void)
{
	return add_size(offsetof(FrontierTable, entries),
					mul_size(asb_max_databases, sizeof(Frontier)));
}

static void
table_init(void *part)
{
	FrontierTable *new_table = part;

	SpinLockInit(&new_table->lock);
	for (int i = 0; i < asb_max_databases; i++)
		pg_atomic_init_u64(&new_table->entries[i].turn, 0);
}

/* This database's entry; a free one becomes its own if "assign". */
static Frontier *
find_entry(bool assign)
{
	Frontier   *found = NULL;

	SpinLockAcquire(&table->lock);
	for (int i = 0; i < asb_max_databases; i++)
	{
		Frontier   *entry = &table->entries[i];

		if (entry->dboid == MyDatabaseId)
		{
			found = entry;
			break;
		}
		if (assign && found == NULL && !OidIsValid(entry->dboid))
			found = entry;
	}
	if (found && assign)
		found->dboid = MyDatabaseId;
	SpinLockRelease(&table->lock);
	return found;
}

int64
asb_frontier(void)
{
	Frontier   *entry = find_entry(false);

	return entry ? (int64) pg_atomic_read_u64(&entry->turn) : 0;
}

void
asb_frontier_set(int64 turn)
{
	Frontier   *entry = find_entry(true);

	if (entry)
		pg_atomic_write_u64(&entry->turn, turn);
}

void
asb_frontier_init(void)
{
	asb_shmem_register("agentsandbox frontier", table_size, table_init, (void **) &table);
}
