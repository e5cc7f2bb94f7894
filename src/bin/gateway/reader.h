/*
 * reader.h
 *		Reads values out of the configuration's tree and keeps the first fault.
 *
 * Everything after a fault is harmless, so that the code which reads looks like
 * the file: it does not ask after each value whether there was one.  Whatever
 * is not known is refused, by its path.
 */
#ifndef ASB_GATEWAY_READER_H
#define ASB_GATEWAY_READER_H

#include "bin/common/util.h"

#include <cjson/cJSON.h>

typedef struct AsbReader
{
	AsbString	path;			/* JSON pointer of what is being read */
	char	   *error;			/* the first fault */
} AsbReader;

/* Steps into a member; give the result to asb_reader_leave(). */
extern size_t asb_reader_enter(AsbReader *reader, const char *key);
extern void asb_reader_leave(AsbReader *reader, size_t outer);

/* What is read, or a member of it, is wrong. */
extern void asb_reader_fault(AsbReader *reader, const char *message);
extern void asb_reader_fault_at(AsbReader *reader, const char *key, const char *message);

/* For messages that were made; takes the message over. */
extern void asb_reader_fault_made(AsbReader *reader, char *message);

static inline const cJSON *
asb_member(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* The value must be an object; no key twice. */
extern bool asb_reader_object(AsbReader *reader, const cJSON *object);

/* ... and every key must be one of these. */
extern bool asb_reader_keys(AsbReader *reader, const cJSON *object, const char *const *keys);

/* Members; "otherwise" is the value of an absent one. */
extern long asb_reader_integer(AsbReader *reader, const cJSON *object, const char *key,
							   long low, long high, long otherwise);
extern bool asb_reader_bool(AsbReader *reader, const cJSON *object, const char *key);

/* A number of seconds, as milliseconds. */
extern long asb_reader_milliseconds(AsbReader *reader, const cJSON *object, const char *key,
									double low, double high, double otherwise);

/* A string that is not empty; NULL when absent. */
extern const char *asb_reader_string(AsbReader *reader, const cJSON *object, const char *key);

/* The secret that an object with "file" or "env" refers to, or NULL. */
extern char *asb_reader_secret(AsbReader *reader, const cJSON *object);

#endif
