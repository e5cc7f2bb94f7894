/*
 * hmac.h
 *	  HMAC-SHA-256 (RFC 2104) with a key that is used more than once.
 *
 * The server's own functions set everything up anew for each message, which
 * takes several times as long as to hash it.
 */
#ifndef ASB_HMAC_H
#define ASB_HMAC_H

#define ASB_HMAC_BYTES	32

#ifdef USE_OPENSSL

#define OPENSSL_SUPPRESS_DEPRECATED /* the interface without allocations */
#include <openssl/sha.h>

/* the key's two padded blocks, hashed already */
typedef struct AsbHmac
{
	SHA256_CTX	inner;
	SHA256_CTX	outer;
} AsbHmac;

#else

typedef struct AsbHmac
{
	const uint8 *key;
	Size		length;
} AsbHmac;

#endif

/* The key must stay where it is. */
extern void asb_hmac_key(AsbHmac *hmac, const uint8 *key, Size length);

/* "result" has ASB_HMAC_BYTES, and may be the message. */
extern void asb_hmac_sign(const AsbHmac *hmac, const void *message, Size length, uint8 *result);

#endif							/* ASB_HMAC_H */
