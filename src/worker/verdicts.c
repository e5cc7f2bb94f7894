/*
 * verdicts.c
 *	  What becomes of the calls of a batch, in one UPDATE.
 *
 * Durability: a relay that a crash undoes is done again, and so is the claim
 * that followed; the id that the outside knows is the same then.  So a batch
 * that only relays does not wait for its WAL; one that ends calls does, because
 * an agent that has read an outcome may act on it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/commit.h"
#include "core/query.h"
#include "core/wakeup.h"
#include "rpc/call.h"
#include "rpc/queue.h"
#include "rpc/ready.h"
#include "worker/task.h"
#include "worker/verdicts.h"

struct AsbVerdicts
{
	int			n;
	int			relayed;
	int			held;
	Datum		ctids[ASB_TASK_BATCH];
	Datum		states[ASB_TASK_BATCH];
	Datum		errors[ASB_TASK_BATCH];
	bool		error_isnull[ASB_TASK_BATCH];
	int			fresh_room;
	Datum		turns[ASB_TASK_BATCH];
	bool		no_turn[ASB_TASK_BATCH];
	Datum		outside_ids[ASB_TASK_BATCH];
	bool		not_relayed[ASB_TASK_BATCH];
	Datum		labels[ASB_TASK_BATCH]; /* text[] as text */
	Datum		held_for[ASB_TASK_BATCH];
	bool		not_held[ASB_TASK_BATCH];
};

AsbVerdicts *
asb_verdicts_begin(int fresh_room)
{
	AsbVerdicts *verdicts = palloc0(sizeof(AsbVerdicts));

	verdicts->fresh_room = fresh_room;
	return verdicts;
}

/*
 * Its turn: null, and announced, while it is fresh and young; one that the
 * worker does not look at any more (task_young.c) has to wait in the index.
 */
static void
give_turn(AsbVerdicts *verdicts, int n, const pg_uuid_t *conversation, const AsbCallKey *key, Datum method)
{
	AsbFreshCall call = {asb_turns_next(conversation), *key};

	verdicts->turns[n] = Int64GetDatum(call.turn);
	verdicts->no_turn[n] = verdicts->fresh_room > 0 && asb_is_young(key);
	if (!verdicts->no_turn[n])
		return;
	call.method = asb_method_hash(VARDATA_ANY(DatumGetPointer(method)),
								  VARSIZE_ANY_EXHDR(DatumGetPointer(method)));
	asb_fresh_add_at_commit(&call);
	verdicts->fresh_room--;
}

void
asb_verdicts_add(AsbVerdicts *verdicts, SPITupleTable *rows, int row,
				 const AsbVerdict *verdict)
{
	HeapTuple	tuple = rows->vals[row];
	TupleDesc	desc = rows->tupdesc;
	int			n = verdicts->n++;
	bool		isnull;

	verdicts->ctids[n] = SPI_getbinval(tuple, desc, ASB_EGRESS_CTID, &isnull);
	verdicts->labels[n] = CStringGetTextDatum(SPI_getvalue(tuple, desc, ASB_EGRESS_LABELS));
	verdicts->states[n] = CStringGetTextDatum(asb_call_state_name(verdict->state));
	verdicts->errors[n] = PointerGetDatum(verdict->error);
	verdicts->error_isnull[n] = verdict->error == NULL;
	verdicts->held_for[n] = PointerGetDatum(verdict->held_for);
	verdicts->not_held[n] = verdict->held_for == NULL;
	verdicts->not_relayed[n] = verdict->state != ASB_CALL_READY;
	verdicts->no_turn[n] = true;
	if (verdict->state == ASB_CALL_READY)
	{
		pg_uuid_t  *conversation = DatumGetUUIDP(SPI_getbinval(tuple, desc, ASB_EGRESS_CONVERSATION, &isnull));
		pg_uuid_t  *id = DatumGetUUIDP(SPI_getbinval(tuple, desc, ASB_EGRESS_ID, &isnull));
		AsbCallKey	key = asb_egress_key(rows, row);

		verdicts->outside_ids[n] = UUIDPGetDatum(asb_call_outside_id(conversation, id));
		give_turn(verdicts, n, conversation, &key, SPI_getbinval(tuple, desc, ASB_EGRESS_METHOD, &isnull));
		verdicts->relayed++;
	}
	else if (verdict->held_for)
		verdicts->held++;
}

static Datum
make_array(Datum *values, bool *isnull, int n, Oid type, int16 length, bool byval, char align)
{
	int			lower = 1;

	return PointerGetDatum(construct_md_array(values, isnull, 1, &n, &lower,
											  type, length, byval, align));
}

static void
update_calls(AsbVerdicts *verdicts)
{
	static AsbQuery update = {
		"UPDATE agentsandbox.remoteprocedurecalls c"
		" SET status = v.status, error = v.error, turn = v.turn, outside_id = v.outside_id,"
		" ready_at = CASE WHEN v.outside_id IS NOT NULL THEN pg_catalog.clock_timestamp() END,"
		" attempt = 0, labels = v.labels::text[], held_for = COALESCE(v.held_for, c.held_for),"
		" held_until = CASE WHEN v.held_for IS NOT NULL THEN pg_catalog.clock_timestamp() +"
		"  (SELECT p.review_expires FROM agentsandbox.conversation_records r"
		"   JOIN agentsandbox.profiles p ON p.profile = r.profile WHERE r.id = c.conversation) END"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
		"  pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7))"
		"  v (ctid, status, error, turn, outside_id, labels, held_for)"
		" WHERE c.ctid = v.ctid",
		7, {TIDARRAYOID, TEXTARRAYOID, JSONBARRAYOID, INT8ARRAYOID, UUIDARRAYOID, TEXTARRAYOID, JSONBARRAYOID}
	};
	int			n = verdicts->n;
	Datum		values[] = {
		make_array(verdicts->ctids, NULL, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT),
		make_array(verdicts->states, NULL, n, TEXTOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->errors, verdicts->error_isnull, n, JSONBOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->turns, verdicts->no_turn, n, INT8OID, sizeof(int64),
				   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE),
		make_array(verdicts->outside_ids, verdicts->not_relayed, n, UUIDOID, UUID_LEN,
				   false, TYPALIGN_CHAR),
		make_array(verdicts->labels, NULL, n, TEXTOID, -1, false, TYPALIGN_INT),
		make_array(verdicts->held_for, verdicts->not_held, n, JSONBOID, -1, false, TYPALIGN_INT),
	};

	if (asb_query(&update, values, NULL) != n)
		elog(ERROR, "calls that were locked have gone");
}

void
asb_verdicts_apply(AsbVerdicts *verdicts)
{
	if (verdicts->n == 0)
		return;
	asb_commit_may_be_lost();	/* the trigger knows better of calls that end */
	update_calls(verdicts);
	if (verdicts->held > 0)
		Async_Notify(ASB_REVIEW_CHANNEL, "");
	if (verdicts->relayed == 0)
		return;
	Async_Notify(ASB_READY_CHANNEL, "");
	asb_wakeup_set_alarm(TimestampTzPlusMilliseconds(GetCurrentTimestamp(), ASB_YOUNG_MS));
}
