/*
 * test_bin_json.c
 *		The JSON checker, finder, decoder and writer of the programs.
 */
#include "bin/common/jsontext.h"

#include "tap.h"

#include <stdlib.h>

/* On the heap and without a NUL at the end, so that the sanitizer sees a step too far. */
static bool
valid(const char *text, size_t length)
{
	char	   *copy = malloc(length ? length : 1);
	bool		result;

	memcpy(copy, text, length);
	result = asb_json_valid(copy, length);
	free(copy);
	return result;
}

static const char *const good[] = {
	"null", " true ", "false", "0", "-0", "-0.5e+10", "1E-2", "123456789012345678901234567890",
	"\"\"", "\"a\\u00e9\\n\\/\"", "\"\\ud83d\\ude00\"", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
	"[]", "[ ]", "{}", "{ }", "[1,[2,{\"a\":[]}]]", "{\"a\":1,\"a\":2}", "\t[\r\n1 , 2 ]",
	"\"\x7f\"", "{\"\":\"\"}",
};

static const char *const bad[] = {
	"", " ", "nul", "nulll", "True", "01", "+1", "1.", ".5", "1e", "1e+", "--1", "0x10", "NaN",
	"Infinity", "'a'", "\"", "\"a", "\"\\\"", "\"\\x41\"", "\"\\u12\"", "\"\\u000g\"", "\"\t\"", "\"\n\"",
	"\"\\u0000\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800", "\"\\ud800\\\"",
	"\"\xff\"", "\"\xc0\x80\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xc3\"",
	"\"\xf0\x9f\x98\"", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
	"{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{}{}", "1 2", "[1]]", "// x\n1", "\xef\xbb\xbf" "1", "\\",
};

