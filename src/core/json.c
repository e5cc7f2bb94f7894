/*
 * json.c
 *	  Building jsonb values.
 */
#include "postgres.h"

#include "core/json.h"

void
asb_json_push(JsonbParseState **state, JsonbIteratorToken token, const char *string)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = unconstify(char *, string);
	value.val.string.len = strlen(string);
	(void) pushJsonbValue(state, token, &value);
}

void
asb_json_push_member(JsonbParseState **state, const char *key, const char *string)
{
	asb_json_push(state, WJB_KEY, key);
	asb_json_push(state, WJB_VALUE, string);
}

void
asb_json_push_strings(JsonbParseState **state, const char *key, const char *const *strings, int n)
{
	asb_json_push(state, WJB_KEY, key);
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < n; i++)
		asb_json_push(state, WJB_ELEM, strings[i]);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}
