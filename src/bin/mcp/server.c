/*
 * server.c
 *		Messages in, answers out.
 */
#include "bin/mcp/server.h"

#include "bin/mcp/methods.h"
#include "bin/mcp/turns.h"

#include <stdlib.h>
#include <string.h>

static void
take_notification(AsbServer *server, const AsbMessage *message)
{
	if (strcmp(message->method, "notifications/cancelled") == 0)
		asb_turns_cancel(server, asb_slice_member(message->params, "requestId"));
}

static void
take_message(AsbServer *server, const AsbMessage *message, AsbBatch *batch)
{
	switch (message->kind)
	{
		case ASB_MESSAGE_REQUEST:
			asb_methods_take(server, message, batch);
			break;
		case ASB_MESSAGE_NOTIFICATION:
			take_notification(server, message);
			break;
		case ASB_MESSAGE_RESPONSE:
			break;
		case ASB_MESSAGE_BATCH: /* within a batch it is just no object */
		case ASB_MESSAGE_INVALID:
			asb_reply_error(server, batch, message->id, message->code, message->problem, NULL);
			break;
	}
}

static void
take_batch(AsbServer *server, const AsbMessage *message)
{
	AsbBatch   *batch;
	AsbJsonItem item = {0};

	if (server->revision != ASB_REVISION_2025_03)
	{
		asb_reply_error(server, NULL, (AsbSlice) {NULL, 0}, ASB_RPC_INVALID_REQUEST,
						"batches are a part of revision 2025-03-26 only", NULL);
		return;
	}
	batch = asb_alloc_zero(sizeof(AsbBatch));
	batch->open = 1;
	while (asb_json_next(message->body.text, message->body.length, &item))
	{
		AsbMessage	element;

		asb_message_classify(item.value, item.value_length, &element);
		take_message(server, &element, batch);
	}
	asb_batch_release(server, batch);
}

void
asb_server_line(void *owner, const char *text, size_t length)
{
	AsbServer  *server = owner;
	AsbMessage	message;

	if (text == NULL)
	{
		asb_reply_error(server, NULL, (AsbSlice) {NULL, 0}, ASB_RPC_INVALID_REQUEST, "the message is too long", NULL);
		return;
	}
	asb_message_read(text, length, &message);
	if (message.kind == ASB_MESSAGE_BATCH)
		take_batch(server, &message);
	else
		take_message(server, &message, NULL);
}

void
asb_server_open(AsbServer *server, const AsbOptions *options, char *token, int fd)
{
	static AsbDatabaseEvents events;

	memset(server, 0, sizeof(*server));
	server->options = *options;
	server->output.fd = fd;
	server->revision = ASB_REVISION_NONE;
	server->last = &server->waiting;
	asb_turns_events(server, &events);
	asb_database_open(&server->database, &events, token);
}

void
asb_server_step(AsbServer *server, int64_t now)
{
	asb_database_step(&server->database, now);
	asb_turns_step(server, now);
	asb_output_flush(&server->output);
}

int64_t
asb_server_due(const AsbServer *server, int64_t now)
{
	int64_t		due = asb_database_due(&server->database);
	int64_t		turn = asb_turns_due(server, now);

	return turn < due ? turn : due;
}

bool
asb_server_has_requests(const AsbServer *server)
{
	return server->running != NULL || server->waiting != NULL;
}

void
asb_server_close(AsbServer *server)
{
	asb_database_cancel(&server->database);
	asb_database_close(&server->database);
	asb_turns_close(server);
	asb_string_free(&server->output.waiting);
}
