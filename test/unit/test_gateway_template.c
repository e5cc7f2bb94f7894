/*
 * test_gateway_template.c
 *		Path and body templates: what an argument can become, and what not.
 */
#include "bin/gateway/template.h"

#include "tap.h"

#include <stdlib.h>

/* want NULL: the expansion must fail */
static void
path(const char *template, const char *arguments, const char *want)
{
	char	   *error = NULL;
	AsbString	out = {0};
	AsbPathTemplate *compiled = asb_path_template_compile(template, &error);
	bool		expanded = compiled != NULL &&
		asb_path_template_expand(compiled, arguments, &out, &error);

	if (want == NULL)
		ok(compiled != NULL && !expanded && error != NULL, "%s refuses %s: %s", template, arguments,
		   error ? error : "");
	else if (ok(expanded, "%s takes %s", template, arguments))
		is_str(out.data, want, "... as %s", want);
	free(error);
	asb_string_free(&out);
	asb_path_template_free(compiled);
}

static void
malformed(const char *template)
{
	char	   *error = NULL;

	AsbPathTemplate *compiled = asb_path_template_compile(template, &error);

	ok(compiled == NULL && error != NULL,
	   "\"%s\" is no path template: %s", template, error ? error : "");
	free(error);
}

static void
body(const char *template, const char *arguments, const char *want)
{
	cJSON	   *tree = cJSON_Parse(template);
	char	   *error = asb_body_template_check(tree);
	AsbString	out = {0};
	bool		expanded = error == NULL && asb_body_template_expand(tree, arguments, &out, &error);

	if (want == NULL)
		ok(!expanded && error != NULL, "body %s refuses %s: %s", template, arguments, error ? error : "");
	else if (ok(expanded, "body %s takes %s", template, arguments))
		is_str(out.data, want, "... as %s", want);
	free(error);
	asb_string_free(&out);
	cJSON_Delete(tree);
}

int
main(void)
{
	path("/", "{}", "/");
	path("/a/b%20c?x=1", "{}", "/a/b%20c?x=1");
	path("/c/{id}", "{\"id\": 7}", "/c/7");
	path("/c/{id}/x", "{\"id\": 123456789012345678901234567890.5}", "/c/123456789012345678901234567890.5/x");
	path("/c/{b}", "{\"b\": true}", "/c/true");
	path("/c/{a.b.c}", "{\"a\": {\"b\": {\"c\": \"x\"}}}", "/c/x");
	path("/c/{id}", "{\"id\": \"a/b\"}", "/c/a%2Fb");
	path("/c/{id}", "{\"id\": \"a?b#c&d=e%2e+ \"}", "/c/a%3Fb%23c%26d%3De%252e%2B%20");
	path("/c/{id}", "{\"id\": \"x\\r\\nHost: y\"}", "/c/x%0D%0AHost%3A%20y");
	path("/c/{id}", "{\"id\": \"\\u00e9\"}", "/c/%C3%A9");
	path("/c/{id}", "{\"id\": \"{id}\"}", "/c/%7Bid%7D");
	path("/c/{id}", "{\"id\": \"...\"}", "/c/...");
	path("/c/{id}", "{\"id\": \"a..b\"}", "/c/a..b");
	path("/c/v{id}", "{\"id\": \"..\"}", "/c/v..");
	path("/c?q={q}&r={r}", "{\"q\": \"\", \"r\": \"a&b=../c\"}", "/c?q=&r=a%26b%3D..%2Fc");
	path("/c?q=?{q}", "{\"q\": \"..\"}", "/c?q=?..");
	path("/@{a}:{b}", "{\"a\": \"x\", \"b\": 2}", "/@x:2");

	path("/c/{id}", "{}", NULL);
	path("/c/{id}", "{\"id\": null}", NULL);
	path("/c/{id}", "{\"id\": {}}", NULL);
	path("/c/{id}", "{\"id\": [1]}", NULL);
	path("/c/{id}", "{\"id\": \"\"}", NULL);
	path("/c/{id}", "{\"id\": \".\"}", NULL);
	path("/c/{id}", "{\"id\": \"..\"}", NULL);
	path("/c/{id}/d", "{\"id\": \"../x\"}", NULL);
	path("/c/{id}/d", "{\"id\": \"x/..\"}", NULL);
	path("/c/{id}/d", "{\"id\": \"..\\\\x\"}", NULL);
	path("/c/{id}/d", "{\"id\": \"..;x\"}", NULL);
	path("/c/{id}/d", "{\"id\": \"x/./y\"}", NULL);
	path("/c/{a}{b}", "{\"a\": \".\", \"b\": \".\"}", NULL);
	path("/c/.{a}", "{\"a\": \".\"}", NULL);
	path("/c/%2e{a}", "{\"a\": \".\"}", NULL);
	path("/c/..", "{}", NULL);
	path("/c/%2E%2e/x", "{}", NULL);
	path("/c?q={q}", "{\"q\": [\"a\"]}", NULL);
	path("/c/{a.b}", "{\"a\": \"x\"}", NULL);
	path("/c/{a.b}", "{\"a.b\": \"x\"}", NULL);

	malformed("");
	malformed("c");
	malformed("{id}");
	malformed("//host/{");
	malformed("/{}");
	malformed("/{a b}");
	malformed("/{.a}");
	malformed("/{a.}");
	malformed("/{a..b}");
	malformed("/{a{b}}");
	malformed("/a}");
	malformed("/a b");
	malformed("/a#b");
	malformed("/a\\b");
	malformed("/%2");
	malformed("/%zz");
	malformed("/\xc3\xa9");
	malformed("/a\r\nb");

	body("{\"to\": \"{mail}\", \"n\": 1}", "{\"mail\": \"a\\\"b\"}", "{\"to\":\"a\\\"b\",\"n\":1}");
	body("{\"x\": [\"{a}\", null, true]}", "{\"a\": {\"b\": [12345678901234567890.10]}}",
		 "{\"x\":[{\"b\": [12345678901234567890.10]},null,true]}");
	body("\"{a.b}\"", "{\"a\": {\"b\": null}}", "null");
	body("{\"k\\\"\": \"plain \\\"text\\\"\"}", "{}", "{\"k\\\"\":\"plain \\\"text\\\"\"}");
	body("{\"a\": \"{a}\"}", "{\"a\": \"\\\",\\\"admin\\\":true,\\\"\"}", "{\"a\":\"\\\",\\\"admin\\\":true,\\\"\"}");
	body("[]", "{}", "[]");
	body("{\"a\": \"{a}\"}", "{}", NULL);
	body("{\"a\": \"x {a}\"}", "{\"a\": 1}", NULL);
	body("{\"a\": \"{a}{b}\"}", "{\"a\": 1, \"b\": 2}", NULL);
	body("{\"a\": \"{}\"}", "{}", NULL);
	body("{\"a\": [{\"b\": \"}\"}]}", "{}", NULL);
	return tap_done();
}
