/*
 * secret.h
 *		Secrets come from a file or an environment variable, never from a
 *		configuration file or a command line.
 */
#ifndef ASB_BIN_SECRET_H
#define ASB_BIN_SECRET_H

/* Shorter ones could turn up in an innocent response by chance. */
#define ASB_SECRET_MIN_BYTES 8
#define ASB_SECRET_MAX_BYTES 16384

/*
 * Reads a secret from exactly one of file and env (the other is NULL), without
 * the newline an editor leaves at its end.  It must be printable ASCII, so that
 * it can never split a header.  Returns NULL and a reason, without any part
 * of the secret, in *error.  Free with asb_wipe().
 */
extern char *asb_secret_load(const char *file, const char *env, char **error);

#endif
