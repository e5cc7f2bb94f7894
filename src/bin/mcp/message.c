/*
 * message.c
 *		Reading messages.
 */
#include "bin/mcp/message.h"

#include <stdlib.h>
#include <string.h>

AsbSlice
asb_slice_member(AsbSlice object, const char *name)
{
	AsbSlice	member = {NULL, 0};

	if (object.text == NULL ||
		!asb_json_member(object.text, object.length, name, &member.text, &member.length))
		return (AsbSlice) {NULL, 0};
	return member;
}

char
asb_slice_type(AsbSlice slice)
{
	if (slice.text == NULL)
		return '\0';
	return strchr("{[\"tfn", slice.text[0]) != NULL ? slice.text[0] : '0';
}

bool
asb_slice_integer(AsbSlice slice, int64_t *value)
{
	bool		negative = slice.length > 0 && slice.text[0] == '-';
	size_t		start = negative;

	if (asb_slice_type(slice) != '0' || slice.length - start > 18)
		return false;
	*value = 0;
	for (size_t i = start; i < slice.length; i++)
	{
		if (slice.text[i] < '0' || slice.text[i] > '9')
			return false;
		*value = *value * 10 + (slice.text[i] - '0');
	}
	if (negative)
		*value = -*value;
	return true;
}

char *
asb_slice_text(AsbSlice slice)
{
	AsbString	text = {0};

	if (asb_slice_type(slice) != '"')
		return NULL;
	asb_json_decode(slice.text, slice.length, &text);
	return text.data;
}

static void
refuse(AsbMessage *message, int code, const char *problem)
{
	message->kind = ASB_MESSAGE_INVALID;
	message->code = code;
	message->problem = problem;
}

static bool
is_id(AsbSlice id)
{
	int64_t		ignored;

	return id.length <= ASB_MESSAGE_MAX_ID &&
		(asb_slice_type(id) == '"' || asb_slice_integer(id, &ignored));
}

static bool
is_version(AsbSlice version)
{
	char	   *text = asb_slice_text(version);
	bool		is = text != NULL && strcmp(text, "2.0") == 0;

	free(text);
	return is;
}

void
asb_message_classify(const char *text, size_t length, AsbMessage *message)
{
	AsbSlice	id;
	AsbSlice	method;
	char	   *name;

	memset(message, 0, sizeof(*message));
	message->body = (AsbSlice) {text, length};
	if (asb_slice_type(message->body) != '{')
	{
		refuse(message, ASB_RPC_INVALID_REQUEST, "a message must be a JSON object");
		return;
	}

	id = asb_slice_member(message->body, "id");
	method = asb_slice_member(message->body, "method");
	if (is_id(id))
		message->id = id;
	if (!is_version(asb_slice_member(message->body, "jsonrpc")))
	{
		refuse(message, ASB_RPC_INVALID_REQUEST, "\"jsonrpc\" must be \"2.0\"");
		return;
	}
	if (method.text == NULL &&
		(asb_slice_member(message->body, "result").text != NULL ||
		 asb_slice_member(message->body, "error").text != NULL))
	{
		message->kind = ASB_MESSAGE_RESPONSE;
		return;
	}
	if (id.text != NULL && message->id.text == NULL)
	{
		refuse(message, ASB_RPC_INVALID_REQUEST, "\"id\" must be an integer or a string of at most 256 bytes");
		return;
	}
	name = asb_slice_text(method);
	if (name == NULL)
	{
		refuse(message, ASB_RPC_INVALID_REQUEST, "\"method\" must be a string");
		return;
	}
	if (strlen(name) <= ASB_MESSAGE_MAX_METHOD)
		strcpy(message->method, name);
	free(name);

	message->kind = id.text != NULL ? ASB_MESSAGE_REQUEST : ASB_MESSAGE_NOTIFICATION;
	message->params = asb_slice_member(message->body, "params");
	if (message->params.text != NULL && asb_slice_type(message->params) != '{')
	{
		/* a notification is never answered, so it is ignored */
		message->params = (AsbSlice) {NULL, 0};
		if (message->kind == ASB_MESSAGE_REQUEST)
			refuse(message, ASB_RPC_INVALID_PARAMS, "\"params\" must be an object");
	}
}

void
asb_message_read(const char *text, size_t length, AsbMessage *message)
{
	AsbJsonVerdict verdict = asb_json_check(text, length);

	memset(message, 0, sizeof(*message));
	if (verdict < ASB_JSON_NOT_TEXT)
	{
		refuse(message, verdict == ASB_JSON_BROKEN ? ASB_RPC_PARSE_ERROR : ASB_RPC_INVALID_REQUEST,
			   verdict == ASB_JSON_BROKEN ? "not JSON" : "nested too deeply");
		return;
	}
	while (length > 0 && memchr(" \t\r", text[0], 3) != NULL)
		text++, length--;
	while (length > 0 && memchr(" \t\r", text[length - 1], 3) != NULL)
		length--;

	if (text[0] == '[')
	{
		AsbJsonItem element = {0};
		int			count = 0;

		message->kind = ASB_MESSAGE_BATCH;
		message->body = (AsbSlice) {text, length};
		while (count <= ASB_MESSAGE_MAX_BATCH && asb_json_next(text, length, &element))
			count++;
		if (count == 0 || count > ASB_MESSAGE_MAX_BATCH)
			refuse(message, ASB_RPC_INVALID_REQUEST, count == 0 ? "a batch must not be empty" :
				   "a batch must not have more than 100 messages");
	}
	else
		asb_message_classify(text, length, message);

	if (verdict == ASB_JSON_NOT_TEXT && message->kind != ASB_MESSAGE_INVALID)
	{
		bool		is_request = message->kind != ASB_MESSAGE_NOTIFICATION;

		message->params = (AsbSlice) {NULL, 0};
		if (is_request)
			refuse(message, ASB_RPC_INVALID_PARAMS,
				   "the escape of NUL and lone surrogates stand for no text that the database can hold");
	}
}
