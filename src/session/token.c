/*
 * token.c
 *	  The tokens by which pooled connections enter a conversation.
 *
 * Only a hash is stored.  pool.c looks a token up.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/compat.h"
#include "core/query.h"
#include "core/uuid.h"
#include "session/secret.h"
#include "session/token.h"

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

int
asb_tokens_delete(const pg_uuid_t *conversation)
{
	static AsbQuery delete = {
		"DELETE FROM agentsandbox.conversation_tokens"
		" WHERE conversation OPERATOR(pg_catalog.=) $1",
		1, {UUIDOID}
	};
	Datum		value = UUIDPGetDatum(conversation);

	return (int) asb_query(&delete, &value, NULL);
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
	pg_uuid_t  *conversation = PG_GETARG_UUID_P(0);
	char	   *token;

	SPI_connect();
	lock_open(conversation);
	asb_tokens_delete(conversation);
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

	SPI_connect();
	n = asb_tokens_delete(PG_GETARG_UUID_P(0));
	SPI_finish();
	PG_RETURN_INT32(n);
}
