/*
 * json.h
 *	  Building jsonb values.
 */
#ifndef ASB_JSON_H
#define ASB_JSON_H

#include "utils/jsonb.h"

/* Pushes a key, a value or an element that is a string. */
extern void asb_json_push(JsonbParseState **state, JsonbIteratorToken token, const char *string);

/* A member whose value is a string, or an array of strings. */
extern void asb_json_push_member(JsonbParseState **state, const char *key, const char *string);
extern void asb_json_push_strings(JsonbParseState **state, const char *key,
								  const char *const *strings, int n);

#endif							/* ASB_JSON_H */
