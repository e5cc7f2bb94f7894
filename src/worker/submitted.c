/*
 * submitted.c
 *	  Reads submitted calls in the order of submission, each once.
 *
 * What comes before "watermark" has been read, but for calls of transactions
 * that were running then and appear when they commit.  The short ones are waited
 * for: the watermark stays at the oldest of those that began lately, and what
 * comes after it is read again.  The others are "late", and looked for one by
 * one once they have ended; or else a transaction that stays open would have
 * everything read again and again that others submit meanwhile.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/transam.h"
#include "miscadmin.h"
#include "storage/procarray.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#include "core/catalog.h"
#include "worker/submitted.h"

/* So many of the last transactions began lately. */
#define LATELY 64

static AsbCallKey watermark = {0};

/* Where to read what late transactions have submitted, in order. */
static AsbCallKey *late = NULL;
static int	nlate = 0;

static uint64
full_xid(TransactionId xid, FullTransactionId next)
{
	uint32		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, xid));
}

static int
compare_keys(const void *a, const void *b)
{
	return asb_call_key_compare(a, b);
}

/* The transactions that run in a snapshot, in order; at the end, the first that it does not know. */
static AsbCallKey *
running_in(Snapshot snapshot, int *n)
{
	AsbCallKey *running = palloc0(sizeof(AsbCallKey) * (snapshot->xcnt + 1));
	FullTransactionId next = ReadNextFullTransactionId();

	*n = snapshot->xcnt;
	for (int i = 0; i < *n; i++)
		running[i].xid = full_xid(snapshot->xip[i], next);
	qsort(running, *n, sizeof(AsbCallKey), compare_keys);
	running[*n].xid = full_xid(snapshot->xmax, next);
	return running;
}

/*
 * Appends what is submitted from a key on, of its transaction alone or of all
 * later ones too; returns how many there are then.
 */
static int
read_from(const AsbVerdicts *verdicts, Relation index, const AsbCallKey *from, bool alone,
		  AsbCall **calls, int n, int limit)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_call_submitted_xid,
				alone ? BTEqualStrategyNumber : BTGreaterEqualStrategyNumber,
				alone ? F_XID8EQ : F_XID8GE,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(from->xid)));
	scan = systable_beginscan_ordered(verdicts->calls, index, verdicts->snapshot, 1, &key);
	while (n < limit &&
		   HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		if (asb_call_state_in(verdicts->calls, tuple) != ASB_CALL_SUBMITTED)
			continue;
		calls[n] = palloc(sizeof(AsbCall));
		asb_call_read(verdicts->calls, tuple, calls[n]);
		if (asb_call_key_compare(&calls[n]->key, from) >= 0)
			n++;
	}
	systable_endscan_ordered(scan);
	return n;
}

int
asb_submitted_read(const AsbVerdicts *verdicts, AsbCall **calls, int limit)
{
	Relation	index = index_open(asb_relation_oid(ASB_REL_CALLS_ORDER), AccessShareLock);
	int			n = 0;

	for (int i = 0; i < nlate && n < limit; i++)
	{
		if (!XidInMVCCSnapshot((TransactionId) late[i].xid, verdicts->snapshot))
			n = read_from(verdicts, index, &late[i], true, calls, n, limit);
	}
	if (n < limit)
		n = read_from(verdicts, index, &watermark, false, calls, n, limit);
	index_close(index, AccessShareLock);
	return n;
}

/* Where to go on if all was read. */
static AsbCallKey
after_all(const AsbCallKey *running, int nrunning)
{
	const AsbCallKey *end = &running[nrunning];
	int			i = nrunning;

	while (i > 0 && running[i - 1].xid + LATELY > end->xid)
		i--;
	return running[i];
}

void
asb_submitted_was_read(Snapshot snapshot, const AsbCallKey *last)
{
	int			nrunning;
	AsbCallKey *running = running_in(snapshot, &nrunning);
	AsbCallKey	next = last ? (AsbCallKey) {last->xid, last->ordinal + 1} : after_all(running, nrunning);
	AsbCallKey *still_late = palloc(sizeof(AsbCallKey) * (nlate + nrunning));
	int			n = 0;

	/* those that have ended and were not come to, or not to their end */
	for (int i = 0; i < nlate && next.xid < watermark.xid; i++)
	{
		if (late[i].xid >= next.xid && !XidInMVCCSnapshot((TransactionId) late[i].xid, snapshot))
			still_late[n++] = late[i].xid == next.xid ? next : late[i];
	}
	if (asb_call_key_compare(&next, &watermark) > 0)
		watermark = next;
	for (int i = 0; i < nrunning && running[i].xid < watermark.xid; i++)
		still_late[n++] = running[i];

	/* all ran when the watermark was set, so there are never more */
	Assert(n <= GetMaxSnapshotXidCount());
	if (late == NULL)
		late = MemoryContextAlloc(TopMemoryContext, sizeof(AsbCallKey) * GetMaxSnapshotXidCount());
	qsort(still_late, n, sizeof(AsbCallKey), compare_keys);
	memcpy(late, still_late, sizeof(AsbCallKey) * n);
	nlate = n;
}

void
asb_submitted_from(uint64 xid)
{
	watermark = (AsbCallKey) {xid, 0};
	nlate = 0;
}

uint64
asb_oldest_unjudged(void)
{
	return nlate > 0 ? late[0].xid : watermark.xid;
}
