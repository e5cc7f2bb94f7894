/*
 * call.c
 *	  The trigger on agentsandbox.RemoteProcedureCalls.
 *
 * Everything that can happen to a call passes here, whoever does it: a
 * conversation's INSERT gets what the server draws, an UPDATE must be a legal
 * transition and leave alone what never changes, only an ended call can be
 * deleted.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/toast_internals.h"
#include "access/detoast.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "common/call_state.h"
#include "core/commit.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/query.h"
#include "core/settings.h"
#include "core/trigger.h"
#include "core/wakeup.h"
#include "rpc/await.h"
#include "rpc/call.h"
#include "rpc/canonical.h"
#include "session/secret.h"
#include "session/session.h"

/* bytes; generous, for the worker answers a name that is merely wrong */
#define MAX_METHOD_NAME 255

/* What no transition may change once it has a value. */
static const struct
{
	int			column;
	const char *name;
	bool		given_later;	/* null at first */
	bool		taken_away;		/* null once a held call is released */
}			immutable[] =
{
	{Anum_call_conversation, "conversation", false},
	{Anum_call_id, "id", false},
	{Anum_call_method, "method", false},
	{Anum_call_arguments, "arguments", false},
	{Anum_call_deadline, "deadline", false, true},
	{Anum_call_submitted_at, "submitted_at", false},
	{Anum_call_submitted_xid, "submitted_xid", false},
	{Anum_call_outside_id, "outside_id", true},
	{Anum_call_ready_at, "ready_at", true},
	{Anum_call_labels, "labels", true},
	{Anum_call_ordinal, "ordinal", false},
};

void
asb_call_deform(HeapTuple tuple, TupleDesc desc, Datum *values, bool *isnull)
{
	if (desc->natts != Natts_call)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table agentsandbox.RemoteProcedureCalls has %d columns instead of %d",
						desc->natts, Natts_call),
				 errhint("Tables of agentsandbox must not be altered.")));
	heap_deform_tuple(tuple, desc, values, isnull);
}

pg_uuid_t *
asb_call_outside_id(const pg_uuid_t *conversation, const pg_uuid_t *id)
{
	struct
	{
		Oid			database;
		pg_uuid_t	conversation;
		pg_uuid_t	id;
	}			call = {MyDatabaseId, *conversation, *id};
	pg_uuid_t  *outside_id = palloc(sizeof(pg_uuid_t));

	StaticAssertStmt(sizeof(call) == sizeof(Oid) + 2 * UUID_LEN, "padding would be hashed");
	asb_uuid_derived(outside_id, &call, sizeof(call));
	return outside_id;
}

AsbCallState
asb_call_state(Datum status)
{
	text	   *name = DatumGetTextPP(status);
	AsbCallState state;

	if (!asb_call_state_parse(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), &state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is not a status of a call", TextDatumGetCString(status))));
	return state;
}

/* What a conversation may give; what it does not is drawn here. */
static void
check_submission(const Datum *values, const bool *isnull)
{
	Size		size;
	Jsonb	   *arguments;
	int64		digits;

	if (isnull[Anum_call_arguments - 1] || isnull[Anum_call_method - 1])
		return;					/* refused by the column's constraint */

	/* a batch of endless ones would fill the worker's memory */
	if (toast_raw_datum_size(values[Anum_call_method - 1]) - VARHDRSZ > MAX_METHOD_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("name of a method is longer than %d bytes", MAX_METHOD_NAME),
				 errhint("agentsandbox.methods lists the methods that can be called.")));

	size = toast_raw_datum_size(values[Anum_call_arguments - 1]);
	if (size > asb_max_arguments_bytes)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("arguments of a call are too large"),
				 errdetail("They have %zu bytes; the limit is %d.",
						   size, asb_max_arguments_bytes)));
	arguments = DatumGetJsonbP(values[Anum_call_arguments - 1]);
	/* else one row is enough, and the table can be neither read nor dumped any more */
	digits = asb_json_digits(arguments);
	if (digits > asb_max_arguments_bytes)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("arguments of a call are too large"),
				 errdetail("Their numbers have %lld digits when written out; the limit is %d.",
						   (long long) digits, asb_max_arguments_bytes)));
	if (!JB_ROOT_IS_OBJECT(arguments))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arguments of a call must be a JSON object"),
				 errhint("Give the arguments by name, as the method's request schema says.")));
}

#define SET_COLUMN(column, value) \
	(values[(column) - 1] = (value), isnull[(column) - 1] = false)

