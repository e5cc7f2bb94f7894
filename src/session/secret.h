/*
 * secret.h
 *	  Random secrets and the hash that is stored of a token.
 */
#ifndef ASB_SECRET_H
#define ASB_SECRET_H

#include "utils/uuid.h"

#define ASB_SECRET_BYTES	32	/* 256 random bits */
#define ASB_DERIVED_MAX		64

/* Random as keys must be; error if there is no such source. */
extern void asb_random_bytes(void *buffer, Size length);

/* A fresh secret, in hexadecimal; palloc'd. */
extern char *asb_secret_random(void);

/* A fresh random (version 4) uuid. */
extern void asb_uuid_random(pg_uuid_t *uuid);

/*
 * A fresh version 7 uuid (RFC 9562): 48 bits of time, in milliseconds, and 74
 * random ones.  For keys of which there are many: the next one goes to the page
 * of an index that the last one went to.
 */
extern void asb_uuid_by_time(pg_uuid_t *uuid);

/*
 * A uuid that is always the same for the same input, of up to ASB_DERIVED_MAX
 * bytes, on this cluster and its physical copies, and random to whoever cannot
 * read the cluster's files.
 */
extern void asb_uuid_derived(pg_uuid_t *uuid, const void *input, Size length);

/* SHA-256 of a secret's text as bytea; palloc'd. */
extern bytea *asb_secret_hash(const char *secret, Size length);

#endif							/* ASB_SECRET_H */
