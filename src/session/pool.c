/*
 * pool.c
 *	  Pooled connections: entering and leaving a conversation.
 *
 * The session user of a pooled connection is a pool role, which is sandboxed
 * and can do nothing but enter().  Entering makes the conversation's role the
 * outer role, as SET ROLE does, but not through the setting "role": so there
 * is no way to set it, and whatever resets "role" or the session authorization
 * ends with the pool role.  Leaving needs no secret, for it only takes away.
 *
 * "entered" is the role that was entered, as long as something of it may be
 * left.  The truth is the outer role (session.h); where the two differ, a
 * statement of the server's own (DISCARD ALL, RESET ROLE) has left, and
 * clean_up() is due at the end of that transaction; leave() does the same.
 *
 * An entry is undone by the abort of the (sub)transaction that made it.  A
 * leave is never undone.  (The server restores the current user at an abort,
 * not the outer role, so we put that right.)  A transaction block that has left
 * a conversation enters no other, so what commits together is of one; ROLLBACK
 * TO alone, which undoes the entry and what was done since, lets another follow.
 *
 * A token for a single use is used up by a commit, and enters at no time before
 * it: else what follows in a pipeline could read all there is, and then end in an
 * error that makes the token valid again.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/async.h"
#include "commands/prepare.h"
#include "commands/sequence.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "core/arguments.h"
#include "core/catalog.h"
#include "core/commit.h"
#include "core/compat.h"
#include "core/transaction.h"
#include "session/bind.h"
#include "session/role_label.h"
#include "session/secret.h"
#include "session/session.h"
#include "session/slot.h"

/* Columns of agentsandbox.conversation_tokens, in the order of tables/30_conversations.sql. */
enum
{
	Anum_tokens_hash = 1,
	Anum_tokens_conversation,
	Anum_tokens_single_use
};

static Oid	entered = InvalidOid;

/* leave when the transaction ends, however it does */
static bool entered_local = false;

/* nesting level of the (sub)transaction that entered, 0 once it has committed */
static int	entered_level = 0;

/* to become the outer role when the transaction commits that uses the token up */
static Oid	entering = InvalidOid;

/*
 * Settings may be a conversation's.  Resetting them is undone by an abort, so
 * it is done where it is not: when a transaction commits that has left, and in
 * the one that enters again.
 */
static bool settings_dirty = false;

static bool
still_entered(void)
{
	return OidIsValid(entered) && GetOuterUserId() == entered;
}

/*
 * Leaves nothing of the conversation in this backend.  Also runs when a
 * transaction has just ended, so no catalog may be read and nothing may fail.
 */
static void
clean_up(void)
{
	SetCurrentRoleId(InvalidOid, false);
	entered = InvalidOid;
	entered_local = false;
	entered_level = 0;
	entering = InvalidOid;

	/*
	 * The unnamed statement cannot be dropped from here.  That its plan is
	 * invalid makes the gates judge it again for whoever executes or
	 * describes it, and enter() sees to it that it is replaced before anybody
	 * else can.
	 */
	DropAllPreparedStatements();
	ResetPlanCache();
	ResetSequenceCaches();
	asb_bind_search_path(NULL);
	asb_slot_enter(NULL);
}

static void
pool_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (OidIsValid(entering))
				SetCurrentRoleId(entering, false);
			entering = InvalidOid;
			if (entered_local || (OidIsValid(entered) && !still_entered()))
				clean_up();
			entered_level = 0;
			if (settings_dirty && !OidIsValid(entered))
			{
				ResetAllOptions();
				settings_dirty = false;
			}
			break;
		case XACT_EVENT_ABORT:
			if (entered_local || entered_level > 0)
				clean_up();
			else if (settings_dirty && !still_entered())
				clean_up();		/* has left meanwhile */
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (entered_local)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot PREPARE a transaction that has entered a conversation")));
			break;
		default:
			break;
	}
}

static void
pool_subxact_callback(SubXactEvent event, SubTransactionId my_subid,
					  SubTransactionId parent_subid, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (!OidIsValid(entered) || entered_level < level)
		return;

	if (event == SUBXACT_EVENT_ABORT_SUB)
		clean_up();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		entered_level = level - 1;
}

static void
require_direct_call(void)
{
	/* a function that switched the user would switch it back */
	if (GetUserId() != GetOuterUserId() || InLocalUserIdChange())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("a conversation can be entered and left by a direct call only")));
}

static void pg_attribute_noreturn()
refuse_token(void)
{
	/* unknown, used, revoked: the caller need not know which */
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("the token is not valid"),
			 errhint("Ask for a fresh one with agentsandbox.rotate_token().")));
}

/* Whether two hashes are equal, in a time that does not depend on them. */
static bool
same_hash(bytea *a, bytea *b)
{
	uint8		difference = 0;

	if (VARSIZE_ANY_EXHDR(a) != VARSIZE_ANY_EXHDR(b))
		return false;
	for (int i = 0; i < VARSIZE_ANY_EXHDR(a); i++)
		difference |= VARDATA_ANY(a)[i] ^ VARDATA_ANY(b)[i];
	return difference == 0;
}

static void
use_up(Relation rel, HeapTuple tuple, Snapshot snapshot)
{
	TM_FailureData failure;

	if (IsInTransactionBlock(true))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("a token for a single use cannot be used inside a transaction block"),
				 errdetail("A ROLLBACK would make it valid again."),
				 errhint("Enter before BEGIN.")));

	if (table_tuple_delete(rel, &tuple->t_self, GetCurrentCommandId(true), snapshot,
						   InvalidSnapshot, true, &failure, false) != TM_Ok)
		refuse_token();
	asb_commit_must_last();
}

