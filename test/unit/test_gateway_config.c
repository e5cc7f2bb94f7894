/*
 * test_gateway_config.c
 *		The configuration: what is refused, with which path, and what comes out.
 */
#include "bin/gateway/config.h"

#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>

/* A configuration with one method "m" whose members are given. */
static char *
with_method(const char *members)
{
	return asb_format("{\"methods\": {\"m\": {%s}}}", members);
}

static void
refused(const char *text, const char *want)
{
	char	   *error = NULL;
	AsbConfig  *config = asb_config_parse(text, strlen(text), &error);

	if (ok(config == NULL, "refused: %s", text))
		is_str(error, want, "... with: %s", want);
	asb_config_release(config);
	free(error);
}

static void
method_refused(const char *members, const char *want)
{
	char	   *text = with_method(members);

	refused(text, want);
	free(text);
}

static AsbConfig *
accepted(const char *text)
{
	char	   *error = NULL;
	AsbConfig  *config = asb_config_parse(text, strlen(text), &error);

	if (!ok(config != NULL, "accepted: %s", text))
		printf("# %s\n", error);
	free(error);
	return config;
}

static void
method_accepted(const char *members)
{
	char	   *text = with_method(members);

	asb_config_release(accepted(text));
	free(text);
}

#define URL "\"url\": \"https://api.example.com\""

