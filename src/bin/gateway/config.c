/*
 * config.c
 *		Reads and checks the configuration.
 *
 * The first fault is kept in the reader and everything after it is harmless,
 * so the code reads like the file: no function here returns an error.  Whatever
 * is not known is refused, by its path.
 */
#include "bin/gateway/config.h"

#include "bin/common/secret.h"
#include "bin/common/jsontext.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_CONFIG_BYTES (4 * 1024 * 1024)
#define MEGABYTE (1024 * 1024)

typedef struct Reader
{
	AsbString	path;			/* JSON pointer of what is being read */
	char	   *error;			/* the first fault */
} Reader;

/* Steps into a member; give the result to leave(). */
static size_t
enter(Reader *reader, const char *key)
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

static void
leave(Reader *reader, size_t outer)
{
	reader->path.length = outer;
	reader->path.data[outer] = '\0';
}

static void
fault(Reader *reader, const char *message)
{
	if (reader->error == NULL)
		reader->error = asb_format("%s: %s", reader->path.length ? reader->path.data : "/", message);
}

/* For messages that were made; takes the message over. */
static void
fault_free(Reader *reader, char *message)
{
	fault(reader, message);
	free(message);
}

static void
fault_at(Reader *reader, const char *key, const char *message)
{
	size_t		outer = enter(reader, key);

	fault(reader, message);
	leave(reader, outer);
}

static const cJSON *
member(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* The value must be an object; no key twice. */
static bool
check_object(Reader *reader, const cJSON *object)
{
	const cJSON *item;

	if (!cJSON_IsObject(object))
	{
		fault(reader, "must be an object");
		return false;
	}
	cJSON_ArrayForEach(item, object)
	{
		if (member(object, item->string) != item)
			fault_at(reader, item->string, "appears twice");
	}
	return reader->error == NULL;
}

/* ... and every key must be one of these. */
static bool
check_keys(Reader *reader, const cJSON *object, const char *const *keys)
{
	const cJSON *item;

	if (!check_object(reader, object))
		return false;
	cJSON_ArrayForEach(item, object)
	{
		const char *const *key = keys;

		while (*key != NULL && strcmp(*key, item->string) != 0)
			key++;
		if (*key == NULL)
			fault_at(reader, item->string, "unknown key");
	}
	return reader->error == NULL;
}

static double
get_number(Reader *reader, const cJSON *object, const char *key,
		   double low, double high, double otherwise)
{
	const cJSON *item = member(object, key);

	if (item == NULL)
		return otherwise;
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= low && item->valuedouble <= high))
	{
		char	   *message = asb_format("must be a number from %.15g to %.15g", low, high);

		fault_at(reader, key, message);
		free(message);
		return otherwise;
	}
	return item->valuedouble;
}

static long
get_integer(Reader *reader, const cJSON *object, const char *key,
			long low, long high, long otherwise)
{
	double		value = get_number(reader, object, key, (double) low, (double) high,
								   (double) otherwise);

	if (value != (double) (long) value)
		fault_at(reader, key, "must be an integer");
	return (long) value;
}

static long
get_milliseconds(Reader *reader, const cJSON *object, const char *key,
				 double low, double high, double otherwise)
{
	return (long) (1000 * get_number(reader, object, key, low, high, otherwise) + 0.5);
}

static bool
get_bool(Reader *reader, const cJSON *object, const char *key)
{
	const cJSON *item = member(object, key);

	if (item != NULL && !cJSON_IsBool(item))
		fault_at(reader, key, "must be true or false");
	return cJSON_IsTrue(item);
}

/* A string that is not empty; NULL when absent. */
static const char *
get_string(Reader *reader, const cJSON *object, const char *key)
{
	const cJSON *item = member(object, key);

	if (item == NULL)
		return NULL;
	if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
	{
		fault_at(reader, key, "must be a string that is not empty");
		return NULL;
	}
	return item->valuestring;
}

/* The secret that an object with "file" or "env" refers to, or NULL. */
static char *
read_secret(Reader *reader, const cJSON *object)
{
	const char *file = get_string(reader, object, "file");
	const char *env = get_string(reader, object, "env");
	char	   *error = NULL;
	char	   *secret;

	if (reader->error != NULL)
		return NULL;
	if ((file == NULL) == (env == NULL))
	{
		fault(reader, "must have exactly one of \"file\" and \"env\"");
		return NULL;
	}
	secret = asb_secret_load(file, env, &error);
	if (secret == NULL)
		fault_free(reader, error);
	return secret;
}

