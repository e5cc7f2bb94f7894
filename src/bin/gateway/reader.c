/*
 * reader.c
 *		Reads values out of the configuration's tree.
 */
#include "bin/gateway/reader.h"

#include "bin/common/secret.h"

#include <stdlib.h>
#include <string.h>

size_t
asb_reader_enter(AsbReader *reader, const char *key)
{
	size_t		outer = reader->path.length;

	asb_string_char(&reader->path, '/');
	for (; *key != '\0'; key++)
	{
		if (*key == '~' || *key == '/')
			asb_string_text(&reader->path, *key == '~' ? "~0" : "~1");
		else
			asb_string_char(&reader->path, *key);
	}
	return outer;
}

void
asb_reader_leave(AsbReader *reader, size_t outer)
{
	reader->path.length = outer;
	reader->path.data[outer] = '\0';
}

void
asb_reader_fault(AsbReader *reader, const char *message)
{
	if (reader->error == NULL)
		reader->error = asb_format("%s: %s", reader->path.length ? reader->path.data : "/", message);
}

void
asb_reader_fault_made(AsbReader *reader, char *message)
{
	asb_reader_fault(reader, message);
	free(message);
}

void
asb_reader_fault_at(AsbReader *reader, const char *key, const char *message)
{
	size_t		outer = asb_reader_enter(reader, key);

	asb_reader_fault(reader, message);
	asb_reader_leave(reader, outer);
}

bool
asb_reader_object(AsbReader *reader, const cJSON *object)
{
	const cJSON *item;

	if (!cJSON_IsObject(object))
	{
		asb_reader_fault(reader, "must be an object");
		return false;
	}
	cJSON_ArrayForEach(item, object)
	{
		if (asb_member(object, item->string) != item)
			asb_reader_fault_at(reader, item->string, "appears twice");
	}
	return reader->error == NULL;
}

bool
asb_reader_keys(AsbReader *reader, const cJSON *object, const char *const *keys)
{
	const cJSON *item;

	if (!asb_reader_object(reader, object))
		return false;
	cJSON_ArrayForEach(item, object)
	{
		const char *const *key = keys;

		while (*key != NULL && strcmp(*key, item->string) != 0)
			key++;
		if (*key == NULL)
			asb_reader_fault_at(reader, item->string, "unknown key");
	}
	return reader->error == NULL;
}

static double
get_number(AsbReader *reader, const cJSON *object, const char *key,
		   double low, double high, double otherwise)
{
	const cJSON *item = asb_member(object, key);

	if (item == NULL)
		return otherwise;
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= low && item->valuedouble <= high))
	{
		char	   *message = asb_format("must be a number from %.15g to %.15g", low, high);

		asb_reader_fault_at(reader, key, message);
		free(message);
		return otherwise;
	}
	return item->valuedouble;
}

long
asb_reader_integer(AsbReader *reader, const cJSON *object, const char *key,
				   long low, long high, long otherwise)
{
	double		value = get_number(reader, object, key, (double) low, (double) high,
										  (double) otherwise);

	if (value != (double) (long) value)
		asb_reader_fault_at(reader, key, "must be an integer");
	return (long) value;
}

long
asb_reader_milliseconds(AsbReader *reader, const cJSON *object, const char *key,
						double low, double high, double otherwise)
{
	return (long) (1000 * get_number(reader, object, key, low, high, otherwise) + 0.5);
}

bool
asb_reader_bool(AsbReader *reader, const cJSON *object, const char *key)
{
	const cJSON *item = asb_member(object, key);

	if (item != NULL && !cJSON_IsBool(item))
		asb_reader_fault_at(reader, key, "must be true or false");
	return cJSON_IsTrue(item);
}

const char *
asb_reader_string(AsbReader *reader, const cJSON *object, const char *key)
{
	const cJSON *item = asb_member(object, key);

	if (item == NULL)
		return NULL;
	if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
	{
		asb_reader_fault_at(reader, key, "must be a string that is not empty");
		return NULL;
	}
	return item->valuestring;
}

char *
asb_reader_secret(AsbReader *reader, const cJSON *object)
{
	const char *file = asb_reader_string(reader, object, "file");
	const char *env = asb_reader_string(reader, object, "env");
	char	   *error = NULL;
	char	   *secret;

	if (reader->error != NULL)
		return NULL;
	if ((file == NULL) == (env == NULL))
	{
		asb_reader_fault(reader, "must have exactly one of \"file\" and \"env\"");
		return NULL;
	}
	secret = asb_secret_load(file, env, &error);
	if (secret == NULL)
		asb_reader_fault_made(reader, error);
	return secret;
}
