/*
 * secret.c
 *		Loading secrets.
 */
#include "bin/common/secret.h"

#include "bin/common/util.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

static char *
load_file(const char *file, char **error)
{
	struct stat status;
	size_t		length;
	char	   *text;

	if (stat(file, &status) == 0 && (status.st_mode & (S_IRWXO | S_IWGRP)) != 0)
	{
		*error = asb_format("secret file \"%s\" may be used by others (mode %04o)",
							file, (unsigned) (status.st_mode & 07777));
		return NULL;
	}
	text = asb_read_file(file, ASB_SECRET_MAX_BYTES, &length);
	if (text == NULL)
	{
		*error = asb_format("could not read secret file \"%s\": %s", file, strerror(errno));
		return NULL;
	}
	if (length > 0 && text[length - 1] == '\n')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '\r')
		text[--length] = '\0';
	if (strlen(text) != length)
	{
		*error = asb_format("secret file \"%s\" contains a NUL byte", file);
		explicit_bzero(text, length);
		free(text);
		return NULL;
	}
	return text;
}

char *
asb_secret_load(const char *file, const char *env, char **error)
{
	char	   *secret;
	size_t		length;

	if (file != NULL)
		secret = load_file(file, error);
	else
	{
		const char *value = getenv(env);

		secret = value ? asb_strdup(value) : NULL;
		if (secret == NULL)
			*error = asb_format("environment variable \"%s\" is not set", env);
	}
	if (secret == NULL)
		return NULL;

	length = strlen(secret);
	if (length < ASB_SECRET_MIN_BYTES || length > ASB_SECRET_MAX_BYTES)
		*error = asb_format("secret in \"%s\" has %zu bytes, not %d to %d", file ? file : env,
							length, ASB_SECRET_MIN_BYTES, ASB_SECRET_MAX_BYTES);
	else
	{
		for (const char *c = secret; *c != '\0'; c++)
		{
			if (*c < ' ' || *c > '~')
			{
				*error = asb_format("secret in \"%s\" is not printable ASCII", file ? file : env);
				break;
			}
		}
	}
	if (*error != NULL)
	{
		asb_wipe(secret);
		return NULL;
	}
	return secret;
}
