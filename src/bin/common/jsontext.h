/*
 * jsontext.h
 *		JSON as text: checked, searched and copied without ever becoming a
 *		tree, so that numbers keep every digit and nothing is re-encoded.
 */
#ifndef ASB_BIN_JSONTEXT_H
#define ASB_BIN_JSONTEXT_H

#include "bin/common/util.h"

/* Deeper documents are refused; PostgreSQL itself could take some more. */
#define ASB_JSON_MAX_DEPTH 500

typedef enum AsbJsonVerdict
{
	ASB_JSON_BROKEN,			/* not JSON (RFC 8259), or not UTF-8 */
	ASB_JSON_TOO_DEEP,			/* so far it is JSON */
	ASB_JSON_NOT_TEXT,			/* JSON with escapes of NUL or lone surrogates */
	ASB_JSON_VALID				/* JSON that jsonb can hold */
} AsbJsonVerdict;

/* What is this text?  From ASB_JSON_NOT_TEXT on it can be searched. */
extern AsbJsonVerdict asb_json_check(const char *text, size_t length);

/* Is text one JSON value that jsonb can hold? */
extern bool asb_json_valid(const char *text, size_t length);

/*
 * Finds the value of a member of a *valid* JSON object, by a path of names
 * joined by dots.  False when there is none or something on the way is not an
 * object.
 */
extern bool asb_json_find(const char *text, size_t length, const char *path,
						  const char **value, size_t *value_length);

/* The member of that name, which may contain dots. */
extern bool asb_json_member(const char *text, size_t length, const char *name,
							const char **value, size_t *value_length);

/* A member of a JSON object, or an element of an array (without key). */
typedef struct AsbJsonItem
{
	const char *key;			/* a JSON string, quotes included */
	size_t		key_length;
	const char *value;
	size_t		value_length;
} AsbJsonItem;

/*
 * Steps through a *valid* JSON object or array; a zeroed item begins.  False at
 * the end, and at once for anything else.
 */
extern bool asb_json_next(const char *text, size_t length, AsbJsonItem *item);

/* Appends a text, which must be UTF-8, as a JSON string with its quotes. */
extern void asb_json_quote(AsbString *out, const char *text, size_t length);

/* Appends what a *valid* JSON string, quotes included, stands for. */
extern void asb_json_decode(const char *text, size_t length, AsbString *out);

/*
 * Could somebody who reads this JSON see the secret?  Looks at the text as it
 * is and with its escapes resolved.  The secret is ASCII.
 */
extern bool asb_json_reveals(const char *text, size_t length, const char *secret);

#endif