/* Finds what a token opens, and whether once only; error if it opens nothing. */
static pg_uuid_t
look_up_token(text *token, bool *single_use)
{
	bytea	   *hash = asb_secret_hash(VARDATA_ANY(token), VARSIZE_ANY_EXHDR(token));
	Relation	rel = table_open(asb_relation_oid(ASB_REL_CONVERSATION_TOKENS), RowExclusiveLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Snapshot	snapshot = asb_latest_snapshot();
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Datum		id;
	pg_uuid_t	conversation;
	bool		isnull;

	ScanKeyInit(&key, Anum_tokens_hash, BTEqualStrategyNumber, F_BYTEAEQ,
				PointerGetDatum(hash));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple) ||
		!same_hash(hash, DatumGetByteaPP(heap_getattr(tuple, Anum_tokens_hash, desc, &isnull))))
		refuse_token();

	id = heap_getattr(tuple, Anum_tokens_conversation, desc, &isnull);
	Assert(!isnull && DatumGetPointer(id) != NULL);
	conversation = *DatumGetUUIDP(id);
	*single_use = DatumGetBool(heap_getattr(tuple, Anum_tokens_single_use, desc, &isnull));
	if (*single_use)
		use_up(rel, tuple, snapshot);

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, RowExclusiveLock);
	return conversation;
}

/* Whether enter() may be called here and now. */
static void
check_enter(bool local)
{
	if (!asb_slot_taken() || !asb_is_pool_role(GetSessionUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a pooled connection can enter a conversation"),
				 errhint("Connect as a role that has been granted agentsandbox_pool.")));
	require_direct_call();

	/* see clean_up() on the unnamed statement: calls of any other kind replace it */
	if (ActivePortal && ActivePortal->prepStmtName && ActivePortal->prepStmtName[0])
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot enter a conversation by a named prepared statement"),
				 errhint("Send the call as a simple query or an unnamed statement.")));

	if (still_entered())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a conversation has been entered already"),
				 errhint("Call agentsandbox.leave() first.")));
	/* clean_up() is still to come */
	if (OidIsValid(entered))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("a conversation has been left in this transaction"),
				 errhint("End the transaction first.")));

	if (local && !IsInTransactionBlock(true))
		ereport(ERROR,
				(errcode(ERRCODE_NO_ACTIVE_SQL_TRANSACTION),
				 errmsg("a conversation can be entered locally inside a transaction block only"),
				 errhint("Use BEGIN first.")));
}

/*
 * What an operator's functions may have left in the backend for the last
 * conversation.  No agent can make any of it, nor reach it but through them.
 */
static void
forget_functions_traces(void)
{
	ResetTempTableNamespace();
	LockReleaseAll(USER_LOCKMETHOD, true);
	Async_UnlistenAll();
}

/*
 * Else the last conversation's agent, which can set "seed", says what random()
 * gives to this one.  RESET ALL does not reset it.
 */
static void
seed_random(void)
{
	uint32		random;

	asb_random_bytes(&random, sizeof(random));
	(void) DirectFunctionCall1(setseed, Float8GetDatum((double) random / PG_UINT32_MAX));
}

/*
 * enter(token text, local boolean) RETURNS uuid: the conversation
 */
ASB_FUNCTION(asb_enter);

Datum
asb_enter(PG_FUNCTION_ARGS)
{
	static bool watching = false;
	bool		local;
	bool		single_use;
	pg_uuid_t  *conversation = palloc(sizeof(pg_uuid_t));
	AsbRoleLabel label;
	Oid			role;

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1), "token and local");
	local = PG_GETARG_BOOL(1);
	check_enter(local);

	*conversation = look_up_token(PG_GETARG_TEXT_PP(0), &single_use);
	role = get_role_oid(asb_conversation_role_name(conversation), true);
	if (!OidIsValid(role))
		refuse_token();
	label = asb_role_label(role);
	if (label.kind != ASB_ROLE_CONVERSATION ||
		memcmp(&label.conversation, conversation, UUID_LEN) != 0)
		refuse_token();

	asb_at_transaction_end(&watching, pool_xact_callback, pool_subxact_callback);

	/*
	 * From here on an error is undone by the abort that it causes.  Settings
	 * are reset here too: the agent of the last conversation may have set them
	 * since it left.
	 */
	ResetAllOptions();
	settings_dirty = true;
	seed_random();
	forget_functions_traces();
	entered = role;
	entered_local = local;
	entered_level = GetCurrentTransactionNestLevel();

	/* the slot before the row, see asb_slot_terminate() */
	asb_slot_enter(conversation);
	SetCurrentRoleId(role, false);
	asb_bind_admit(asb_session(), ERROR);
	asb_bind_search_path(asb_session());
	asb_bind_changed(asb_session());
	if (single_use)
	{
		entering = role;
		SetCurrentRoleId(InvalidOid, false);
	}

	PG_RETURN_UUID_P(conversation);
}

/*
 * leave()
 */
ASB_FUNCTION(asb_leave);

Datum
asb_leave(PG_FUNCTION_ARGS)
{
	require_direct_call();
	if (!OidIsValid(entered))
		PG_RETURN_VOID();
	if (IsInTransactionBlock(true))
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("cannot leave a conversation inside a transaction block"),
				 errhint("End the transaction first.")));

	PortalHashTableDeleteAll();

	/* as RESET ROLE does: the rest of the statement is held to the conversation's limits */
	SetCurrentRoleId(InvalidOid, false);
	entering = InvalidOid;
	PG_RETURN_VOID();
}