/* The place of one more call of this transaction in the order of submission. */
static void
set_place(Datum *values, bool *isnull)
{
	static FullTransactionId last_xid = {0};
	static int32 last_ordinal = 0;
	FullTransactionId xid = GetTopFullTransactionId();

	last_ordinal = FullTransactionIdEquals(xid, last_xid) ? last_ordinal + 1 : 0;
	last_xid = xid;
	SET_COLUMN(Anum_call_submitted_xid, FullTransactionIdGetDatum(xid));
	SET_COLUMN(Anum_call_ordinal, Int32GetDatum(last_ordinal));
}

static TimestampTz
time_of(const Datum *values, const bool *isnull, int column)
{
	return isnull[column - 1] ? DT_NOEND : DatumGetTimestampTz(values[column - 1]);
}

TimestampTz
asb_call_due(const Datum *values, const bool *isnull)
{
	AsbCallState state = asb_call_state(values[Anum_call_status - 1]);
	TimestampTz deadline = time_of(values, isnull, Anum_call_deadline);

	if (state == ASB_CALL_SUBMITTED || asb_call_state_is_terminal(state))
		return DT_NOEND;
	if (state == ASB_CALL_READY)
		return Min(deadline, time_of(values, isnull, Anum_call_retry_at));
	if (state == ASB_CALL_CLAIMED)
		return Min(deadline, time_of(values, isnull, Anum_call_lease_expires_at));
	if (state == ASB_CALL_HELD)
		return Min(deadline, time_of(values, isnull, Anum_call_held_until));
	return deadline;
}

/*
 * What SQL inserts or changes is found by its due time at the latest, whatever
 * it forgets to say.  The relay alone may leave a call without a turn.
 */
static void
set_due(Datum *values, bool *isnull, bool relayed)
{
	AsbCallState state = asb_call_state(values[Anum_call_status - 1]);
	TimestampTz due = asb_call_due(values, isnull);

	if (state == ASB_CALL_READY && !relayed &&
		isnull[Anum_call_turn - 1] && isnull[Anum_call_retry_at - 1])
		due = GetCurrentTimestamp();
	SET_COLUMN(Anum_call_due, TimestampTzGetDatum(due));
	isnull[Anum_call_due - 1] = due == DT_NOEND;
	asb_wakeup_alarm_at_commit(due);
}

/* A row that is not a conversation's: that of a dump. */
static HeapTuple
restore(TupleDesc desc, Datum *values, bool *isnull)
{
	if (isnull[Anum_call_status - 1])
		return heap_form_tuple(desc, values, isnull);	/* refused by the constraint */
	/* transactions of another cluster mean nothing here */
	set_place(values, isnull);
	set_due(values, isnull, false);
	asb_wakeup_at_commit();
	return heap_form_tuple(desc, values, isnull);
}

static HeapTuple
submit(HeapTuple tuple, TupleDesc desc)
{
	const AsbSession *session = asb_session();
	Datum		values[Natts_call];
	bool		isnull[Natts_call];
	pg_uuid_t	id;

	/* who is not sandboxed and has the privilege restores a dump */
	asb_call_deform(tuple, desc, values, isnull);
	if (session == NULL)
		return restore(desc, values, isnull);
	session = asb_conversation_session("can make calls", NULL);
	check_submission(values, isnull);

	asb_uuid_random(&id);
	for (int i = 0; i < Natts_call; i++)
	{
		if (i != Anum_call_method - 1 && i != Anum_call_arguments - 1 &&
			i != Anum_call_deadline - 1)
			isnull[i] = true;
	}
	SET_COLUMN(Anum_call_conversation, UUIDPGetDatum(&session->conversation));
	SET_COLUMN(Anum_call_id, UUIDPGetDatum(&id));
	SET_COLUMN(Anum_call_status,
			   CStringGetTextDatum(asb_call_state_name(ASB_CALL_SUBMITTED)));
	SET_COLUMN(Anum_call_submitted_at, TimestampTzGetDatum(GetCurrentTimestamp()));
	set_place(values, isnull);
	asb_wakeup_at_commit();
	asb_commit_must_last();
	asb_await_call_made(&session->conversation, &id);
	return heap_form_tuple(desc, values, isnull);
}

/* Two values of a column that is not supposed to change. */
static bool
same_value(Datum a, bool a_isnull, Datum b, bool b_isnull, Form_pg_attribute attr)
{
	if (a_isnull || b_isnull)
		return a_isnull == b_isnull;
	if (a == b)
		return true;

	/* an unchanged value out of line is the same pointer */
	if (attr->attlen == -1 &&
		VARATT_IS_EXTERNAL(DatumGetPointer(a)) && VARATT_IS_EXTERNAL(DatumGetPointer(b)) &&
		VARSIZE_ANY(DatumGetPointer(a)) == VARSIZE_ANY(DatumGetPointer(b)) &&
		memcmp(DatumGetPointer(a), DatumGetPointer(b), VARSIZE_ANY(DatumGetPointer(a))) == 0)
		return true;
	return datum_image_eq(a, b, attr->attbyval, attr->attlen);
}