static void
add_parameter(AsbConfig *config, const char *keyword, char *value)
{
	size_t		n = 0;

	while (config->keywords[n] != NULL)
		n++;
	config->keywords[n] = keyword;
	config->values[n] = value;
}

/*
 * "database": what libpq needs; what is left out comes from its environment
 * variables.  A password cannot be written here.
 */
static void
read_database(Reader *reader, const cJSON *object, AsbConfig *config)
{
	static const char *const keys[] = {
		"dbname", "host", "hostaddr", "passfile", "password", "port", "service", "sslcert",
		"sslkey", "sslmode", "sslrootcert", "target_session_attrs", "user", NULL
	};

	/* A statement that hangs must not hang the gateway. */
	add_parameter(config, "options",
				  asb_strdup("-c statement_timeout=20s -c search_path=pg_catalog"));
	add_parameter(config, "client_encoding", asb_strdup("UTF8"));
	add_parameter(config, "fallback_application_name", asb_strdup("agentsandbox-gateway"));
	add_parameter(config, "tcp_user_timeout", asb_strdup("20000"));
	if (object == NULL || !check_keys(reader, object, keys))
		return;
	for (const char *const *key = keys; *key != NULL; key++)
	{
		if (member(object, *key) == NULL)
			continue;
		if (strcmp(*key, "port") == 0)
			add_parameter(config, *key,
						  asb_format("%ld", get_integer(reader, object, *key, 1, 65535, 0)));
		else if (strcmp(*key, "password") == 0)
		{
			static const char *const secret_keys[] = {"env", "file", NULL};
			size_t		outer = enter(reader, *key);

			if (check_keys(reader, member(object, *key), secret_keys))
				add_parameter(config, *key, read_secret(reader, member(object, *key)));
			leave(reader, outer);
		}
		else
		{
			const char *value = get_string(reader, object, *key);

			if (value != NULL)
				add_parameter(config, *key, asb_strdup(value));
		}
	}
}

/* "https://host" or "https://host:port" and nothing else */
static void
read_origin(Reader *reader, const cJSON *object, AsbHandler *handler)
{
	const char *url = get_string(reader, object, "url");
	bool		allow_http = get_bool(reader, object, "allow_http");
	const char *host;
	const char *rest;
	char	   *end;

	if (url == NULL)
	{
		fault_at(reader, "url", "is required");
		return;
	}
	host = strstr(url, "://");
	host = host != NULL ? host + 3 : url;
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		fault_at(reader, "url", "must start with \"https://\"");
	else if (url[4] == ':' && !allow_http)
		fault_at(reader, "url", "is not https; set \"allow_http\" to true to allow that");

	if (*host == '[')
	{
		rest = host + 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		rest = *rest == ']' && rest > host + 1 ? rest + 1 : host;
	}
	else
	{
		rest = host;
		while (isalnum((unsigned char) *rest) || *rest == '.' || *rest == '-')
			rest++;
	}
	if (rest == host)
		fault_at(reader, "url", "has no valid host name");
	if (*rest == ':')
	{
		long		port = isdigit((unsigned char) rest[1]) ? strtol(rest + 1, &end, 10) : 0;

		if (port < 1 || port > 65535 || *end != '\0')
			fault_at(reader, "url", "has no valid port");
	}
	else if (*rest != '\0')
		fault_at(reader, "url", "must be scheme, host and port only");
	handler->origin = asb_strdup(url);
}

