/*
 * fuzz_json.c
 *	  JSON as the programs read it, from databases, gateways' services and
 *	  clients: checked, walked, and put into paths and bodies of requests.
 *
 * What is said to be valid another parser takes too; its parts are valid; a
 * string survives being read and written.  A path keeps its segments whatever
 * the values are, and a body is JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "bin/common/jsontext.h"
#include "bin/gateway/template.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_string(const char *text, size_t length)
{
	AsbString	read = {0};
	AsbString	written = {0};
	AsbString	again = {0};

	asb_json_decode(text, length, &read);
	if (read.data != NULL)
	{
		asb_json_quote(&written, read.data, read.length);
		check(asb_json_valid(written.data, written.length));
		asb_json_decode(written.data, written.length, &again);
		check(again.length == read.length && memcmp(again.data, read.data, read.length) == 0);
	}
	asb_string_free(&read);
	asb_string_free(&written);
	asb_string_free(&again);
}

static void
check_value(const char *text, size_t length)
{
	AsbJsonItem item = {0};

	check(asb_json_valid(text, length));
	if (text[0] == '"')
		check_string(text, length);
	while (asb_json_next(text, length, &item))
	{
		check(item.value >= text && item.value + item.value_length <= text + length);
		if (item.key != NULL)
			check_string(item.key, item.key_length);
		check_value(item.value, item.value_length);
	}
}

static void
check_path(const char *arguments)
{
	char	   *error = NULL;
	AsbString	out = {0};
	AsbPathTemplate *template = asb_path_template_compile("/v1/{a}/x{b.c}?q={d}", &error);

	check(template != NULL);
	if (asb_path_template_expand(template, arguments, &out, &error))
	{
		const char *query = strchr(out.data, '?');
		int			slashes = 0;

		check(query != NULL && strncmp(out.data, "/v1/", 4) == 0 && out.data[4] != '/');
		for (const char *p = out.data; *p; p++)
		{
			slashes += *p == '/';
			check(*p > ' ' && *p < 127 && strchr("#\\\"<>{}|^`", *p) == NULL);
		}
		check(slashes == 3 && strchr(query + 1, '?') == NULL && strchr(query, '&') == NULL);
		check(strstr(out.data, "/../") == NULL && strstr(out.data, "/./") == NULL);
	}
	else
		check(error != NULL);
	free(error);
	asb_string_free(&out);
	asb_path_template_free(template);
}

static void
check_body(const char *arguments)
{
	cJSON	   *template = cJSON_Parse("{\"k\": \"{a}\", \"l\": [\"{b.c}\", 1, {\"m\": \"{d}\"}]}");
	char	   *error = NULL;
	AsbString	out = {0};

	if (asb_body_template_expand(template, arguments, &out, &error))
		check(asb_json_valid(out.data, out.length));
	else
		check(error != NULL);
	free(error);
	asb_string_free(&out);
	cJSON_Delete(template);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	(void) asb_json_reveals(text, size, "secret");
	if (asb_json_valid(text, size))
	{
		cJSON	   *tree = cJSON_Parse(text);

		check(tree != NULL);
		cJSON_Delete(tree);
		check_value(text, size);
		check_path(text);
		check_body(text);
	}
	free(text);
	return 0;
}
