/*
 * handler.h
 *		How the calls of one method are performed.
 */
#ifndef ASB_GATEWAY_HANDLER_H
#define ASB_GATEWAY_HANDLER_H

#include "bin/gateway/reader.h"
#include "bin/gateway/template.h"

typedef enum AsbBodyKind
{
	ASB_BODY_NONE,
	ASB_BODY_ARGUMENTS,			/* the canonical arguments, byte for byte */
	ASB_BODY_TEMPLATE
} AsbBodyKind;

typedef struct AsbHeader
{
	char	   *line;			/* "Name: value" */
	char	   *secret;			/* the part of it that must not be seen, or NULL */
} AsbHeader;

typedef struct AsbHandler
{
	char	   *method;			/* name of the remote procedure */
	char	   *origin;			/* "https://host" or "https://host:port" */
	char	   *verb;
	AsbPathTemplate *path;
	AsbHeader  *headers;
	size_t		header_count;
	AsbBodyKind body_kind;
	cJSON	   *body;			/* the template, if that is its kind */
	char	  **content_types;	/* of responses; NULL-terminated, lower case */
	char	   *accept;			/* the same as a header line */
	char	   *ca_file;		/* NULL: the system's */
	bool		allow_private_addresses;
	bool		wrap;			/* response is {"status": .., "body": ..} */
	long		max_response_bytes;
	long		timeout_ms;
	long		connect_timeout_ms;
} AsbHandler;

/* Fills in a handler, but for the method's name, from what the method maps to. */
extern void asb_handler_read(AsbReader *reader, const cJSON *object, AsbHandler *handler);

/* Frees what a handler points to. */
extern void asb_handler_free(AsbHandler *handler);

#endif