static void
check_refusals(void)
{
	refused("", "/: not valid JSON");
	refused("{\"methods\": {}} x", "/: not valid JSON");
	refused("[]", "/: must be an object");
	refused("{}", "/methods: must name at least one method");
	refused("{\"methods\": {}}", "/methods: must name at least one method");
	refused("{\"methods\": []}", "/methods: must name at least one method");
	refused("{\"methods\": {\"m\": 1}}", "/methods/m: must be an object");
	refused("{\"method\": {}}", "/method: unknown key");
	refused("{\"Methods\": {}}", "/Methods: unknown key");
	refused("{\"methods\": {}, \"methods\": {}}", "/methods: appears twice");
	refused("{\"concurrency\": 0}", "/concurrency: must be a number from 1 to 1000");
	refused("{\"concurrency\": 1.5}", "/concurrency: must be an integer");
	refused("{\"concurrency\": \"4\"}", "/concurrency: must be a number from 1 to 1000");
	refused("{\"lease_seconds\": 1e99}", "/lease_seconds: must be a number from 1 to 3600");
	refused("{\"log_level\": \"loud\"}", "/log_level: must be one of debug, info, warning, error");
	refused("{\"database\": {\"conninfo\": \"x\"}}", "/database/conninfo: unknown key");
	refused("{\"database\": {\"port\": \"5432\"}}", "/database/port: must be a number from 1 to 65535");
	refused("{\"database\": {\"password\": \"hunter22\"}}", "/database/password: must be an object");
	refused("{\"database\": {\"password\": {\"env\": \"NO_SUCH\", \"file\": \"x\"}}}",
			"/database/password: must have exactly one of \"file\" and \"env\"");
	refused("{\"database\": {\"password\": {}}}",
			"/database/password: must have exactly one of \"file\" and \"env\"");
	refused("{\"database\": {\"password\": {\"env\": \"ASB_NO_SUCH\"}}}",
			"/database/password: environment variable \"ASB_NO_SUCH\" is not set");
	refused("{\"database\": {\"password\": {\"env\": \"ASB_SHORT\"}}}",
			"/database/password: secret in \"ASB_SHORT\" has 7 bytes, not 8 to 16384");

	method_refused("", "/methods/m/url: is required");
	method_refused("\"url\": \"http://h\"",
				   "/methods/m/url: is not https; set \"allow_http\" to true to allow that");
	method_refused("\"url\": \"ftp://h\"", "/methods/m/url: must start with \"https://\"");
	method_refused("\"url\": \"HTTPS://h\"", "/methods/m/url: must start with \"https://\"");
	method_refused("\"url\": \"file:///etc/passwd\"", "/methods/m/url: must start with \"https://\"");
	method_refused("\"url\": \"https://\"", "/methods/m/url: has no valid host name");
	method_refused("\"url\": \"https://u:p@h\"", "/methods/m/url: has no valid port");
	method_refused("\"url\": \"https://u@h\"", "/methods/m/url: must be scheme, host and port only");
	method_refused("\"url\": \"https://h/\"", "/methods/m/url: must be scheme, host and port only");
	method_refused("\"url\": \"https://{h}\"", "/methods/m/url: has no valid host name");
	method_refused("\"url\": \"https://h{x}\"", "/methods/m/url: must be scheme, host and port only");
	method_refused("\"url\": \"https://h:\"", "/methods/m/url: has no valid port");
	method_refused("\"url\": \"https://h:0\"", "/methods/m/url: has no valid port");
	method_refused("\"url\": \"https://h:65536\"", "/methods/m/url: has no valid port");
	method_refused("\"url\": \"https://h:1/x\"", "/methods/m/url: has no valid port");
	method_refused("\"url\": \"https://[::1\"", "/methods/m/url: has no valid host name");
	method_refused("\"url\": \"https://h\\r\\nx\"", "/methods/m/url: must be scheme, host and port only");
	method_refused(URL ", \"verb\": \"TRACE\"",
				   "/methods/m/verb: must be one of DELETE, GET, PATCH, POST, PUT");
	method_refused(URL ", \"path\": \"x\"", "/methods/m/path: path does not start with \"/\"");
	method_refused(URL ", \"path\": \"/{\"", "/methods/m/path: path has a malformed placeholder");
	method_refused(URL ", \"response\": \"raw\"", "/methods/m/response: must be \"body\" or \"wrapped\"");
	method_refused(URL ", \"headers\": {\"Host\": \"x\"}",
				   "/methods/m/headers/Host: is not a header that may be set");
	method_refused(URL ", \"headers\": {\"idempotency-KEY\": \"x\"}",
				   "/methods/m/headers/idempotency-KEY: is not a header that may be set");
	method_refused(URL ", \"headers\": {\"Proxy-Authorization\": \"x\"}",
				   "/methods/m/headers/Proxy-Authorization: is not a header that may be set");
	method_refused(URL ", \"headers\": {\"A/b\": \"x\"}",
				   "/methods/m/headers/A~1b: is not a header that may be set");
	method_refused(URL ", \"headers\": {\"A\": \"x\\r\\nB: y\"}",
				   "/methods/m/headers/A: must be printable ASCII and not empty");
	method_refused(URL ", \"headers\": {\"A\": \"\"}",
				   "/methods/m/headers/A: must be printable ASCII and not empty");
	method_refused(URL ", \"headers\": {\"A\": 1}", "/methods/m/headers/A: must be an object");
	method_refused(URL ", \"headers\": {\"A\": \"1\", \"a\": \"2\"}", "/methods/m/headers/a: appears twice");
	method_refused(URL ", \"headers\": {\"A\": {\"env\": \"ASB_SPLIT\"}}",
				   "/methods/m/headers/A: secret in \"ASB_SPLIT\" is not printable ASCII");
	method_refused(URL ", \"headers\": {\"A\": {\"value\": \"x\"}}", "/methods/m/headers/A/value: unknown key");
	method_refused(URL ", \"body\": \"all\"",
				   "/methods/m/body: must be \"arguments\", \"none\" or {\"template\": ...}");
	method_refused(URL ", \"body\": {}", "/methods/m/body/template: is required");
	method_refused(URL ", \"body\": {\"template\": {\"a\": \"x{b}\"}}",
				   "/methods/m/body/template: a string with braces is not exactly one placeholder");
	method_refused(URL ", \"body\": {\"template\": {\"a\": 1, \"a\": 2}}",
				   "/methods/m/body/template/a: appears twice");
	method_refused(URL ", \"verb\": \"GET\", \"body\": \"arguments\"",
				   "/methods/m/body: a GET request has no body");
	method_refused(URL ", \"content_types\": []",
				   "/methods/m/content_types: must be an array that is not empty");
	method_refused(URL ", \"content_types\": [\"*/*\"]",
				   "/methods/m/content_types: must hold media types without parameters");
	method_refused(URL ", \"max_response_bytes\": 1e9",
				   "/methods/m/max_response_bytes: must be a number from 1 to 67108864");
	method_refused(URL ", \"timeout_seconds\": 0",
				   "/methods/m/timeout_seconds: must be a number from 0.01 to 3600");
	method_refused(URL ", \"allow_http\": 1", "/methods/m/allow_http: must be true or false");
	method_refused(URL ", \"verify\": false", "/methods/m/verify: unknown key");
	method_refused(URL ", \"proxy\": \"http://p\"", "/methods/m/proxy: unknown key");
}