static void
check_syntax(void)
{
	char		deep[2 * ASB_JSON_MAX_DEPTH + 2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(valid(good[i], strlen(good[i])), "accepts %zu: %s", i, good[i][0] == '\t' ? "(space)" : good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!valid(bad[i], strlen(bad[i])), "refuses bad text %zu", i);
	ok(!valid("1\0", 2), "refuses a NUL byte");

	memset(deep, '[', ASB_JSON_MAX_DEPTH);
	memset(deep + ASB_JSON_MAX_DEPTH, ']', ASB_JSON_MAX_DEPTH);
	ok(valid(deep, 2 * ASB_JSON_MAX_DEPTH), "accepts the deepest nesting");
	memset(deep, '[', ASB_JSON_MAX_DEPTH + 1);
	memset(deep + ASB_JSON_MAX_DEPTH + 1, ']', ASB_JSON_MAX_DEPTH + 1);
	ok(!valid(deep, 2 * ASB_JSON_MAX_DEPTH + 2), "refuses nesting one deeper");
}

/* Whatever the bytes, the checker and the search for a secret only ever answer. */
static void
check_noise(void)
{
	static const char alphabet[] = "{}[]\",:\\u0d8c1e-+. tfn\xc3\xa9\x00";
	unsigned	state = 12345;
	int			accepted = 0;

	for (int round = 0; round < 200000; round++)
	{
		char		text[12];
		size_t		length;

		for (size_t i = 0; i < sizeof(text); i++)
		{
			state = state * 1664525 + 1013904223;
			text[i] = alphabet[(state >> 16) % (sizeof(alphabet) - 1)];
		}
		length = (state >> 8) % sizeof(text);
		accepted += valid(text, length);
		asb_json_reveals(text, length, "secret");
	}
	ok(accepted > 0, "survives noise (%d of 200000 texts were JSON)", accepted);
}

static void
check_find(const char *text, const char *path, const char *want)
{
	const char *value;
	size_t		length;
	char	   *copy = NULL;

	if (asb_json_find(text, strlen(text), path, &value, &length))
		copy = asb_strndup(value, length);
	if (want == NULL)
		ok(copy == NULL, "no %s in %s", path, text);
	else
		is_str(copy, want, "%s in %s", path, text);
	free(copy);
}

static void
check_decode(const char *text, const char *want)
{
	AsbString	out = {0};

	asb_json_decode(text, strlen(text), &out);
	is_str(out.data, want, "decodes %s", text);
	asb_string_free(&out);
}

static void
check_reveals(const char *text, bool want)
{
	ok(asb_json_reveals(text, strlen(text), "hunter22") == want, "%s a secret: %s",
	   want ? "sees" : "sees no", text);
}

static void
check_verdict(const char *text, AsbJsonVerdict want)
{
	is_int(asb_json_check(text, strlen(text)), want, "verdict on %s", text);
}

/* All items of an object or array, written as key=value; */
static void
check_items(const char *text, const char *want)
{
	AsbJsonItem item = {0};
	AsbString	out = {0};

	asb_string_text(&out, "");
	while (asb_json_next(text, strlen(text), &item))
		asb_string_format(&out, "%.*s=%.*s;", (int) item.key_length, item.key ? item.key : "",
						  (int) item.value_length, item.value);
	is_str(out.data, want, "items of %s", text);
	asb_string_free(&out);
}

static void
check_quote(const char *text, const char *want)
{
	AsbString	out = {0};

	asb_json_quote(&out, text, strlen(text));
	is_str(out.data, want, "writes %s", want);
	ok(asb_json_valid(out.data, out.length), "which is JSON");
	asb_string_free(&out);
}

static void
check_member(void)
{
	static const char text[] = "{\"a\": {\"b\": 1}, \"a.b\": 2}";
	const char *value;
	size_t		length;

	ok(asb_json_member(text, strlen(text), "a.b", &value, &length) && length == 1 && *value == '2',
	   "a member with a dot in its name");
	ok(!asb_json_member(text, strlen(text), "b", &value, &length), "no member of a member");
}

int
main(void)
{
	check_syntax();
	check_noise();

	check_find("{\"a\": 1, \"b\": \"x\"}", "a", "1");
	check_find("{\"a\": 1, \"b\": \"x\"}", "b", "\"x\"");
	check_find("{\"a\": 1, \"b\": \"x\"}", "c", NULL);
	check_find("{\"x\": {\"a\": 2}, \"a\": {\"b\": {\"c\": [1, {\"d\": 2}]}}}", "a.b.c", "[1, {\"d\": 2}]");
	check_find("{\"x\": {\"a\": 2}}", "a", NULL);
	check_find("{\"a\": [1]}", "a.b", NULL);
	check_find("{\"a\": \"{\\\"b\\\": 1}\", \"b\": -12345678901234567890.10}", "b", "-12345678901234567890.10");
	check_find("{\"s\": \"}\\\\\", \"a\": null}", "a", "null");
	check_find("{\"\\u0061\": true}", "a", "true");
	check_find("{}", "a", NULL);
	check_find("[1]", "a", NULL);
	check_find("3", "a", NULL);
	check_find("{\"aa\": 1, \"a\": false }", "a", "false");

	check_decode("\"\"", "");
	check_decode("\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d");
	check_decode("\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t");
	check_decode("\"\\u00e9\\u20ac\\ud83d\\ude00\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");

	check_reveals("{\"echo\": \"Bearer hunter22\"}", true);
	check_reveals("{\"echo\": \"\\u0068unter\\u00322\"}", true);
	check_reveals("{\"hunter22\": 1}", true);
	check_reveals("{\"echo\": \"hunter2\"}", false);
	check_reveals("{\"echo\": \"\\\\u0068unter22\"}", false);

	check_verdict("[1, 2]", ASB_JSON_VALID);
	check_verdict("[1, 2", ASB_JSON_BROKEN);
	check_verdict("[\"\\u0000\"]", ASB_JSON_NOT_TEXT);
	check_verdict("[\"\\ud800\\ud800\"]", ASB_JSON_NOT_TEXT);
	check_verdict("[\"\\udc00 \\ud83d\\ude00\"]", ASB_JSON_NOT_TEXT);
	check_verdict("[\"\\u0000\"", ASB_JSON_BROKEN);

	check_items("{}", "");
	check_items(" [ ] ", "");
	check_items("3", "");
	check_items("[1, \"a,]\", [2], {\"b\": []}, null]", "=1;=\"a,]\";=[2];={\"b\": []};=null;");
	check_items("{\"a\":1 , \"}\" : \"x\",\"c\":{}}", "\"a\"=1;\"}\"=\"x\";\"c\"={};");
	check_member();

	check_quote("", "\"\"");
	check_quote("a\"b\\c\n\t\x01\x7f\xc3\xa9/", "\"a\\\"b\\\\c\\n\\u0009\\u0001\\u007f\xc3\xa9/\"");
	return tap_done();
}
