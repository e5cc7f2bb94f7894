/*
 * session.c
 *	  The one accessor to this backend's identity.
 *
 * State: "current" and the pair of roles it was derived from.  Set by
 * refresh() only; last_answer is what it comes to, and is forgotten with
 * it.  Whether a role is sandboxed is decided once per pair and backend: a
 * REVOKE of agentsandbox_pool must not turn a confined session into an ordinary
 * one.  The row of the conversation and the profile are read again when the
 * relation cache says that one of the two tables changed (their triggers send
 * that invalidation, see tables/30_conversations.sql).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/uuid.h"
#include "session/role.h"
#include "session/role_label.h"
#include "session/session.h"
#include "session/slot.h"

/* Columns of agentsandbox.conversation_records, in the order of tables/30_conversations.sql. */
enum
{
	Anum_records_id = 1,
	Anum_records_profile,
	Anum_records_context,
	Anum_records_state,
	Anum_records_expires_at
};

static AsbSession *current = NULL;
static MemoryContext current_context = NULL;

/* the pair "current" was derived from; InvalidOid before the first call */
static Oid	derived_session_user = InvalidOid;
static Oid	derived_outer_role = InvalidOid;

/* what the pair is; stays when the rows behind it are read again */
static bool pair_sandboxed = false;
static bool pair_outside = false;	/* a pool role, in no conversation */
static Oid	pair_role = InvalidOid;

/* that of the role in AUTHOID: where invalidations arrive, no cache may be asked */
static uint32 pair_hash = 0;

/* whom the login gate found to be sandboxed */
static Oid	sandboxed_login = InvalidOid;

static bool rows_valid = false;

/* the last answer of asb_session(), and to whom */
static struct
{
	Oid			session_user;	/* InvalidOid: it has to be found out */
	Oid			outer_role;
	const AsbSession *session;	/* NULL: not sandboxed */
	TimestampTz statement;		/* for a sandboxed one: it holds for this statement */
}			last_answer = {InvalidOid};

static void
forget_rows(void)
{
	rows_valid = false;
	last_answer.session_user = InvalidOid;
}

/* the tables "current" was read from, whose invalidation makes it stale */
static Oid	records_relid = InvalidOid;
static Oid	profiles_relid = InvalidOid;

bool
asb_is_pool_role(Oid role)
{
	Oid			pool = get_role_oid("agentsandbox_pool", true);

	return OidIsValid(pool) && asb_role_label(pool).kind == ASB_ROLE_PREDEFINED &&
		is_member_of_role_nosuper(role, pool);
}

/*
 * The role that decides, or InvalidOid if this pair is not sandboxed; and
 * whether it is a pool role, in no conversation.
 */
static Oid
deciding_role(Oid session_user, Oid outer_role, bool *outside)
{
	*outside = false;
	if (asb_role_label(session_user).kind == ASB_ROLE_CONVERSATION)
		return session_user;
	if (outer_role != session_user &&
		asb_role_label(outer_role).kind == ASB_ROLE_CONVERSATION)
		return outer_role;
	*outside = true;
	if (asb_is_pool_role(session_user))
		return session_user;
	if (outer_role != session_user && asb_is_pool_role(outer_role))
		return outer_role;
	*outside = false;
	/* its conversation was closed, and its label dropped, while it logged in */
	if (session_user == sandboxed_login)
		return session_user;
	return InvalidOid;
}

/*
 * Reads the row of a conversation, and what it says into "session" and
 * "profile", the context if asked to; returns its state, NULL if there is no
 * such row.
 */
static const char *
read_record(const pg_uuid_t *conversation, Snapshot snapshot, bool with_context,
			AsbSession *session, Oid *profile)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_CONVERSATION_RECORDS), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	const char *state = NULL;
	bool		isnull;

	ScanKeyInit(&key, Anum_records_id, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(conversation));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		state = TextDatumGetCString(heap_getattr(tuple, Anum_records_state, desc, &isnull));
	if (state)
	{
		session->conversation = *conversation;
		session->expires_at =
			DatumGetTimestampTz(heap_getattr(tuple, Anum_records_expires_at, desc, &isnull));
		if (with_context)
			session->context =
				DatumGetJsonbPCopy(heap_getattr(tuple, Anum_records_context, desc, &isnull));
		*profile = DatumGetObjectId(heap_getattr(tuple, Anum_records_profile, desc, &isnull));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return state;
}

