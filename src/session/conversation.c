/*
 * conversation.c
 *	  Opening and closing conversations.
 *
 * The SQL functions are SECURITY DEFINER: the operator who may execute them
 * needs no other privilege, and roles are made and dropped as the extension's
 * owner.  All is transactional; what must not be undone, ending the sessions,
 * happens when the close has committed (ending.c).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/arguments.h"
#include "core/catalog.h"
#include "core/commit.h"
#include "core/compat.h"
#include "core/contained.h"
#include "core/query.h"
#include "core/uuid.h"
#include "core/wakeup.h"
#include "session/conversation.h"
#include "session/ending.h"
#include "session/profile.h"
#include "session/role.h"
#include "session/secret.h"
#include "session/slot.h"
#include "session/token.h"

/* Context is a flat object: each value is what a policy compares a column with. */
static void
check_context(Jsonb *context)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	JsonbValue	key = {jbvNull};

	if (!JB_ROOT_IS_OBJECT(context))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the context is not a JSON object"),
				 errhint("Give an object of keys and values, such as {\"rep\": 3}.")));

	it = JsonbIteratorInit(&context->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = value;
		else if (token == WJB_VALUE &&
				 value.type != jbvString && value.type != jbvNumeric &&
				 value.type != jbvBool)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("value of context key \"%.*s\" is not a string, number or boolean",
							key.val.string.len, key.val.string.val),
					 errhint("Leave out a key that has no value, and give one key for each value.")));
	}
}

/* When a conversation that opens now expires. */
static TimestampTz
expiry(const Interval *expires, const char *profile_name, const AsbProfile *profile)
{
	Datum		now = TimestampTzGetDatum(GetCurrentTimestamp());
	TimestampTz latest =
		DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, now,
												IntervalPGetDatum(&profile->max_lifetime)));
	TimestampTz wanted;

	if (expires == NULL)
		return latest;

	wanted = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, now,
													 IntervalPGetDatum(expires)));
	if (wanted <= DatumGetTimestampTz(now))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the conversation would have expired already"),
				 errhint("Give a positive interval.")));
	if (wanted > latest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the conversation would live longer than profile \"%s\" allows",
						profile_name),
				 errdetail("The profile's max_lifetime is %s.",
						   DatumGetCString(DirectFunctionCall1(interval_out,
															   IntervalPGetDatum(&profile->max_lifetime)))),
				 errhint("Give a shorter interval or use agentsandbox.alter_profile().")));
	return wanted;
}

/*
 * The profile's role, its row, and that it can be confined; errors otherwise.
 * The lock, which the INSERT takes anyhow, comes first: what drop_profile()
 * drops meanwhile is not found any more.
 */
static Oid
open_profile(const char *name, AsbProfile *profile)
{
	Oid			role;
	const char *objection;

	LockRelationOid(asb_relation_oid(ASB_REL_CONVERSATION_RECORDS), RowExclusiveLock);
	role = get_role_oid(name, true);
	if (!OidIsValid(role) || asb_role_label(role).kind != ASB_ROLE_PROFILE ||
		!asb_profile_find(role, profile))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("profile \"%s\" does not exist in this database", name),
				 errhint("agentsandbox.profiles lists those that exist; agentsandbox.create_profile() makes one.")));

	objection = asb_role_objection(role, role);
	if (objection)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("profile \"%s\" cannot be confined", name),
				 errdetail("%s", objection),
				 errhint("A profile has what is granted to it; take its other powers and memberships away.")));
	return role;
}

/* Errors if the profile requires an accepted surface and has none; in SPI. */
static void
check_acceptance(Oid profile)
{
	static AsbQuery check = {
		"SELECT agentsandbox.check_acceptance($1)", 1, {REGROLEOID}
	};
	Datum		value = ObjectIdGetDatum(profile);

	(void) asb_query(&check, &value, NULL);
}

static void
insert_record(const AsbRoleLabel *label, Oid profile, Jsonb *context)
{
	static AsbQuery insert = {
		"INSERT INTO agentsandbox.conversation_records (id, profile, context, expires_at)"
		" VALUES ($1, $2, $3, $4)",
		4, {UUIDOID, REGROLEOID, JSONBOID, TIMESTAMPTZOID}
	};
	Datum		values[] = {
		UUIDPGetDatum(&label->conversation), ObjectIdGetDatum(profile),
		JsonbPGetDatum(context), TimestampTzGetDatum(label->expires_at)
	};

	(void) asb_query(&insert, values, NULL);
}

/*
 * open_conversation(profile name, context jsonb, expires interval, single_use_token boolean)
 */
ASB_FUNCTION(asb_open_conversation);

Datum
asb_open_conversation(PG_FUNCTION_ARGS)
{
	MemoryContext context_of_result = CurrentMemoryContext;
	char	   *profile_name;
	Jsonb	   *context;
	AsbProfile	profile;
	AsbRoleLabel label = {ASB_ROLE_CONVERSATION};
	Oid			profile_role;
	TupleDesc	desc;
	char	   *password;
	char	   *token;
	Datum		values[5];
	bool		nulls[5] = {false};

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3),
					"profile, context and single_use_token");
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	profile_name = NameStr(*PG_GETARG_NAME(0));
	context = PG_GETARG_JSONB_P(1);
	check_context(context);
	profile_role = open_profile(profile_name, &profile);
	SPI_connect();
	check_acceptance(profile_role);
	SPI_finish();

	asb_uuid_by_time(&label.conversation);
	label.database = MyDatabaseId;
	label.expires_at = expiry(PG_ARGISNULL(2) ? NULL : PG_GETARG_INTERVAL_P(2),
							  profile_name, &profile);
	password = asb_secret_random();
	asb_role_create(&label, profile_role, password);

	SPI_connect();
	insert_record(&label, profile_role, context);
	token = MemoryContextStrdup(context_of_result,
								asb_token_insert(&label.conversation, PG_GETARG_BOOL(3)));
	SPI_finish();

	/* the worker may have to wake earlier than it thought, to close it */
	asb_wakeup_alarm_at_commit(label.expires_at);

	values[0] = UUIDPGetDatum(&label.conversation);
	values[1] = DirectFunctionCall1(namein,
									CStringGetDatum(asb_conversation_role_name(&label.conversation)));
	values[2] = CStringGetTextDatum(password);
	values[3] = CStringGetTextDatum(token);
	values[4] = TimestampTzGetDatum(label.expires_at);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

