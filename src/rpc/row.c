/*
 * row.c
 *	  Rows of agentsandbox.RemoteProcedureCalls, read and changed without SQL.
 *
 * What a call usually goes through changes no column that an index has or
 * names in its predicate.  So the new version of the row stays on its page, no
 * index hears of it (HOT), and old versions go when the page is next needed.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "rpc/row.h"
#include "session/secret.h"

/* bytes of a lease token */
#define TOKEN_XID_BYTES 6
#define TOKEN_ORDINAL_BYTES 4
#define TOKEN_KEY_BYTES (TOKEN_XID_BYTES + TOKEN_ORDINAL_BYTES)

int
asb_call_key_compare(const AsbCallKey *a, const AsbCallKey *b)
{
	if (a->xid != b->xid)
		return a->xid < b->xid ? -1 : 1;
	if (a->ordinal != b->ordinal)
		return a->ordinal < b->ordinal ? -1 : 1;
	return 0;
}

Relation
asb_calls_open(void)
{
	PreventCommandIfReadOnly("a change of calls");
	return table_open(asb_relation_oid(ASB_REL_CALLS), RowExclusiveLock);
}

AsbCallState
asb_call_state_in(Relation rel, HeapTuple tuple)
{
	bool		isnull;

	return asb_call_state(heap_getattr(tuple, Anum_call_status, RelationGetDescr(rel), &isnull));
}

void
asb_call_read(Relation rel, HeapTuple tuple, AsbCall *call)
{
	call->tuple = heap_copytuple(tuple);
	asb_call_deform(call->tuple, RelationGetDescr(rel), call->values, call->isnull);
	call->state = asb_call_state(call->values[Anum_call_status - 1]);
	call->key.xid = U64FromFullTransactionId(
		DatumGetFullTransactionId(call->values[Anum_call_submitted_xid - 1]));
	call->key.ordinal = DatumGetInt32(call->values[Anum_call_ordinal - 1]);
}

bool
asb_call_find(Relation rel, const AsbCallKey *key, Snapshot snapshot, AsbCall *call)
{
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_call_submitted_xid, BTEqualStrategyNumber, F_XID8EQ,
				FullTransactionIdGetDatum(FullTransactionIdFromU64(key->xid)));
	ScanKeyInit(&keys[1], Anum_call_ordinal, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(key->ordinal));
	scan = systable_beginscan(rel, asb_relation_oid(ASB_REL_CALLS_ORDER), true, snapshot, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		asb_call_read(rel, tuple, call);
	systable_endscan(scan);
	return HeapTupleIsValid(tuple);
}

void
asb_call_set(AsbCall *call, int column, Datum value)
{
	call->values[column - 1] = value;
	call->isnull[column - 1] = false;
}

void
asb_call_set_null(AsbCall *call, int column)
{
	call->isnull[column - 1] = true;
}

void
asb_call_set_state(AsbCall *call, AsbCallState state)
{
	call->state = state;
	asb_call_set(call, Anum_call_status, CStringGetTextDatum(asb_call_state_name(state)));
}

TimestampTz
asb_call_set_due(AsbCall *call)
{
	TimestampTz due = asb_call_due(call->values, call->isnull);

	asb_call_set(call, Anum_call_due, TimestampTzGetDatum(due));
	call->isnull[Anum_call_due - 1] = due == DT_NOEND;
	return due;
}

TimestampTz
asb_call_time(const AsbCall *call, int column, TimestampTz otherwise)
{
	return call->isnull[column - 1] ? otherwise : DatumGetTimestampTz(call->values[column - 1]);
}

/* The new version has left the page, or changes what an index has. */
static void
insert_index_entries(Relation rel, TupleTableSlot *slot, AsbUpdateIndexes which)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *result = makeNode(ResultRelInfo);

	InitResultRelInfo(result, rel, 0, NULL, 0);
	ExecOpenIndices(result, false);
	(void) asb_insert_index_tuples(result, slot, estate, which);
	ExecCloseIndices(result);
	FreeExecutorState(estate);
}