void
asb_call_check_change(TupleDesc desc, const Datum *old_values, const bool *old_isnull,
					  Datum *values, bool *isnull)
{
	AsbCallState from = asb_call_state(old_values[Anum_call_status - 1]);
	AsbCallState to = asb_call_state(values[Anum_call_status - 1]);

	if (!asb_call_state_may_change(from, to))
		ereport(ERROR,
				(errcode(ASB_ERRCODE_ILLEGAL_TRANSITION),
				 errmsg("a call that is %s cannot become %s",
						asb_call_state_name(from), asb_call_state_name(to))));
	for (int i = 0; i < lengthof(immutable); i++)
	{
		int			column = immutable[i].column - 1;

		if (immutable[i].given_later && old_isnull[column])
			continue;
		if (immutable[i].taken_away && isnull[column] &&
			from == ASB_CALL_HELD && to == ASB_CALL_READY)
			continue;
		if (!same_value(old_values[column], old_isnull[column],
						values[column], isnull[column], TupleDescAttr(desc, column)))
			ereport(ERROR,
					(errcode(ASB_ERRCODE_ILLEGAL_TRANSITION),
					 errmsg("column \"%s\" of a call never changes", immutable[i].name)));
	}

	if (to != ASB_CALL_READY || !isnull[Anum_call_retry_at - 1])
		isnull[Anum_call_turn - 1] = true;
	if (to != ASB_CALL_HELD)
	{
		isnull[Anum_call_held_until - 1] = true;
		isnull[Anum_call_awaits_tick - 1] = true;
	}
	if (!asb_call_state_is_terminal(to))
		return;

	asb_commit_must_last();
	asb_await_call_ended(DatumGetUUIDP(values[Anum_call_id - 1]));
	SET_COLUMN(Anum_call_finished_at, TimestampTzGetDatum(GetCurrentTimestamp()));
	isnull[Anum_call_retry_at - 1] = true;
	isnull[Anum_call_due - 1] = true;
}

static HeapTuple
change(HeapTuple old, HeapTuple new, TupleDesc desc)
{
	Datum		old_values[Natts_call];
	bool		old_isnull[Natts_call];
	Datum		values[Natts_call];
	bool		isnull[Natts_call];
	bool		relayed;

	asb_call_deform(old, desc, old_values, old_isnull);
	asb_call_deform(new, desc, values, isnull);
	if (isnull[Anum_call_status - 1])
		return new;				/* refused by the constraint */
	asb_call_check_change(desc, old_values, old_isnull, values, isnull);
	relayed = asb_call_state(old_values[Anum_call_status - 1]) == ASB_CALL_SUBMITTED;
	set_due(values, isnull, relayed);
	return heap_form_tuple(desc, values, isnull);
}

ASB_FUNCTION(asb_change_call);

Datum
asb_change_call(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = asb_trigger(fcinfo, __func__);
	TupleDesc	desc;
	bool		isnull;

	desc = RelationGetDescr(trigger->tg_relation);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		return PointerGetDatum(submit(trigger->tg_trigtuple, desc));
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(change(trigger->tg_trigtuple, trigger->tg_newtuple, desc));

	if (!asb_call_state_is_terminal(asb_call_state(heap_getattr(trigger->tg_trigtuple, Anum_call_status,
																desc, &isnull))))
		ereport(ERROR,
				(errcode(ASB_ERRCODE_ILLEGAL_TRANSITION),
				 errmsg("a call that has not ended cannot be deleted")));
	return PointerGetDatum(trigger->tg_trigtuple);
}

/*
 * Trigger on conversation_records: the calls of a conversation that ended end
 * too, by and by.
 */
ASB_FUNCTION(asb_end_conversation);

Datum
asb_end_conversation(PG_FUNCTION_ARGS)
{
	static AsbQuery insert = {
		"INSERT INTO agentsandbox.ended_conversations VALUES ($1) ON CONFLICT DO NOTHING",
		1, {UUIDOID}
	};
	TriggerData *trigger = asb_trigger(fcinfo, __func__);
	Datum		id;
	bool		isnull;

	/* "id" is the first column, see tables/30_conversations.sql */
	id = heap_getattr(trigger->tg_trigtuple, 1, RelationGetDescr(trigger->tg_relation), &isnull);
	SPI_connect();
	asb_query(&insert, &id, NULL);
	SPI_finish();
	asb_wakeup_alarm_at_commit(DT_NOBEGIN);
	return PointerGetDatum(trigger->tg_newtuple);
}
