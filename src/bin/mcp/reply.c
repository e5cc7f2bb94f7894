/*
 * reply.c
 *		What goes out: JSON-RPC messages, and those of a batch together.
 */
#include "bin/mcp/reply.h"

#include "bin/mcp/tool.h"

#include <stdlib.h>
#include <string.h>

void
asb_batch_release(AsbServer *server, AsbBatch *batch)
{
	if (batch == NULL || --batch->open > 0)
		return;
	if (batch->answers.length > 0)
	{
		asb_string_char(&batch->answers, ']');
		asb_output_line(&server->output, &batch->answers);
	}
	asb_string_free(&batch->answers);
	free(batch);
}

void
asb_reply_send(AsbServer *server, AsbBatch *batch, AsbString *message)
{
	if (batch == NULL)
		asb_output_line(&server->output, message);
	else
	{
		asb_string_char(&batch->answers, batch->answers.length > 0 ? ',' : '[');
		asb_string_append(&batch->answers, message->data, message->length);
	}
	asb_string_free(message);
}

void
asb_reply_begin(AsbString *message, AsbSlice id)
{
	asb_string_text(message, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (id.text != NULL)
		asb_string_append(message, id.text, id.length);
	else
		asb_string_text(message, "null");
}

void
asb_reply_error(AsbServer *server, AsbBatch *batch, AsbSlice id, int code, const char *problem, const char *data)
{
	AsbString	message = {0};

	asb_reply_begin(&message, id);
	asb_string_format(&message, ",\"error\":{\"code\":%d,\"message\":", code);
	asb_json_quote(&message, problem, strlen(problem));
	if (data != NULL)
		asb_string_format(&message, ",\"data\":%s", data);
	asb_string_text(&message, "}}");
	asb_reply_send(server, batch, &message);
}

void
asb_reply_begin_result(AsbString *message, AsbSlice id, AsbRevision revision)
{
	asb_reply_begin(message, id);
	asb_string_text(message, ",\"result\":{");
	if (revision >= ASB_REVISION_2026_07)
		asb_string_text(message, "\"resultType\":\"complete\",\"_meta\":{\"" ASB_META "serverInfo\":" ASB_SERVER_INFO "},");
}

static AsbSlice
id_of(const AsbRequest *request)
{
	return (AsbSlice) {request->id, strlen(request->id)};
}

void
asb_reply_answer(AsbServer *server, AsbRequest *request, AsbAnswer *answer)
{
	AsbString	message = {0};

	asb_reply_begin_result(&message, id_of(request), request->revision);
	if (request->tool == &asb_tool_list)
	{
		asb_string_append(&message, answer->json.data, answer->json.length);
		if (request->revision >= ASB_REVISION_2026_07)
			asb_string_text(&message, ",\"ttlMs\":60000,\"cacheScope\":\"private\"");
	}
	else
	{
		asb_string_text(&message, "\"content\":[{\"type\":\"text\",\"text\":");
		asb_json_quote(&message, answer->text.data, answer->text.length);
		asb_string_text(&message, "}]");
		if (request->revision >= ASB_REVISION_2025_06)
		{
			asb_string_text(&message, ",\"structuredContent\":");
			asb_string_append(&message, answer->json.data, answer->json.length);
			asb_string_char(&message, '}');
		}
		asb_string_format(&message, ",\"isError\":%s", answer->is_error ? "true" : "false");
	}
	asb_string_text(&message, "}}");
	asb_reply_send(server, request->batch, &message);
}
