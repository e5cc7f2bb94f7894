/*
 * secret.h
 *	  Random secrets and the hash that is stored of a token.
 */
#ifndef ASB_SECRET_H
#define ASB_SECRET_H

#include "utils/uuid.h"

#define ASB_SECRET_BYTES	32	/* 256 random bits */

/* A fresh secret, in hexadecimal; palloc'd. */
extern char *asb_secret_random(void);

/* A fresh random (version 4) uuid. */
extern void asb_uuid_random(pg_uuid_t *uuid);

/* SHA-256 of a secret's text as bytea; palloc'd. */
extern bytea *asb_secret_hash(const char *secret, Size length);

#endif							/* ASB_SECRET_H */