static void
check_defaults(void)
{
	AsbConfig  *config = accepted("{\"methods\": {\"m\": {" URL "}}}");
	const AsbHandler *handler = asb_config_handler(config, "m");

	is_int(config->concurrency, 16, "concurrency");
	is_int(config->lease_ms, 60000, "lease");
	is_str(handler->origin, "https://api.example.com", "origin");
	is_str(handler->verb, "POST", "verb");
	is_int(handler->body_kind, ASB_BODY_ARGUMENTS, "the body is the arguments");
	is_str(handler->accept, "Accept: application/json", "accepted type");
	is_int(handler->max_response_bytes, 1024 * 1024, "response limit");
	is_int(handler->timeout_ms, 30000, "timeout");
	ok(!handler->allow_private_addresses && !handler->wrap, "private addresses are refused, nothing is wrapped");
	is_str(config->method_array, "{\"m\"}", "array of methods");
	ok(asb_config_handler(config, "n") == NULL, "no handler for another method");
	asb_config_release(config);
}

static void
check_secrets(void)
{
	char		file[] = "/tmp/test_gateway_config.XXXXXX";
	int			fd = mkstemp(file);
	char	   *members = asb_format(URL ", \"headers\": {\"Authorization\": "
									 "{\"prefix\": \"Bearer \", \"file\": \"%s\"}}", file);
	char	   *text = with_method(members);
	char	   *error = NULL;
	AsbConfig  *config;

	ok(write(fd, "from-a-file\n", 12) == 12 && fchmod(fd, 0600) == 0, "a secret file");
	config = accepted(text);
	is_str(config->handlers[0].headers[0].line, "Authorization: Bearer from-a-file", "the header's line");
	is_str(config->handlers[0].headers[0].secret, "from-a-file", "... and its secret");
	asb_config_release(config);

	ok(fchmod(fd, 0604) == 0 && asb_config_parse(text, strlen(text), &error) == NULL &&
	   strstr(error, "may be used by others (mode 0604)") != NULL, "a file that others may read is refused");
	free(error);
	error = NULL;
	ok(fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0 && pwrite(fd, "abcdefgh\0ij", 11, 0) == 11 &&
	   asb_config_parse(text, strlen(text), &error) == NULL && strstr(error, "NUL byte") != NULL &&
	   strstr(error, "abcdefgh") == NULL, "a NUL byte is refused, the secret not shown");
	free(error);
	close(fd);
	unlink(file);
	error = NULL;
	ok(asb_config_parse(text, strlen(text), &error) == NULL && strstr(error, "No such file") != NULL,
	   "a missing file is refused");
	free(error);
	free(text);
	free(members);
}

int
main(void)
{
	AsbConfig  *one;
	AsbConfig  *other;

	setenv("ASB_SHORT", "1234567", 1);
	setenv("ASB_SPLIT", "12345678\r\nX: y", 1);
	setenv("ASB_GOOD", "12345678", 1);
	check_refusals();
	check_defaults();
	check_secrets();

	method_accepted("\"url\": \"https://[2606:4700::1111]:8443\"");
	method_accepted("\"url\": \"http://localhost:8080\", \"allow_http\": true, \"allow_private_addresses\": true");
	method_accepted(URL ", \"verb\": \"GET\", \"path\": \"/c/{id}?q={a.b}\", \"response\": \"wrapped\"");
	method_accepted(URL ", \"body\": {\"template\": {\"a\": \"{b}\", \"c\": [1, true, null, \"x\"]}}");
	method_accepted(URL ", \"body\": \"none\", \"content_types\": [\"Application/JSON\", \"text/json\"]");
	method_accepted(URL ", \"headers\": {\"Authorization\": {\"env\": \"ASB_GOOD\"}, \"X-Tenant\": \"a b\"}");

	one = accepted("{\"methods\": {\"a.b-c_1\": {" URL "}, \"m\\\"\\\\\": {" URL "}}, \"database\": "
				   "{\"host\": \"h\", \"port\": 5432, \"password\": {\"env\": \"ASB_GOOD\"}}}");
	is_str(one->method_array, "{\"a.b-c_1\",\"m\\\"\\\\\"}", "array of methods, quoted");
	other = accepted("{\"methods\": {\"m\": {" URL "}}, \"database\": "
					 "{\"host\": \"h\", \"port\": 5432, \"password\": {\"env\": \"ASB_GOOD\"}}}");
	ok(asb_config_same_database(one, other), "the same database");
	asb_config_release(other);
	other = accepted("{\"methods\": {\"m\": {" URL "}}, \"database\": {\"host\": \"h\", \"port\": 5433}}");
	ok(!asb_config_same_database(one, other), "another database");
	asb_config_release(other);
	ok(asb_config_hold(one) == one, "held twice");
	asb_config_release(one);
	asb_config_release(one);
	return tap_done();
}