#ifdef USE_ASSERT_CHECKING
/*
 * heap_update() asserts that who does not wait finds nobody to wait for; without
 * the assertion it answers TM_BeingModified, as tableam.h says.  A lock of our
 * own makes both true.
 */
static TM_Result
lock_unless_busy(Relation rel, HeapTuple tuple)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TM_FailureData failure;
	TM_Result	result;

	result = table_tuple_lock(rel, &tuple->t_self, GetActiveSnapshot(), slot, GetCurrentCommandId(false),
							  LockTupleNoKeyExclusive, LockWaitSkip, 0, &failure);
	ExecDropSingleTupleTableSlot(slot);
	return result == TM_WouldBlock ? TM_BeingModified : result;
}
#endif

TM_Result
asb_call_write(Relation rel, AsbCall *call, bool wait)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Datum		old_values[Natts_call];
	bool		old_isnull[Natts_call];
	TupleTableSlot *slot;
	TM_FailureData failure;
	LockTupleMode lockmode;
	AsbUpdateIndexes which;
	TM_Result	result;

	asb_call_deform(call->tuple, desc, old_values, old_isnull);
	asb_call_check_change(desc, old_values, old_isnull, call->values, call->isnull);

#ifdef USE_ASSERT_CHECKING
	if (!wait)
	{
		result = lock_unless_busy(rel, call->tuple);
		if (result != TM_Ok)
			return result;
		wait = true;
	}
#endif
	slot = MakeSingleTupleTableSlot(desc, &TTSOpsHeapTuple);
	ExecStoreHeapTuple(heap_form_tuple(desc, call->values, call->isnull), slot, true);
	for (;;)
	{
		result = table_tuple_update(rel, &call->tuple->t_self, slot, GetCurrentCommandId(true),
									InvalidSnapshot, InvalidSnapshot, wait,
									&failure, &lockmode, &which);
		/* a lock of this transaction itself keeps off whom one would wait for */
		if (wait || result != TM_BeingModified || !TransactionIdIsCurrentTransactionId(failure.xmax))
			break;
		wait = true;
	}
	if (result == TM_Ok && asb_updates_indexes(which))
		insert_index_entries(rel, slot, which);
	ExecDropSingleTupleTableSlot(slot);
	return result;
}

/*
 * Which call it is must not show: an agent chooses the ordinal, and when it
 * burns transaction ids, so the key would tell gateways what nobody counts.
 * It is masked with bytes that only this server can derive from the random
 * part.
 */
static void
mask_token(pg_uuid_t *token)
{
	pg_uuid_t	mask;

	asb_uuid_derived(&mask, token->data + TOKEN_KEY_BYTES, UUID_LEN - TOKEN_KEY_BYTES);
	/* the bytes of a uuid that are random to the last bit: 0 to 5, 9 to 15 */
	for (int i = 0; i < TOKEN_KEY_BYTES; i++)
		token->data[i] ^= mask.data[i < 6 ? i : i + 3];
}

void
asb_lease_token_make(const AsbCallKey *key, pg_uuid_t *token)
{
	asb_uuid_random(token);
	for (int i = 0; i < TOKEN_XID_BYTES; i++)
		token->data[i] = (unsigned char) (key->xid >> (8 * i));
	for (int i = 0; i < TOKEN_ORDINAL_BYTES; i++)
		token->data[TOKEN_XID_BYTES + i] = (unsigned char) ((uint32) key->ordinal >> (8 * i));
	mask_token(token);
}

AsbCallKey
asb_lease_token_key(const pg_uuid_t *masked)
{
	AsbCallKey	key = {0};
	uint32		ordinal = 0;
	pg_uuid_t	token = *masked;

	mask_token(&token);
	for (int i = 0; i < TOKEN_XID_BYTES; i++)
		key.xid |= (uint64) token.data[i] << (8 * i);
	for (int i = 0; i < TOKEN_ORDINAL_BYTES; i++)
		ordinal |= (uint32) token.data[TOKEN_XID_BYTES + i] << (8 * i);
	key.ordinal = (int32) ordinal;
	return key;
}
