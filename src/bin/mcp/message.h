/*
 * message.h
 *		JSON-RPC 2.0 as MCP uses it: what a line of JSON is.
 *
 * Nothing is copied: a message points into the text it was read from.
 */
#ifndef ASB_MCP_MESSAGE_H
#define ASB_MCP_MESSAGE_H

#include "bin/common/jsontext.h"

/* JSON-RPC's own codes, and MCP's */
#define ASB_RPC_PARSE_ERROR (-32700)
#define ASB_RPC_INVALID_REQUEST (-32600)
#define ASB_RPC_METHOD_NOT_FOUND (-32601)
#define ASB_RPC_INVALID_PARAMS (-32602)
#define ASB_RPC_UNSUPPORTED_VERSION (-32022)

/* Longer ids are refused: each is kept until the answer, and is in it. */
#define ASB_MESSAGE_MAX_ID 256
#define ASB_MESSAGE_MAX_METHOD 64

/* All answers to a batch are in memory before the first is sent. */
#define ASB_MESSAGE_MAX_BATCH 100

/* A part of a JSON text; text is NULL where there is none. */
typedef struct AsbSlice
{
	const char *text;
	size_t		length;
} AsbSlice;

typedef enum AsbMessageKind
{
	ASB_MESSAGE_REQUEST,
	ASB_MESSAGE_NOTIFICATION,
	ASB_MESSAGE_RESPONSE,		/* to a request that was never made */
	ASB_MESSAGE_BATCH,			/* body is a JSON array, not empty and not too long */
	ASB_MESSAGE_INVALID			/* code and problem say why */
} AsbMessageKind;

typedef struct AsbMessage
{
	AsbMessageKind kind;
	AsbSlice	body;			/* all of it */
	AsbSlice	id;				/* as it is to be sent back */
	AsbSlice	params;			/* a JSON object, or none */
	char		method[ASB_MESSAGE_MAX_METHOD + 1]; /* "" if it is longer */
	int			code;
	const char *problem;		/* a constant */
} AsbMessage;

/* Reads a line. */
extern void asb_message_read(const char *text, size_t length, AsbMessage *message);

/* Reads an element of a batch, which is valid JSON. */
extern void asb_message_classify(const char *text, size_t length, AsbMessage *message);

/* The member of a JSON object, no slice if there is none. */
extern AsbSlice asb_slice_member(AsbSlice object, const char *name);

/* '{', '[', '"', 't', 'f', 'n', '0' for a number, '\0' for no slice */
extern char asb_slice_type(AsbSlice slice);

/* Is this integer, with at most 18 digits, within int64? */
extern bool asb_slice_integer(AsbSlice slice, int64_t *value);

/* The text of a JSON string, to be freed; NULL if it is none. */
extern char *asb_slice_text(AsbSlice slice);

#endif
