/*
 * token.c
 *	  The tokens by which pooled connections enter a conversation.
 *
 * Only a hash is stored.  pool.c looks a token up.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "core/arguments.h"
#include "core/commit.h"
#include "core/compat.h"
#include "core/contained.h"
#include "core/query.h"
#include "core/uuid.h"
#include "session/secret.h"
#include "session/token.h"

/*
 * How long tokens that are to be replaced are waited for, in milliseconds: a
 * session may be about to commit that it used one up, or never say so.
 */
#define TOKEN_WAIT_MS 2000

char *
asb_token_insert(const pg_uuid_t *conversation, bool single_use)
{
	static AsbQuery insert = {
		"INSERT INTO agentsandbox.conversation_tokens (hash, conversation, single_use)"
		" VALUES ($1, $2, $3)",
		3, {BYTEAOID, UUIDOID, BOOLOID}
	};
	char	   *token = asb_secret_random();
	Datum		values[] = {
		PointerGetDatum(asb_secret_hash(token, strlen(token))),
		UUIDPGetDatum(conversation), BoolGetDatum(single_use)
	};

	(void) asb_query(&insert, values, NULL);
	return token;
}

bool
asb_tokens_clear(const pg_uuid_t *conversation)
{
	static AsbQuery delete = {
		"DELETE FROM agentsandbox.conversation_tokens"
		" WHERE hash OPERATOR(pg_catalog.=) ANY (ARRAY("
		"  SELECT hash FROM agentsandbox.conversation_tokens"
		"  WHERE conversation OPERATOR(pg_catalog.=) $1 FOR UPDATE SKIP LOCKED))",
		1, {UUIDOID}
	};
	static AsbQuery left = {
		"SELECT FROM agentsandbox.conversation_tokens"
		" WHERE conversation OPERATOR(pg_catalog.=) $1",
		1, {UUIDOID}
	};
	Datum		value = UUIDPGetDatum(conversation);

	(void) asb_query(&delete, &value, NULL);
	return asb_query(&left, &value, NULL) == 0;
}

typedef struct Deletion
{
	const pg_uuid_t *conversation;
	int			n;
} Deletion;

static void
delete_tokens(void *arg)
{
	static AsbQuery delete = {
		"DELETE FROM agentsandbox.conversation_tokens"
		" WHERE conversation OPERATOR(pg_catalog.=) $1",
		1, {UUIDOID}
	};
	Deletion   *deletion = arg;
	Datum		value = UUIDPGetDatum(deletion->conversation);
	int			nestlevel = NewGUCNestLevel();

	if (LockTimeout == 0 || LockTimeout > TOKEN_WAIT_MS)
		(void) set_config_option("lock_timeout", psprintf("%d", TOKEN_WAIT_MS), PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	deletion->n = (int) asb_query(&delete, &value, NULL);
	AtEOXact_GUC(true, nestlevel);
}

/* Deletes all tokens of a conversation, and returns how many; in SPI. */
static int
delete_all(const pg_uuid_t *conversation)
{
	Deletion	deletion = {conversation};

	if (!asb_contained_if(delete_tokens, &deletion, asb_is_locked))
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("a session is using up a token of conversation %s",
						DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(conversation)))),
				 errhint("Try again; or close the conversation, which ends its sessions.")));
	asb_commit_must_last();
	return deletion.n;
}

/* Locks the row of an open conversation; error if it is not open; in SPI. */
static void
lock_open(const pg_uuid_t *conversation)
{
	static AsbQuery lock = {
		"SELECT FROM agentsandbox.conversation_records"
		" WHERE id OPERATOR(pg_catalog.=) $1"
		" AND state OPERATOR(pg_catalog.=) 'open' FOR SHARE",
		1, {UUIDOID}
	};
	Datum		value = UUIDPGetDatum(conversation);

	if (asb_query(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("conversation \"%s\" is not open", asb_uuid_text(conversation))));
}

/*
 * rotate_token(conversation uuid, single_use boolean) RETURNS text
 */
ASB_FUNCTION(asb_rotate_token);

Datum
asb_rotate_token(PG_FUNCTION_ARGS)
{
	MemoryContext context_of_result = CurrentMemoryContext;
	pg_uuid_t  *conversation;
	char	   *token;

	asb_refuse_null(PG_ARGISNULL(0) || PG_ARGISNULL(1), "conversation and single_use");
	conversation = PG_GETARG_UUID_P(0);
	SPI_connect();
	lock_open(conversation);
	(void) delete_all(conversation);
	token = MemoryContextStrdup(context_of_result,
								asb_token_insert(conversation, PG_GETARG_BOOL(1)));
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(token));
}

/*
 * revoke_tokens(conversation uuid) RETURNS integer: how many there were
 */
ASB_FUNCTION(asb_revoke_tokens);

Datum
asb_revoke_tokens(PG_FUNCTION_ARGS)
{
	int			n;

	asb_refuse_null(PG_ARGISNULL(0), "conversation");
	SPI_connect();
	n = delete_all(PG_GETARG_UUID_P(0));
	SPI_finish();
	PG_RETURN_INT32(n);
}
