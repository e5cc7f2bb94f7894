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
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "core/compat.h"
#include "session/hmac.h"
#include "session/secret.h"

void
asb_random_bytes(void *buffer, Size length)
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

	asb_random_bytes(bytes, sizeof(bytes));
	(void) hex_encode((const char *) bytes, ASB_SECRET_BYTES, text);
	text[2 * ASB_SECRET_BYTES] = '\0';
	return text;
}

/* The bits that say how it was made. */
static void
mark_version(pg_uuid_t *uuid, uint8 version)
{
	uuid->data[6] = (uuid->data[6] & 0x0f) | (version << 4);
	uuid->data[8] = (uuid->data[8] & 0x3f) | 0x80;
}

/*
 * Bytes are drawn ahead, for a call of the generator costs the same for few and
 * for many; never in the postmaster, so no two backends have the same.
 */
void
asb_uuid_random(pg_uuid_t *uuid)
{
	static uint8 drawn[16 * UUID_LEN];
	static int	left = 0;

	if (left == 0)
	{
		asb_random_bytes(drawn, sizeof(drawn));
		left = sizeof(drawn);
	}
	left -= UUID_LEN;
	memcpy(uuid->data, drawn + left, UUID_LEN);
	memset(drawn + left, 0, UUID_LEN);
	mark_version(uuid, 4);
}

void
asb_uuid_by_time(pg_uuid_t *uuid)
{
	uint64		unix_usec = GetCurrentTimestamp() +
		(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	uint64		time = pg_hton64((unix_usec / 1000) << 16);

	asb_uuid_random(uuid);
	memcpy(uuid->data, &time, 6);
	mark_version(uuid, 7);
}

/*
 * The key is the secret that makes up the salts of roles that do not exist.
 * What is said with it starts with our name, so it is nobody else's.
 */
void
asb_uuid_derived(pg_uuid_t *uuid, const void *input, Size length)
{
	static const char purpose[] = "agentsandbox uuid";
	static AsbHmac hmac;
	static bool keyed = false;
	uint8		message[ASB_DERIVED_MAX + sizeof(purpose)];
	uint8		mac[ASB_HMAC_BYTES];

	if (length > ASB_DERIVED_MAX)
		elog(ERROR, "too much to derive a uuid from");
	if (!keyed)
		asb_hmac_key(&hmac, (const uint8 *) GetMockAuthenticationNonce(), MOCK_AUTH_NONCE_LEN);
	keyed = true;
	memcpy(message, purpose, sizeof(purpose));
	memcpy(message + sizeof(purpose), input, length);
	asb_hmac_sign(&hmac, message, sizeof(purpose) + length, mac);
	memcpy(uuid->data, mac, UUID_LEN);
	mark_version(uuid, 4);
}

bytea *
asb_secret_hash(const char *secret, Size length)
{
	Datum		text = PointerGetDatum(cstring_to_text_with_len(secret, length));

	return DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, text));
}
