/*
 * scram.c
 *	  The SCRAM-SHA-256 verifier that is stored of a password.
 *
 * A password of 256 random bits needs no slow hash, but drivers insist on at
 * least 4096 iterations (the JDBC driver refuses fewer).  The server's own
 * function sets a new HMAC up for each, which makes it nearly all of what
 * open_conversation() takes.
 */
#include "postgres.h"

#include "libpq/scram.h"

#include "core/compat.h"
#include "session/hmac.h"
#include "session/scram.h"
#include "session/secret.h"

#ifdef USE_OPENSSL

#include "common/base64.h"
#include "common/scram-common.h"

#define ITERATIONS	SCRAM_DEFAULT_ITERATIONS
#define KEY_LENGTH	ASB_HMAC_BYTES

/* Hi() of RFC 5802: PBKDF2 with HMAC-SHA-256, one block long */
static void
salted_password(const char *password, const uint8 *salt, Size salt_length, uint8 *result)
{
	static const uint8 block_number[] = {0, 0, 0, 1};
	AsbHmac		hmac;
	uint8		message[SCRAM_DEFAULT_SALT_LEN + sizeof(block_number)];
	uint8		u[KEY_LENGTH];

	asb_hmac_key(&hmac, (const uint8 *) password, strlen(password));
	memcpy(message, salt, salt_length);
	memcpy(message + salt_length, block_number, sizeof(block_number));
	asb_hmac_sign(&hmac, message, salt_length + sizeof(block_number), u);
	memcpy(result, u, KEY_LENGTH);

	for (int i = 1; i < ITERATIONS; i++)
	{
		asb_hmac_sign(&hmac, u, KEY_LENGTH, u);
		for (int j = 0; j < KEY_LENGTH; j++)
			result[j] ^= u[j];
	}
}

static char *
base64(const uint8 *bytes, int length)
{
	int			size = pg_b64_enc_len(length) + 1;
	char	   *text = palloc(size);
	int			written = pg_b64_encode((const void *) bytes, length, text, size - 1);

	if (written < 0)
		elog(ERROR, "could not encode a verifier");
	text[written] = '\0';
	return text;
}

char *
asb_scram_verifier(const char *password)
{
	uint8		salt[SCRAM_DEFAULT_SALT_LEN];
	uint8		salted[KEY_LENGTH];
	uint8		client_key[KEY_LENGTH];
	uint8		stored_key[KEY_LENGTH];
	uint8		server_key[KEY_LENGTH];
	AsbHmac		hmac;

	asb_random_bytes(salt, sizeof(salt));

	salted_password(password, salt, sizeof(salt), salted);
	asb_hmac_key(&hmac, salted, sizeof(salted));
	asb_hmac_sign(&hmac, "Client Key", strlen("Client Key"), client_key);
	SHA256(client_key, sizeof(client_key), stored_key);
	asb_hmac_sign(&hmac, "Server Key", strlen("Server Key"), server_key);

	return psprintf("SCRAM-SHA-256$%d:%s$%s:%s", ITERATIONS,
					base64(salt, sizeof(salt)),
					base64(stored_key, sizeof(stored_key)),
					base64(server_key, sizeof(server_key)));
}

#else							/* a server without OpenSSL */

char *
asb_scram_verifier(const char *password)
{
	return pg_be_scram_build_secret(password);
}

#endif