/* ... as it is committed now, whatever the isolation level. */
static const char *
read_latest_record(const pg_uuid_t *conversation, AsbSession *session, Oid *profile)
{
	Snapshot	snapshot = asb_latest_snapshot();
	const char *state = read_record(conversation, snapshot, true, session, profile);

	UnregisterSnapshot(snapshot);
	return state;
}

bool
asb_conversation_is_open(const pg_uuid_t *conversation, Snapshot snapshot, Oid *profile)
{
	AsbSession	session;
	const char *state;

	*profile = InvalidOid;
	state = read_record(conversation, snapshot, false, &session, profile);
	return state && strcmp(state, "open") == 0 && session.expires_at > GetCurrentTimestamp();
}

/* Reads the conversation's row and its profile into "session". */
static void
load_conversation(AsbSession *session, const AsbRoleLabel *label)
{
	const char *state = NULL;
	Oid			profile;
	const char *objection;

	if (label->database == MyDatabaseId)
		state = read_latest_record(&label->conversation, session, &profile);
	if (state == NULL || strcmp(state, "open") != 0)
		ereport(ERROR,
				(errcode(ASB_ERRCODE_CONVERSATION_CLOSED),
				 errmsg("the conversation is closed")));

	asb_profile_load(profile, &session->profile);

	/* what the objection is, is not the agent's business */
	objection = asb_role_objection(session->role, profile);
	if (objection)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("the role of the conversation cannot be confined"),
				 errdetail_log("%s", objection)));

	if (!asb_role_can_log_in(session->role, &session->expires_at))
		ereport(ERROR,
				(errcode(ASB_ERRCODE_CONVERSATION_CLOSED),
				 errmsg("the conversation is closed")));
}

void
asb_session_describe(const pg_uuid_t *conversation, AsbSession *session)
{
	Oid			profile;
	const char *state;

	memset(session, 0, sizeof(AsbSession));
	session->kind = ASB_SESSION_CONVERSATION;
	state = read_latest_record(conversation, session, &profile);
	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("conversation \"%s\" does not exist", asb_uuid_text(conversation))));
	session->role = get_role_oid(asb_conversation_role_name(conversation), true);
	if (strcmp(state, "open") != 0 || !OidIsValid(session->role))
		ereport(ERROR,
				(errcode(ASB_ERRCODE_CONVERSATION_CLOSED),
				 errmsg("conversation \"%s\" is closed", asb_uuid_text(conversation)),
				 errdetail("It can reach nothing any more.")));
	asb_profile_load(profile, &session->profile);
}

/* Decides whether a pair of roles is sandboxed, unless it is the last one. */
static void
decide_pair(Oid session_user, Oid outer_role)
{
	Oid			role;
	uint32		hash;
	bool		outside;

	if (session_user == derived_session_user && outer_role == derived_outer_role)
		return;

	/* should this error, the next call decides anew */
	derived_session_user = derived_outer_role = InvalidOid;
	forget_rows();
	role = deciding_role(session_user, outer_role, &outside);
	hash = OidIsValid(role) ? GetSysCacheHashValue1(AUTHOID, ObjectIdGetDatum(role)) : 0;

	/* from here on, until all is known, everything is refused */
	current = NULL;
	pair_role = role;
	pair_hash = hash;
	pair_sandboxed = OidIsValid(role);
	pair_outside = outside;
	derived_session_user = session_user;
	derived_outer_role = outer_role;
}

/*
 * A client that logged in as a sandboxed role has been bound (bind.c) and has
 * a slot; an administrator who became one by SET ROLE or SET SESSION
 * AUTHORIZATION has none, and a parallel worker is its leader's.
 */
static bool
needs_slot(Oid session_user)
{
	bool		outside;

	return MyProcPort != NULL &&
		session_user == GetAuthenticatedUserId() &&
		OidIsValid(deciding_role(session_user, session_user, &outside));
}

