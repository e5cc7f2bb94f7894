/*
 * config.c
 *		Reads and checks the configuration.
 */
#include "bin/gateway/config.h"

#include "bin/common/jsontext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CONFIG_BYTES (4 * 1024 * 1024)

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
read_database(AsbReader *reader, const cJSON *object, AsbConfig *config)
{
	static const char *const keys[] = {
		"dbname", "host", "hostaddr", "passfile", "password", "port", "service", "sslcert",
		"sslkey", "sslmode", "sslrootcert", "target_session_attrs", "user", NULL
	};

	/*
	 * A statement that hangs must not hang the gateway.  The rest is what the
	 * server, the database or the role may have as a default for everybody, and
	 * a gateway cannot work with: it writes, and listens for long.
	 */
	add_parameter(config, "options",
				  asb_strdup("-c statement_timeout=20s -c lock_timeout=0 -c idle_session_timeout=0"
							 " -c search_path=pg_catalog -c client_min_messages=warning"
							 " -c default_transaction_isolation=read\\ committed"
							 " -c default_transaction_read_only=off"));
	add_parameter(config, "client_encoding", asb_strdup("UTF8"));
	add_parameter(config, "fallback_application_name", asb_strdup("agentsandbox-gateway"));
	add_parameter(config, "tcp_user_timeout", asb_strdup("20000"));
	if (object == NULL || !asb_reader_keys(reader, object, keys))
		return;
	for (const char *const *key = keys; *key != NULL; key++)
	{
		if (asb_member(object, *key) == NULL)
			continue;
		if (strcmp(*key, "port") == 0)
			add_parameter(config, *key,
						  asb_format("%ld", asb_reader_integer(reader, object, *key, 1, 65535, 0)));
		else if (strcmp(*key, "password") == 0)
		{
			static const char *const secret_keys[] = {"env", "file", NULL};
			size_t		outer = asb_reader_enter(reader, *key);

			if (asb_reader_keys(reader, asb_member(object, *key), secret_keys))
				add_parameter(config, *key, asb_reader_secret(reader, asb_member(object, *key)));
			asb_reader_leave(reader, outer);
		}
		else
		{
			const char *value = asb_reader_string(reader, object, *key);

			if (value != NULL)
				add_parameter(config, *key, asb_strdup(value));
		}
	}
}

/* The names as the input of a text[]. */
static char *
make_method_array(const AsbConfig *config)
{
	AsbString	array = {0};

	for (size_t i = 0; i < config->handler_count; i++)
		asb_string_element(&array, config->handlers[i].method);
	asb_string_char(&array, '}');
	return array.data;
}

static void
read_methods(AsbReader *reader, const cJSON *object, AsbConfig *config)
{
	size_t		outer = asb_reader_enter(reader, "methods");
	const cJSON *item;

	if (object == NULL || cJSON_GetArraySize(object) == 0)
		asb_reader_fault(reader, "must name at least one method");
	else if (asb_reader_object(reader, object))
	{
		config->handlers = asb_alloc_zero(sizeof(AsbHandler) * (size_t) cJSON_GetArraySize(object));
		cJSON_ArrayForEach(item, object)
		{
			AsbHandler *handler = &config->handlers[config->handler_count++];
			size_t		inner = asb_reader_enter(reader, item->string);

			handler->method = asb_strdup(item->string);
			asb_handler_read(reader, item, handler);
			asb_reader_leave(reader, inner);
		}
	}
	asb_reader_leave(reader, outer);
}

static void
read_config(AsbReader *reader, const cJSON *object, AsbConfig *config)
{
	static const char *const keys[] = {
		"concurrency", "database", "drain_seconds", "lease_seconds", "log_level", "methods",
		"poll_seconds", NULL
	};
	const char *level;
	size_t		outer;

	if (!asb_reader_keys(reader, object, keys))
		return;
	config->concurrency = (int) asb_reader_integer(reader, object, "concurrency", 1, 1000, 16);
	config->drain_ms = asb_reader_milliseconds(reader, object, "drain_seconds", 0, 3600, 60);
	config->lease_ms = asb_reader_milliseconds(reader, object, "lease_seconds", 1, 3600, 60);
	config->poll_ms = asb_reader_milliseconds(reader, object, "poll_seconds", 0.1, 3600, 10);
	level = asb_reader_string(reader, object, "log_level");
	if (level != NULL && !asb_log_level_by_name(level, &config->log_level))
		asb_reader_fault_at(reader, "log_level", "must be one of debug, info, warning, error");

	outer = asb_reader_enter(reader, "database");
	read_database(reader, asb_member(object, "database"), config);
	asb_reader_leave(reader, outer);
	read_methods(reader, asb_member(object, "methods"), config);
}

AsbConfig *
asb_config_parse(const char *text, size_t length, char **error)
{
	AsbReader	reader = {0};
	AsbConfig  *config = asb_alloc_zero(sizeof(*config));
	cJSON	   *tree = asb_json_valid(text, length) ? cJSON_ParseWithLength(text, length) : NULL;

	config->references = 1;
	config->log_level = ASB_LOG_INFO;
	if (tree == NULL)
		asb_reader_fault(&reader, "not valid JSON");
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

void
asb_config_release(AsbConfig *config)
{
	if (config == NULL || --config->references > 0)
		return;
	for (size_t i = 0; i < config->handler_count; i++)
		asb_handler_free(&config->handlers[i]);
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
