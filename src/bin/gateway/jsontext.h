/*
 * jsontext.h
 *		JSON as text: checked, searched and copied without ever becoming a
 *		tree, so that numbers keep every digit and nothing is re-encoded.
 */
#ifndef ASB_GATEWAY_JSONTEXT_H
#define ASB_GATEWAY_JSONTEXT_H

#include "bin/common/util.h"

/* Deeper documents are refused; PostgreSQL itself could take some more. */
#define ASB_JSON_MAX_DEPTH 500

/*
 * Is text one JSON value (RFC 8259) that jsonb can hold?  Also refused are
 * invalid UTF-8, lone surrogates, the escape of NUL and nesting beyond
 * ASB_JSON_MAX_DEPTH.
 */
extern bool asb_json_valid(const char *text, size_t length);

/*
 * Finds the value of a member of a *valid* JSON object, by a path of names
 * joined by dots.  False when there is none or something on the way is not an
 * object.
 */
extern bool asb_json_find(const char *text, size_t length, const char *path,
						  const char **value, size_t *value_length);

/* Appends what a *valid* JSON string, quotes included, stands for. */
extern void asb_json_decode(const char *text, size_t length, AsbString *out);

/*
 * Could somebody who reads this JSON see the secret?  Looks at the text as it
 * is and with its escapes resolved.  The secret is ASCII.
 */
extern bool asb_json_reveals(const char *text, size_t length, const char *secret);

#endif
