/*
 * row.h
 *	  Rows of agentsandbox.RemoteProcedureCalls, read and changed without SQL.
 *
 * A change obeys the rules of the table's trigger, which does not fire.
 */
#ifndef ASB_ROW_H
#define ASB_ROW_H

#include "access/htup.h"
#include "access/tableam.h"
#include "datatype/timestamp.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

#include "common/call_state.h"
#include "rpc/call.h"

/* A call's place in the order of submission, which never changes: index calls_order. */
typedef struct AsbCallKey
{
	uint64		xid;
	int32		ordinal;
} AsbCallKey;

typedef struct AsbCall
{
	HeapTuple	tuple;			/* as it is stored */
	AsbCallState state;
	AsbCallKey	key;
	/* columns, from 0: as they are stored, or as they shall be */
	Datum		values[Natts_call];
	bool		isnull[Natts_call];
} AsbCall;

extern int	asb_call_key_compare(const AsbCallKey *a, const AsbCallKey *b);

/* Opens the table for changes; the lock stays until the transaction ends. */
extern Relation asb_calls_open(void);

/* The state of the call in a tuple of the table. */
extern AsbCallState asb_call_state_in(Relation rel, HeapTuple tuple);

/* Reads a copy of the tuple. */
extern void asb_call_read(Relation rel, HeapTuple tuple, AsbCall *call);

/* The call of that key as the snapshot has it; false if it has none. */
extern bool asb_call_find(Relation rel, const AsbCallKey *key, Snapshot snapshot, AsbCall *call);

extern void asb_call_set(AsbCall *call, int column, Datum value);
extern void asb_call_set_null(AsbCall *call, int column);
extern void asb_call_set_state(AsbCall *call, AsbCallState state);

/* Sets "due" as the other columns have it, see asb_call_due(), and returns it. */
extern TimestampTz asb_call_set_due(AsbCall *call);

/* A column of type timestamptz; "otherwise" if it is null. */
extern TimestampTz asb_call_time(const AsbCall *call, int column, TimestampTz otherwise);

/*
 * Stores it.  TM_Ok: done.  Anything else: somebody has changed, or without
 * "wait" is changing, the row since it was read; nothing was done.
 */
extern TM_Result asb_call_write(Relation rel, AsbCall *call, bool wait);

/*
 * The lease token of a call says to this server, and to nobody else, where the
 * call is, so that no index is needed to find it again; the rest of it is
 * random.
 */
extern void asb_lease_token_make(const AsbCallKey *key, pg_uuid_t *token);
extern AsbCallKey asb_lease_token_key(const pg_uuid_t *token);

#endif							/* ASB_ROW_H */
