/*
 * secret.c
 *	  Random secrets and the hash that is stored of a token.
 *
 * A secret has 256 random bits, so one round of SHA-256 is enough to store
 * it: there is nothing to guess that a slow hash would protect.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_control.h"
#include "common/cryptohash.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "utils/builtins.h"

#include "core/compat.h"
#include "session/secret.h"

static void
fill_random(void *buffer, Size length)
{
	if (!pg_strong_random(buffer, length))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
}

char *
asb_secret_random(void)
{
	uint8		bytes[ASB_SECRET_BYTES];
	char	   *text = palloc(2 * ASB_SECRET_BYTES + 1);

	fill_random(bytes, sizeof(bytes));
	(void) hex_encode((const char *) bytes, ASB_SECRET_BYTES, text);
	text[2 * ASB_SECRET_BYTES] = '\0';
	return text;
}

/* The bits that say how it was made. */
static void
mark_random(pg_uuid_t *uuid)
{
	uuid->data[6] = (uuid->data[6] & 0x0f) | 0x40;
	uuid->data[8] = (uuid->data[8] & 0x3f) | 0x80;
}

void
asb_uuid_random(pg_uuid_t *uuid)
{
	fill_random(uuid->data, UUID_LEN);
	mark_random(uuid);
}

/*
 * The key is the secret that makes up the salts of roles that do not exist.
 * What is said with it starts with our name, so it is nobody else's.
 */
void
asb_uuid_derived(pg_uuid_t *uuid, const void *input, Size length)
{
	static const char purpose[] = "agentsandbox uuid";
	uint8		mac[PG_SHA256_DIGEST_LENGTH];
	pg_hmac_ctx *ctx = pg_hmac_create(PG_SHA256);

	if (ctx == NULL ||
		pg_hmac_init(ctx, (const uint8 *) GetMockAuthenticationNonce(), MOCK_AUTH_NONCE_LEN) < 0 ||
		pg_hmac_update(ctx, (const uint8 *) purpose, sizeof(purpose)) < 0 ||
		pg_hmac_update(ctx, input, length) < 0 ||
		pg_hmac_final(ctx, mac, sizeof(mac)) < 0)
		elog(ERROR, "could not compute HMAC: %s", pg_hmac_error(ctx));
	pg_hmac_free(ctx);
	memcpy(uuid->data, mac, UUID_LEN);
	mark_random(uuid);
}

bytea *
asb_secret_hash(const char *secret, Size length)
{
	bytea	   *hash = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (const uint8 *) secret, length) < 0 ||
		pg_cryptohash_final(ctx, (uint8 *) VARDATA(hash), PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(ctx));
	pg_cryptohash_free(ctx);
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	return hash;
}