static void
refresh(Oid session_user, Oid outer_role)
{
	static uint64 readings = 0;
	MemoryContext context;
	MemoryContext oldcontext;
	AsbSession *session;
	AsbRoleLabel label;

	decide_pair(session_user, outer_role);
	if (!pair_sandboxed)
	{
		rows_valid = true;
		return;
	}

	if (!asb_slot_taken() && needs_slot(session_user))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("the session is not bound to a conversation")));

	/* these may wait for a lock or fail, and what was read before still is stale */
	label = asb_role_label(pair_role);
	records_relid = asb_relation_oid(ASB_REL_CONVERSATION_RECORDS);
	profiles_relid = asb_relation_oid(ASB_REL_PROFILES);

	context = AllocSetContextCreate(TopMemoryContext, "agentsandbox session",
									ALLOCSET_SMALL_SIZES);
	oldcontext = MemoryContextSwitchTo(context);

	/*
	 * A table read below may bring an invalidation of what is being read; it
	 * clears the flag again and the next call reads once more.
	 */
	rows_valid = true;
	PG_TRY();
	{
		session = palloc0(sizeof(AsbSession));
		session->role = pair_role;
		session->reading = ++readings;
		if (label.kind == ASB_ROLE_CONVERSATION)
		{
			session->kind = ASB_SESSION_CONVERSATION;
			load_conversation(session, &label);
		}
		else if (asb_is_pool_role(pair_role))
			session->kind = ASB_SESSION_POOL;
		else
			ereport(ERROR,
					(errcode(ASB_ERRCODE_CONVERSATION_CLOSED),
					 errmsg("the conversation is closed")));
	}
	PG_CATCH();
	{
		forget_rows();
		MemoryContextSwitchTo(oldcontext);
		MemoryContextDelete(context);
		PG_RE_THROW();
	}
	PG_END_TRY();

	MemoryContextSwitchTo(oldcontext);
	if (current_context)
		MemoryContextDelete(current_context);
	current_context = context;
	current = session;
}

/* Once for each statement. */
static void
look_at_clock(TimestampTz now)
{
	if (current->kind == ASB_SESSION_CONVERSATION && current->expires_at <= now)
		ereport(ERROR,
				(errcode(ASB_ERRCODE_CONVERSATION_CLOSED),
				 errmsg("the conversation has expired")));
	asb_slot_touch(now);
}

/* Of its own, so that what is cheap does not pay for its frame. */
static const AsbSession *pg_noinline
session_anew(void)
{
	Oid			session_user = GetSessionUserId();
	Oid			outer_role = GetOuterUserId();

	/* the same session, in a new statement */
	if (last_answer.session_user == session_user &&
		last_answer.outer_role == outer_role)
	{
		look_at_clock(GetCurrentStatementStartTimestamp());
		last_answer.statement = GetCurrentStatementStartTimestamp();
		return current;
	}

	if (!rows_valid ||
		session_user != derived_session_user ||
		outer_role != derived_outer_role)
		refresh(session_user, outer_role);

	if (pair_sandboxed)
		look_at_clock(GetCurrentStatementStartTimestamp());
	if (rows_valid)
	{
		last_answer.session_user = session_user;
		last_answer.outer_role = outer_role;
		last_answer.session = current;
		last_answer.statement = GetCurrentStatementStartTimestamp();
	}
	return current;
}

/* Asked several times of each statement, also of those of ordinary sessions. */
const AsbSession *
asb_session(void)
{
	if (unlikely(last_answer.session_user != GetSessionUserId()) ||
		unlikely(last_answer.outer_role != GetOuterUserId()))
		return session_anew();
	if (last_answer.session && unlikely(last_answer.statement != GetCurrentStatementStartTimestamp()))
		return session_anew();
	return last_answer.session;
}

const AsbSession *
asb_conversation_session(const char *may, const char *hint)
{
	const AsbSession *session = asb_session();

	if (session == NULL || session->kind != ASB_SESSION_CONVERSATION)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a conversation %s", may),
				 hint ? errhint("%s", hint) : 0));
	return session;
}

void
asb_session_expect(Oid role)
{
	sandboxed_login = role;
}

Oid
asb_session_known_role(void)
{
	if (!pair_sandboxed)
		return InvalidOid;
	/* nobody has asked since it left a conversation: what that one knows is not for who comes next */
	if (OidIsValid(sandboxed_login) &&
		(derived_session_user != GetSessionUserId() || derived_outer_role != GetOuterUserId()))
		return sandboxed_login;
	return pair_role;
}

bool
asb_session_known_outside(void)
{
	return pair_sandboxed && (pair_outside || asb_session_known_role() != pair_role);
}

Oid
asb_session_role(void)
{
	decide_pair(GetSessionUserId(), GetOuterUserId());
	return pair_role;
}

static void
invalidate_rows(Datum arg, Oid relid)
{
	if (pair_sandboxed &&
		(!OidIsValid(relid) || relid == records_relid || relid == profiles_relid))
		forget_rows();
}

/* The role itself may have been altered: asb_role_objection() asks again. */
static void
invalidate_role(Datum arg, int cacheid, uint32 hashvalue)
{
	if (pair_sandboxed && (hashvalue == 0 || hashvalue == pair_hash))
		forget_rows();
}

void
asb_session_init(void)
{
	CacheRegisterRelcacheCallback(invalidate_rows, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, invalidate_role, (Datum) 0);
}
