/*
 * hmac.c
 *	  HMAC-SHA-256 (RFC 2104) with a key that is used more than once.
 */
#include "postgres.h"

#include "common/hmac.h"
#include "common/sha2.h"
#include "port/pg_bswap.h"

#include "session/hmac.h"

#ifdef USE_OPENSSL

void
asb_hmac_key(AsbHmac *hmac, const uint8 *key, Size length)
{
	uint8		hashed[ASB_HMAC_BYTES];
	uint8		pad[SHA256_CBLOCK];

	if (length > sizeof(pad))
	{
		SHA256(key, length, hashed);
		key = hashed;
		length = sizeof(hashed);
	}

	memset(pad, 0x36, sizeof(pad));
	for (Size i = 0; i < length; i++)
		pad[i] ^= key[i];
	SHA256_Init(&hmac->inner);
	SHA256_Update(&hmac->inner, pad, sizeof(pad));

	for (Size i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA256_Init(&hmac->outer);
	SHA256_Update(&hmac->outer, pad, sizeof(pad));
}

/* What fits into the block that follows a key's, with the padding of FIPS 180-4. */
#define MAX_SHORT	(SHA256_CBLOCK - 1 - sizeof(uint64))

/* SHA256_Final() of a short message, whose bookkeeping takes as long as the hashing. */
static void
hash_short(const SHA256_CTX *keyed, const void *message, Size length, uint8 *result)
{
	SHA256_CTX	ctx = *keyed;
	uint8		block[SHA256_CBLOCK] = {0};
	uint64		bits = pg_hton64((SHA256_CBLOCK + length) * BITS_PER_BYTE);

	memcpy(block, message, length);
	block[length] = 0x80;
	memcpy(block + SHA256_CBLOCK - sizeof(bits), &bits, sizeof(bits));
	SHA256_Transform(&ctx, block);

	for (int i = 0; i < lengthof(ctx.h); i++)
	{
		uint32		word = pg_hton32(ctx.h[i]);

		memcpy(result + i * sizeof(word), &word, sizeof(word));
	}
}

void
asb_hmac_sign(const AsbHmac *hmac, const void *message, Size length, uint8 *result)
{
	SHA256_CTX	ctx;

	if (length <= MAX_SHORT)
	{
		hash_short(&hmac->inner, message, length, result);
		hash_short(&hmac->outer, result, ASB_HMAC_BYTES, result);
		return;
	}

	ctx = hmac->inner;
	SHA256_Update(&ctx, message, length);
	SHA256_Final(result, &ctx);
	ctx = hmac->outer;
	SHA256_Update(&ctx, result, ASB_HMAC_BYTES);
	SHA256_Final(result, &ctx);
}

#else

void
asb_hmac_key(AsbHmac *hmac, const uint8 *key, Size length)
{
	hmac->key = key;
	hmac->length = length;
}

void
asb_hmac_sign(const AsbHmac *hmac, const void *message, Size length, uint8 *result)
{
	pg_hmac_ctx *ctx = pg_hmac_create(PG_SHA256);

	if (ctx == NULL ||
		pg_hmac_init(ctx, hmac->key, hmac->length) < 0 ||
		pg_hmac_update(ctx, message, length) < 0 ||
		pg_hmac_final(ctx, result, ASB_HMAC_BYTES) < 0)
		elog(ERROR, "could not compute HMAC: %s", pg_hmac_error(ctx));
	pg_hmac_free(ctx);
}

#endif							/* USE_OPENSSL */
