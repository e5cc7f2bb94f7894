/*
 * config.h
 *		The gateway's configuration: one JSON file, read as a whole, checked as
 *		a whole, never changed afterwards.
 *
 * Each call in flight holds a reference to the configuration it was started
 * under, so a reload never changes a request half-way.
 */
#ifndef ASB_GATEWAY_CONFIG_H
#define ASB_GATEWAY_CONFIG_H

#include "bin/common/log.h"
#include "bin/gateway/handler.h"

#define ASB_DATABASE_PARAMETERS 24

typedef struct AsbConfig
{
	int			references;
	/* for PQconnectdbParams(); NULL-terminated */
	const char *keywords[ASB_DATABASE_PARAMETERS];
	char	   *values[ASB_DATABASE_PARAMETERS];
	int			concurrency;	/* calls held at once */
	long		lease_ms;
	long		poll_ms;		/* claim without being notified this often */
	long		drain_ms;		/* how long SIGTERM waits for calls in flight */
	AsbLogLevel log_level;
	AsbHandler *handlers;
	size_t		handler_count;
	char	   *method_array;	/* the methods' names as text[] input */
} AsbConfig;

/*
 * Makes a configuration from JSON text.  NULL and, in *error, a message that
 * starts with the JSON pointer of the offending value and has no secret in it.
 */
extern AsbConfig *asb_config_parse(const char *text, size_t length, char **error);

/* The same from a file. */
extern AsbConfig *asb_config_load(const char *file, char **error);

extern AsbConfig *asb_config_hold(AsbConfig *config);
extern void asb_config_release(AsbConfig *config);

/* NULL when the method is not configured. */
extern const AsbHandler *asb_config_handler(const AsbConfig *config, const char *method);

/* Would a connection made with one differ from that of the other? */
extern bool asb_config_same_database(const AsbConfig *one, const AsbConfig *other);

#endif
