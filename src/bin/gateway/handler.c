/*
 * handler.c
 *		Reads and checks how the calls of one method are performed.
 */
#include "bin/gateway/handler.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MEGABYTE (1024 * 1024)

/* "https://host" or "https://host:port" and nothing else */
static void
read_origin(AsbReader *reader, const cJSON *object, AsbHandler *handler)
{
	const char *url = asb_reader_string(reader, object, "url");
	bool		allow_http = asb_reader_bool(reader, object, "allow_http");
	const char *host;
	const char *rest;
	char	   *end;

	if (url == NULL)
	{
		asb_reader_fault_at(reader, "url", "is required");
		return;
	}
	host = strstr(url, "://");
	host = host != NULL ? host + 3 : url;
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		asb_reader_fault_at(reader, "url", "must start with \"https://\"");
	else if (url[4] == ':' && !allow_http)
		asb_reader_fault_at(reader, "url", "is not https; set \"allow_http\" to true to allow that");

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
		asb_reader_fault_at(reader, "url", "has no valid host name");
	if (*rest == ':')
	{
		long		port = isdigit((unsigned char) rest[1]) ? strtol(rest + 1, &end, 10) : 0;

		if (port < 1 || port > 65535 || *end != '\0')
			asb_reader_fault_at(reader, "url", "has no valid port");
	}
	else if (*rest != '\0')
		asb_reader_fault_at(reader, "url", "must be scheme, host and port only");
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
read_header(AsbReader *reader, const cJSON *item, AsbHandler *handler)
{
	static const char *const keys[] = {"env", "file", "prefix", NULL};
	AsbHeader  *header = &handler->headers[handler->header_count++];
	const char *text = NULL;

	if (!is_header_name(item->string))
		asb_reader_fault(reader, "is not a header that may be set");
	for (size_t i = 0; i + 1 < handler->header_count; i++)
	{
		if (handler->headers[i].line != NULL &&
			strncasecmp(handler->headers[i].line, item->string, strlen(item->string)) == 0 &&
			handler->headers[i].line[strlen(item->string)] == ':')
			asb_reader_fault(reader, "appears twice");
	}
	if (cJSON_IsString(item))
		text = item->valuestring;
	else if (asb_reader_keys(reader, item, keys))
	{
		header->secret = asb_reader_secret(reader, item);
		text = asb_member(item, "prefix") != NULL ? asb_reader_string(reader, item, "prefix") : "";
	}
	if (reader->error != NULL || text == NULL)
		return;
	if (!is_header_text(text) || (*text == '\0' && header->secret == NULL))
		asb_reader_fault(reader, "must be printable ASCII and not empty");
	header->line = asb_format("%s: %s%s", item->string, text,
							  header->secret != NULL ? header->secret : "");
}

static void
read_headers(AsbReader *reader, const cJSON *object, AsbHandler *handler)
{
	size_t		outer = asb_reader_enter(reader, "headers");
	const cJSON *item;

	if (object != NULL && asb_reader_object(reader, object))
	{
		handler->headers = asb_alloc_zero(sizeof(AsbHeader) * (size_t) cJSON_GetArraySize(object));
		cJSON_ArrayForEach(item, object)
		{
			size_t		inner = asb_reader_enter(reader, item->string);

			read_header(reader, item, handler);
			asb_reader_leave(reader, inner);
		}
	}
	asb_reader_leave(reader, outer);
}

/* No key twice anywhere in a body template. */
static void
check_tree(AsbReader *reader, const cJSON *tree)
{
	const cJSON *child;

	if (cJSON_IsObject(tree))
		(void) asb_reader_object(reader, tree);
	cJSON_ArrayForEach(child, tree)
		check_tree(reader, child);
}

static void
read_body(AsbReader *reader, const cJSON *item, AsbHandler *handler)
{
	static const char *const keys[] = {"template", NULL};
	size_t		outer = asb_reader_enter(reader, "body");
	bool		has_none = strcmp(handler->verb, "GET") == 0 || strcmp(handler->verb, "DELETE") == 0;

	handler->body_kind = has_none ? ASB_BODY_NONE : ASB_BODY_ARGUMENTS;
	if (cJSON_IsString(item) && strcmp(item->valuestring, "none") == 0)
		handler->body_kind = ASB_BODY_NONE;
	else if (cJSON_IsString(item) && strcmp(item->valuestring, "arguments") == 0)
		handler->body_kind = ASB_BODY_ARGUMENTS;
	else if (cJSON_IsObject(item) && asb_reader_keys(reader, item, keys))
	{
		const cJSON *template = asb_member(item, "template");
		char	   *error = template ? asb_body_template_check(template) : asb_strdup("is required");

		asb_reader_enter(reader, "template");
		if (error != NULL)
			asb_reader_fault_made(reader, error);
		check_tree(reader, template);
		handler->body_kind = ASB_BODY_TEMPLATE;
		handler->body = cJSON_Duplicate(template, true);
	}
	else if (item != NULL)
		asb_reader_fault(reader, "must be \"arguments\", \"none\" or {\"template\": ...}");
	if (handler->body_kind != ASB_BODY_NONE && strcmp(handler->verb, "GET") == 0)
		asb_reader_fault(reader, "a GET request has no body");
	asb_reader_leave(reader, outer);
}

static void
read_content_types(AsbReader *reader, const cJSON *list, AsbHandler *handler)
{
	int			count = list != NULL ? cJSON_GetArraySize(list) : 0;
	AsbString	accept = {0};

	if (list != NULL && (!cJSON_IsArray(list) || count == 0))
		asb_reader_fault_at(reader, "content_types", "must be an array that is not empty");
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
			asb_reader_fault_at(reader, "content_types", "must hold media types without parameters");
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

void
asb_handler_read(AsbReader *reader, const cJSON *object, AsbHandler *handler)
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

	if (!asb_reader_keys(reader, object, keys))
		return;
	read_origin(reader, object, handler);

	text = asb_reader_string(reader, object, "verb");
	handler->verb = asb_strdup(text != NULL ? text : "POST");
	while (*known != NULL && strcmp(*known, handler->verb) != 0)
		known++;
	if (*known == NULL)
		asb_reader_fault_at(reader, "verb", "must be one of DELETE, GET, PATCH, POST, PUT");

	text = asb_reader_string(reader, object, "path");
	handler->path = asb_path_template_compile(text != NULL ? text : "/", &error);
	if (handler->path == NULL)
	{
		asb_reader_fault_at(reader, "path", error);
		free(error);
	}

	text = asb_reader_string(reader, object, "response");
	handler->wrap = text != NULL && strcmp(text, "wrapped") == 0;
	if (text != NULL && !handler->wrap && strcmp(text, "body") != 0)
		asb_reader_fault_at(reader, "response", "must be \"body\" or \"wrapped\"");

	text = asb_reader_string(reader, object, "ca_file");
	handler->ca_file = text != NULL ? asb_strdup(text) : NULL;

	read_headers(reader, asb_member(object, "headers"), handler);
	read_body(reader, asb_member(object, "body"), handler);
	read_content_types(reader, asb_member(object, "content_types"), handler);
	handler->allow_private_addresses = asb_reader_bool(reader, object, "allow_private_addresses");
	handler->max_response_bytes =
		asb_reader_integer(reader, object, "max_response_bytes", 1, 64 * MEGABYTE, MEGABYTE);
	handler->timeout_ms = asb_reader_milliseconds(reader, object, "timeout_seconds", 0.01, 3600, 30);
	handler->connect_timeout_ms =
		asb_reader_milliseconds(reader, object, "connect_timeout_seconds", 0.01, 300, 5);
}

void
asb_handler_free(AsbHandler *handler)
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