typedef struct TakingAway
{
	const pg_uuid_t *conversation;
	bool		tokens;			/* are gone */
} TakingAway;

/*
 * A token that a session is using up stays: its session ends, and then the
 * worker takes it.
 */
static void
take_away(void *arg)
{
	TakingAway *taking = arg;

	taking->tokens = asb_tokens_clear(taking->conversation);
	asb_role_drop(taking->conversation);
}

bool
asb_conversation_take_away(const pg_uuid_t *conversation)
{
	TakingAway	taking = {conversation};

	return asb_contained_if(take_away, &taking, asb_is_locked) && taking.tokens;
}

/*
 * close_conversation(id uuid): false if it was closed already.
 */
ASB_FUNCTION(asb_close_conversation);

Datum
asb_close_conversation(PG_FUNCTION_ARGS)
{
	static AsbQuery close = {
		"UPDATE agentsandbox.conversation_records"
		" SET state = 'closed', closed_at = pg_catalog.clock_timestamp()"
		" WHERE id OPERATOR(pg_catalog.=) $1"
		" AND state OPERATOR(pg_catalog.=) 'open'",
		1, {UUIDOID}
	};
	static AsbQuery exists = {
		"SELECT FROM agentsandbox.conversation_records"
		" WHERE id OPERATOR(pg_catalog.=) $1",
		1, {UUIDOID}
	};
	pg_uuid_t  *conversation;
	Datum		value;
	bool		closed;

	asb_refuse_null(PG_ARGISNULL(0), "id");
	conversation = PG_GETARG_UUID_P(0);
	value = UUIDPGetDatum(conversation);
	SPI_connect();
	closed = asb_query(&close, &value, NULL) > 0;
	if (closed)
	{
		TakingAway	taking = {conversation};

		take_away(&taking);
		asb_end_sessions_at_commit(conversation);
		asb_commit_must_last();
	}
	else if (asb_query(&exists, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("conversation \"%s\" does not exist", asb_uuid_text(conversation))));
	SPI_finish();
	PG_RETURN_BOOL(closed);
}

/* When the next conversation expires. */
static TimestampTz
first_expiry(void)
{
	static AsbQuery query = {
		"SELECT expires_at FROM agentsandbox.conversation_records"
		" WHERE state OPERATOR(pg_catalog.=) 'open'"
		" ORDER BY expires_at LIMIT 1"
	};
	bool		isnull;

	if (asb_query(&query, NULL, NULL) == 0)
		return DT_NOEND;
	return DatumGetTimestampTz(asb_query_datum(0, 1, &isnull));
}

/*
 * Only if there are any: an update, even of no row, has every session look
 * itself up again, and every query of the table planned again.
 */
int
asb_close_expired_conversations(int max, TimestampTz *next_expiry)
{
	/* a parameter, since no index is searched by what a volatile function says */
	static AsbQuery close = {
		"UPDATE agentsandbox.conversation_records"
		" SET state = 'expired', closed_at = pg_catalog.clock_timestamp()"
		" WHERE id OPERATOR(pg_catalog.=) ANY (ARRAY("
		"  SELECT id FROM agentsandbox.conversation_records"
		"  WHERE state OPERATOR(pg_catalog.=) 'open'"
		"  AND expires_at OPERATOR(pg_catalog.<=) $1"
		"  ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))"
		" RETURNING id",
		2, {TIMESTAMPTZOID, INT4OID}
	};
	TimestampTz now = GetCurrentTimestamp();
	Datum		values[] = {TimestampTzGetDatum(now), Int32GetDatum(max)};
	SPITupleTable *expired;
	bool		isnull;
	bool		locked = false;
	int			n = 0;

	SPI_connect();
	*next_expiry = first_expiry();
	if (*next_expiry <= now)
	{
		n = (int) asb_query(&close, values, NULL);
		expired = SPI_tuptable;
		for (int i = 0; i < n; i++)
		{
			pg_uuid_t  *conversation = DatumGetUUIDP(SPI_getbinval(expired->vals[i],
																   expired->tupdesc, 1, &isnull));

			/* waited for once; the worker comes to all of them again */
			locked = locked || !asb_conversation_take_away(conversation);
			asb_end_sessions_at_commit(conversation);
		}
		*next_expiry = first_expiry();
	}
	SPI_finish();
	return n;
}

void
asb_save_departures(const AsbDeparture *departures, int n)
{
	static AsbQuery save = {
		"INSERT INTO agentsandbox.conversation_activity AS a (conversation, last_activity)"
		" VALUES ($1, $2) ON CONFLICT (conversation) DO UPDATE"
		" SET last_activity = GREATEST(a.last_activity, EXCLUDED.last_activity)",
		2, {UUIDOID, TIMESTAMPTZOID}
	};

	SPI_connect();
	for (int i = 0; i < n; i++)
	{
		Datum		values[] = {
			UUIDPGetDatum(&departures[i].conversation),
			TimestampTzGetDatum(departures[i].last_activity)
		};

		(void) asb_query(&save, values, NULL);
	}
	SPI_finish();
}
