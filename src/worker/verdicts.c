/*
 * verdicts.c
 *	  Gives calls what they were judged to become.
 *
 * A call whose row somebody is changing right now is left as it is; whoever
 * reads calls to judge them finds it again.
 *
 * Durability: a relay that a crash undoes is done again, and so is the claim
 * that followed; the id that the outside knows is the same then.  So a batch
 * that only relays does not wait for its WAL; one that ends calls does, because
 * an agent that has read an outcome may act on it.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "core/catalog.h"
#include "core/commit.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/queue.h"
#include "rpc/ready.h"
#include "rpc/row.h"
#include "worker/task.h"
#include "worker/turns.h"
#include "worker/verdicts.h"

AsbVerdicts *
asb_verdicts_begin(int fresh_room)
{
	AsbVerdicts *verdicts = palloc0(sizeof(AsbVerdicts));

	verdicts->calls = asb_calls_open();
	verdicts->snapshot = asb_latest_snapshot();
	verdicts->fresh_room = fresh_room;
	return verdicts;
}

AsbCall *
asb_verdicts_find(const AsbVerdicts *verdicts, SPITupleTable *rows, int row)
{
	AsbCallKey	key = asb_egress_key(rows, row);
	AsbCall    *call = palloc(sizeof(AsbCall));

	return asb_call_find(verdicts->calls, &key, verdicts->snapshot, call) ? call : NULL;
}

/* A young call is fresh and needs no turn in the index, see task_young.c. */
static void
relay(AsbVerdicts *verdicts, AsbCall *call)
{
	pg_uuid_t  *conversation = DatumGetUUIDP(call->values[Anum_call_conversation - 1]);
	AsbFreshCall fresh = {asb_turns_next(conversation), call->key};
	bool		is_fresh = verdicts->fresh_room > 0 && asb_is_young(&call->key);
	text	   *method = DatumGetTextPP(call->values[Anum_call_method - 1]);
	pg_uuid_t  *id = DatumGetUUIDP(call->values[Anum_call_id - 1]);

	asb_call_set(call, Anum_call_outside_id,
				 UUIDPGetDatum(asb_call_outside_id(conversation, id)));
	asb_call_set(call, Anum_call_ready_at, TimestampTzGetDatum(GetCurrentTimestamp()));
	if (!is_fresh)
		asb_call_set(call, Anum_call_turn, Int64GetDatum(fresh.turn));
	if (asb_call_write(verdicts->calls, call, false) != TM_Ok)
		return;
	if (is_fresh)
	{
		fresh.method = asb_method_hash(VARDATA_ANY(method), VARSIZE_ANY_EXHDR(method));
		asb_fresh_add_at_commit(&fresh);
		verdicts->fresh_room--;
	}
	else
		asb_ready_announce_at_commit();
	verdicts->given++;
	verdicts->relayed++;
}

/* When a call that is held now is given up. */
static Datum
hold_expires(const AsbCall *call)
{
	static AsbQuery query = {
		"SELECT pg_catalog.clock_timestamp() + p.review_expires"
		" FROM agentsandbox.conversation_records r"
		" JOIN agentsandbox.profiles p ON p.profile = r.profile WHERE r.id = $1",
		1, {UUIDOID}
	};
	Datum		conversation = call->values[Anum_call_conversation - 1];
	bool		isnull;

	if (asb_query(&query, &conversation, NULL) != 1)
		elog(ERROR, "the conversation of a call to be held has gone");
	return asb_query_datum(0, 1, &isnull);
}

void
asb_verdicts_add(AsbVerdicts *verdicts, const AsbEgressCall *egress, const AsbVerdict *verdict)
{
	AsbCall    *call = egress->row;
	TimestampTz due;

	if (call->state != ASB_CALL_SUBMITTED && call->state != ASB_CALL_HELD)
		return;

	asb_commit_may_be_lost();	/* asb_call_write() knows better of calls that end */
	asb_call_set_state(call, verdict->state);
	if (egress->known)
		asb_call_set(call, Anum_call_labels, PointerGetDatum(asb_labels_to_array(egress->labels)));
	asb_call_set(call, Anum_call_attempt, Int32GetDatum(0));
	asb_call_set_null(call, Anum_call_held_until);
	asb_call_set_null(call, Anum_call_awaits_tick);
	if (verdict->undated)
		asb_call_set_null(call, Anum_call_deadline);
	if (verdict->error)
		asb_call_set(call, Anum_call_error, JsonbPGetDatum(verdict->error));
	if (verdict->held_for)
		asb_call_set(call, Anum_call_held_for, JsonbPGetDatum(verdict->held_for));
	if (verdict->metered)
		asb_call_set(call, Anum_call_awaits_tick, BoolGetDatum(true));
	else if (verdict->held_for)
		asb_call_set(call, Anum_call_held_until, hold_expires(call));
	due = asb_call_set_due(call);
	if (due != DT_NOEND)
		asb_wakeup_set_alarm(due);

	if (verdict->state == ASB_CALL_READY)
		relay(verdicts, call);
	else if (asb_call_write(verdicts->calls, call, false) == TM_Ok)
	{
		verdicts->given++;
		verdicts->held += verdict->held_for != NULL && !verdict->metered;
		verdicts->metered += verdict->metered;
	}
}

int
asb_verdicts_apply(AsbVerdicts *verdicts)
{
	UnregisterSnapshot(verdicts->snapshot);
	table_close(verdicts->calls, NoLock);
	if (verdicts->held > 0)
		Async_Notify(ASB_REVIEW_CHANNEL, "");
	if (verdicts->metered > 0)
		asb_wakeup_set_alarm(DT_NOBEGIN);	/* task_release.c knows the next tick */
	if (verdicts->relayed > 0)
		asb_wakeup_set_alarm(TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ASB_YOUNG_MS));
	return verdicts->given;
}