static bool
is_header_text(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

static bool
is_header_name(const char *name)
{
	static const char *const reserved[] = {
		"accept", "accept-encoding", "connection", "content-length", "expect", "host",
		"idempotency-key", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", NULL
	};

	for (const char *const *entry = reserved; *entry != NULL; entry++)
	{
		if (strcasecmp(*entry, name) == 0)
			return false;
	}
	if (*name == '\0' || strncasecmp(name, "proxy-", 6) == 0)
		return false;
	while (isalnum((unsigned char) *name) || *name == '-' || *name == '_')
		name++;
	return *name == '\0';
}

/* A header is text, or {"prefix": text, "file" or "env": where the secret is}. */
static void
read_header(Reader *reader, const cJSON *item, AsbHandler *handler)
{
	static const char *const keys[] = {"env", "file", "prefix", NULL};
	AsbHeader  *header = &handler->headers[handler->header_count++];
	const char *text = NULL;

	if (!is_header_name(item->string))
		fault(reader, "is not a header that may be set");
	for (size_t i = 0; i + 1 < handler->header_count; i++)
	{
		if (handler->headers[i].line != NULL &&
			strncasecmp(handler->headers[i].line, item->string, strlen(item->string)) == 0 &&
			handler->headers[i].line[strlen(item->string)] == ':')
			fault(reader, "appears twice");
	}
	if (cJSON_IsString(item))
		text = item->valuestring;
	else if (check_keys(reader, item, keys))
	{
		header->secret = read_secret(reader, item);
		text = member(item, "prefix") != NULL ? get_string(reader, item, "prefix") : "";
	}
	if (reader->error != NULL || text == NULL)
		return;
	if (!is_header_text(text) || (*text == '\0' && header->secret == NULL))
		fault(reader, "must be printable ASCII and not empty");
	header->line = asb_format("%s: %s%s", item->string, text,
							  header->secret != NULL ? header->secret : "");
}

static void
read_headers(Reader *reader, const cJSON *object, AsbHandler *handler)
{
	size_t		outer = enter(reader, "headers");
	const cJSON *item;

	if (object != NULL && check_object(reader, object))
	{
		handler->headers = asb_alloc_zero(sizeof(AsbHeader) * (size_t) cJSON_GetArraySize(object));
		cJSON_ArrayForEach(item, object)
		{
			size_t		inner = enter(reader, item->string);

			read_header(reader, item, handler);
			leave(reader, inner);
		}
	}
	leave(reader, outer);
}

/* No key twice anywhere in a body template. */
static void
check_tree(Reader *reader, const cJSON *tree)
{
	const cJSON *child;

	if (cJSON_IsObject(tree))
		(void) check_object(reader, tree);
	cJSON_ArrayForEach(child, tree)
		check_tree(reader, child);
}

static void
read_body(Reader *reader, const cJSON *item, AsbHandler *handler)
{
	static const char *const keys[] = {"template", NULL};
	size_t		outer = enter(reader, "body");
	bool		has_none = strcmp(handler->verb, "GET") == 0 || strcmp(handler->verb, "DELETE") == 0;

	handler->body_kind = has_none ? ASB_BODY_NONE : ASB_BODY_ARGUMENTS;
	if (cJSON_IsString(item) && strcmp(item->valuestring, "none") == 0)
		handler->body_kind = ASB_BODY_NONE;
	else if (cJSON_IsString(item) && strcmp(item->valuestring, "arguments") == 0)
		handler->body_kind = ASB_BODY_ARGUMENTS;
	else if (cJSON_IsObject(item) && check_keys(reader, item, keys))
	{
		const cJSON *template = member(item, "template");
		char	   *error = template ? asb_body_template_check(template) : asb_strdup("is required");

		enter(reader, "template");
		if (error != NULL)
			fault_free(reader, error);
		check_tree(reader, template);
		handler->body_kind = ASB_BODY_TEMPLATE;
		handler->body = cJSON_Duplicate(template, true);
	}
	else if (item != NULL)
		fault(reader, "must be \"arguments\", \"none\" or {\"template\": ...}");
	if (handler->body_kind != ASB_BODY_NONE && strcmp(handler->verb, "GET") == 0)
		fault(reader, "a GET request has no body");
	leave(reader, outer);
}

static void
read_content_types(Reader *reader, const cJSON *list, AsbHandler *handler)
{
	int			count = list != NULL ? cJSON_GetArraySize(list) : 0;
	AsbString	accept = {0};

	if (list != NULL && (!cJSON_IsArray(list) || count == 0))
		fault_at(reader, "content_types", "must be an array that is not empty");
	handler->content_types = asb_alloc_zero(sizeof(char *) * ((size_t) count + 2));
	if (list == NULL)
		handler->content_types[0] = asb_strdup("application/json");
	for (int i = 0; reader->error == NULL && i < count; i++)
	{
		const cJSON *item = cJSON_GetArrayItem(list, i);
		char	   *type;

		if (!cJSON_IsString(item) || strchr(item->valuestring, '/') == NULL ||
			strpbrk(item->valuestring, " ,;*") != NULL || !is_header_text(item->valuestring))
		{
			fault_at(reader, "content_types", "must hold media types without parameters");
			break;
		}
		type = handler->content_types[i] = asb_strdup(item->valuestring);
		for (; *type != '\0'; type++)
			*type = (char) tolower((unsigned char) *type);
	}
	for (char **type = handler->content_types; *type != NULL; type++)
		asb_string_format(&accept, "%s%s", accept.length ? ", " : "Accept: ", *type);
	handler->accept = accept.data;
}

static void
read_handler(Reader *reader, const cJSON *object, AsbHandler *handler)
{
	static const char *const keys[] = {
		"allow_http", "allow_private_addresses", "body", "ca_file", "connect_timeout_seconds",
		"content_types", "headers", "max_response_bytes", "path", "response", "timeout_seconds",
		"url", "verb", NULL
	};
	static const char *const verbs[] = {"DELETE", "GET", "PATCH", "POST", "PUT", NULL};
	const char *const *known = verbs;
	const char *text;
	char	   *error = NULL;

	if (!check_keys(reader, object, keys))
		return;
	read_origin(reader, object, handler);

	text = get_string(reader, object, "verb");
	handler->verb = asb_strdup(text != NULL ? text : "POST");
	while (*known != NULL && strcmp(*known, handler->verb) != 0)
		known++;
	if (*known == NULL)
		fault_at(reader, "verb", "must be one of DELETE, GET, PATCH, POST, PUT");

	text = get_string(reader, object, "path");
	handler->path = asb_path_template_compile(text != NULL ? text : "/", &error);
	if (handler->path == NULL)
	{
		fault_at(reader, "path", error);
		free(error);
	}

	text = get_string(reader, object, "response");
	handler->wrap = text != NULL && strcmp(text, "wrapped") == 0;
	if (text != NULL && !handler->wrap && strcmp(text, "body") != 0)
		fault_at(reader, "response", "must be \"body\" or \"wrapped\"");

	text = get_string(reader, object, "ca_file");
	handler->ca_file = text != NULL ? asb_strdup(text) : NULL;

	read_headers(reader, member(object, "headers"), handler);
	read_body(reader, member(object, "body"), handler);
	read_content_types(reader, member(object, "content_types"), handler);
	handler->allow_private_addresses = get_bool(reader, object, "allow_private_addresses");
	handler->max_response_bytes =
		get_integer(reader, object, "max_response_bytes", 1, 64 * MEGABYTE, MEGABYTE);
	handler->timeout_ms = get_milliseconds(reader, object, "timeout_seconds", 0.01, 3600, 30);
	handler->connect_timeout_ms =
		get_milliseconds(reader, object, "connect_timeout_seconds", 0.01, 300, 5);
}

/* The names as the input of a text[]. */
static char *
make_method_array(const AsbConfig *config)
{
	AsbString	array = {0};

	asb_string_char(&array, '{');
	for (size_t i = 0; i < config->handler_count; i++)
	{
		asb_string_text(&array, i > 0 ? ",\"" : "\"");
		for (const char *c = config->handlers[i].method; *c != '\0'; c++)
		{
			if (*c == '"' || *c == '\\')
				asb_string_char(&array, '\\');
			asb_string_char(&array, *c);
		}
		asb_string_char(&array, '"');
	}
	asb_string_char(&array, '}');
	return array.data;
}

static void
read_methods(Reader *reader, const cJSON *object, AsbConfig *config)
{
	size_t		outer = enter(reader, "methods");
	const cJSON *item;

	if (object == NULL || cJSON_GetArraySize(object) == 0)
		fault(reader, "must name at least one method");
	else if (check_object(reader, object))
	{
		config->handlers = asb_alloc_zero(sizeof(AsbHandler) * (size_t) cJSON_GetArraySize(object));
		cJSON_ArrayForEach(item, object)
		{
			AsbHandler *handler = &config->handlers[config->handler_count++];
			size_t		inner = enter(reader, item->string);

			handler->method = asb_strdup(item->string);
			read_handler(reader, item, handler);
			leave(reader, inner);
		}
	}
	leave(reader, outer);
}

static void
read_config(Reader *reader, const cJSON *object, AsbConfig *config)
{
	static const char *const keys[] = {
		"concurrency", "database", "drain_seconds", "lease_seconds", "log_level", "methods",
		"poll_seconds", NULL
	};
	const char *level;
	size_t		outer;

	if (!check_keys(reader, object, keys))
		return;
	config->concurrency = (int) get_integer(reader, object, "concurrency", 1, 1000, 16);
	config->drain_ms = get_milliseconds(reader, object, "drain_seconds", 0, 3600, 60);
	config->lease_ms = get_milliseconds(reader, object, "lease_seconds", 1, 3600, 60);
	config->poll_ms = get_milliseconds(reader, object, "poll_seconds", 0.1, 3600, 10);
	level = get_string(reader, object, "log_level");
	if (level != NULL && !asb_log_level_by_name(level, &config->log_level))
		fault_at(reader, "log_level", "must be one of debug, info, warning, error");

	outer = enter(reader, "database");
	read_database(reader, member(object, "database"), config);
	leave(reader, outer);
	read_methods(reader, member(object, "methods"), config);
}

AsbConfig *
asb_config_parse(const char *text, size_t length, char **error)
{
	Reader		reader = {0};
	AsbConfig  *config = asb_alloc_zero(sizeof(*config));
	cJSON	   *tree = asb_json_valid(text, length) ? cJSON_ParseWithLength(text, length) : NULL;

	config->references = 1;
	config->log_level = ASB_LOG_INFO;
	if (tree == NULL)
		fault(&reader, "not valid JSON");
	else
		read_config(&reader, tree, config);
	cJSON_Delete(tree);
	asb_string_free(&reader.path);
	if (reader.error != NULL)
	{
		*error = reader.error;
		asb_config_release(config);
		return NULL;
	}
	config->method_array = make_method_array(config);
	return config;
}

AsbConfig *
asb_config_load(const char *file, char **error)
{
	size_t		length;
	char	   *text = asb_read_file(file, MAX_CONFIG_BYTES, &length);
	AsbConfig  *config;

	if (text == NULL)
	{
		*error = asb_format("could not read \"%s\": %s", file, strerror(errno));
		return NULL;
	}
	config = asb_config_parse(text, length, error);
	free(text);
	return config;
}

AsbConfig *
asb_config_hold(AsbConfig *config)
{
	config->references++;
	return config;
}

static void
free_handler(AsbHandler *handler)
{
	for (size_t i = 0; i < handler->header_count; i++)
	{
		asb_wipe(handler->headers[i].line);
		asb_wipe(handler->headers[i].secret);
	}
	for (char **type = handler->content_types; type != NULL && *type != NULL; type++)
		free(*type);
	free(handler->content_types);
	free(handler->headers);
	free(handler->accept);
	free(handler->ca_file);
	free(handler->method);
	free(handler->origin);
	free(handler->verb);
	cJSON_Delete(handler->body);
	asb_path_template_free(handler->path);
}

void
asb_config_release(AsbConfig *config)
{
	if (config == NULL || --config->references > 0)
		return;
	for (size_t i = 0; i < config->handler_count; i++)
		free_handler(&config->handlers[i]);
	for (size_t i = 0; config->keywords[i] != NULL; i++)
		asb_wipe(config->values[i]);
	free(config->handlers);
	free(config->method_array);
	free(config);
}

const AsbHandler *
asb_config_handler(const AsbConfig *config, const char *method)
{
	for (size_t i = 0; i < config->handler_count; i++)
	{
		if (strcmp(config->handlers[i].method, method) == 0)
			return &config->handlers[i];
	}
	return NULL;
}

bool
asb_config_same_database(const AsbConfig *one, const AsbConfig *other)
{
	for (size_t i = 0;; i++)
	{
		const char *left = one->keywords[i];
		const char *right = other->keywords[i];

		if (left == NULL || right == NULL)
			return left == right;
		if (strcmp(left, right) != 0 || strcmp(one->values[i], other->values[i]) != 0)
			return false;
	}
}
