/*
 * methods.c
 *		The methods of the protocol.
 *
 * What needs no database is answered here at once; everything else becomes a
 * request and waits for its turn.
 */
#include "bin/mcp/methods.h"

#include "bin/common/log.h"
#include "bin/mcp/tool.h"
#include "bin/mcp/turns.h"

#include <stdlib.h>
#include <string.h>

static const char instructions[] =
"This is one conversation with a PostgreSQL database, closed in by agentsandbox: what it may see and do is finite,"
" and describe lists it. Use query for SQL, call for the methods, which are the only way out."
" A refusal is an error that says what to do instead; repeating it does not help.";

/* A request on its way to its method. */
typedef struct Incoming
{
	AsbServer  *server;
	const AsbMessage *message;
	AsbBatch   *batch;
	AsbRevision revision;
	AsbSlice	meta;
} Incoming;

static void
fail(const Incoming *in, int code, const char *problem)
{
	asb_reply_error(in->server, in->batch, in->message->id, code, problem, NULL);
}

/* members is what stands in the result object, braces apart. */
static void
succeed(const Incoming *in, const char *members)
{
	AsbString	message = {0};

	asb_reply_begin_result(&message, in->message->id, in->revision);
	asb_string_text(&message, members);
	/* an empty result of the new kind ends in a comma */
	if (message.data[message.length - 1] == ',')
		message.length--;
	asb_string_text(&message, "}}");
	asb_reply_send(in->server, in->batch, &message);
}

static AsbRevision
find_revision(const char *name)
{
	for (size_t i = 0; name != NULL && i < ASB_REVISION_COUNT; i++)
	{
		if (strcmp(name, asb_revisions[i]) == 0)
			return (AsbRevision) i;
	}
	return ASB_REVISION_NONE;
}

static void
handle_initialize(const Incoming *in)
{
	char	   *wanted = asb_slice_text(asb_slice_member(in->message->params, "protocolVersion"));
	AsbRevision revision = find_revision(wanted);
	AsbString	result = {0};

	if (wanted == NULL)
		fail(in, ASB_RPC_INVALID_PARAMS, "\"protocolVersion\" must be a string");
	else if (in->server->revision != ASB_REVISION_NONE)
		fail(in, ASB_RPC_INVALID_REQUEST, "initialize was called before");
	else if (in->batch != NULL)
		fail(in, ASB_RPC_INVALID_REQUEST, "initialize cannot be part of a batch");
	else
	{
		if (revision == ASB_REVISION_NONE || revision > ASB_REVISION_LAST_HANDSHAKE)
			revision = ASB_REVISION_LAST_HANDSHAKE;
		in->server->revision = revision;
		asb_string_format(&result, "\"protocolVersion\":\"%s\",\"capabilities\":{\"tools\":{}},\"serverInfo\":%s,\"instructions\":\"%s\"",
						  asb_revisions[revision], ASB_SERVER_INFO, instructions);
		succeed(in, result.data);
		asb_log_event(ASB_LOG_INFO, "initialized", "revision", asb_revisions[revision]);
	}
	asb_string_free(&result);
	free(wanted);
}

static void
handle_ping(const Incoming *in)
{
	succeed(in, "");
}

static void
list_revisions(AsbString *json)
{
	for (size_t i = 0; i < ASB_REVISION_COUNT; i++)
		asb_string_format(json, "%c\"%s\"", i > 0 ? ',' : '[', asb_revisions[i]);
	asb_string_char(json, ']');
}

static void
handle_discover(const Incoming *in)
{
	AsbString	result = {0};

	asb_string_text(&result, "\"supportedVersions\":");
	list_revisions(&result);
	asb_string_format(&result, ",\"capabilities\":{\"tools\":{}},\"instructions\":\"%s\",\"ttlMs\":3600000,\"cacheScope\":\"public\"",
					  instructions);
	succeed(in, result.data);
	asb_string_free(&result);
}

/* There is nothing to subscribe to: the subscription is confirmed as empty, and ends. */
static void
handle_listen(const Incoming *in)
{
	AsbSlice	id = in->message->id;
	AsbString	message = {0};

	asb_string_format(&message, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":"
					  "{\"_meta\":{\"" ASB_META "subscriptionId\":%.*s},\"notifications\":{}}}", (int) id.length, id.text);
	asb_reply_send(in->server, NULL, &message);
	asb_reply_begin(&message, id);
	asb_string_format(&message, ",\"result\":{\"resultType\":\"complete\",\"_meta\":{\"" ASB_META "subscriptionId\":%.*s}}}",
					  (int) id.length, id.text);
	asb_reply_send(in->server, NULL, &message);
}

static AsbRequest *
new_request(const Incoming *in)
{
	AsbRequest *request = asb_request_new(&in->server->options, in->revision, in->message->id);
	AsbSlice	token = asb_slice_member(in->meta, "progressToken");
	int64_t		ignored;

	if (token.length <= ASB_MESSAGE_MAX_ID &&
		(asb_slice_type(token) == '"' || asb_slice_integer(token, &ignored)))
		request->progress_token = asb_strndup(token.text, token.length);
	request->weight = in->message->body.length + sizeof(AsbRequest);
	return request;
}

static void
accept_request(const Incoming *in, AsbRequest *request)
{
	request->batch = in->batch;
	if (in->batch != NULL)
	{
		in->batch->open++;
		/* its answer waits for those of the others, where no reader can stop it */
		request->weight += (size_t) in->server->options.max_bytes;
	}
	asb_turns_add(in->server, request);
}

static void
handle_list(const Incoming *in)
{
	AsbRequest *request;

	if (asb_slice_member(in->message->params, "cursor").text != NULL)
	{
		fail(in, ASB_RPC_INVALID_PARAMS, "\"cursor\" is not one that this server gave");
		return;
	}
	request = new_request(in);
	request->tool = &asb_tool_list;
	request->tool->begin(request, (AsbSlice) {NULL, 0});
	accept_request(in, request);
}

static void
handle_call(const Incoming *in)
{
	char	   *name = asb_slice_text(asb_slice_member(in->message->params, "name"));
	AsbSlice	arguments = asb_slice_member(in->message->params, "arguments");
	AsbRequest *request;
	const char *problem;

	if (name == NULL || (arguments.text != NULL && asb_slice_type(arguments) != '{'))
	{
		fail(in, ASB_RPC_INVALID_PARAMS, name == NULL ? "\"name\" must be a string" : "\"arguments\" must be an object");
		free(name);
		return;
	}
	request = new_request(in);
	problem = asb_tool_begin(request, name, arguments);
	free(name);
	if (problem == NULL)
	{
		accept_request(in, request);
		return;
	}
	if (request->tool == NULL)
		fail(in, ASB_RPC_INVALID_PARAMS, problem);
	else
	{
		/* the model can read this one and do better */
		AsbAnswer	answer = {0};

		asb_answer_problem(&answer, "invalid_arguments", problem);
		request->batch = in->batch;
		asb_reply_answer(in->server, request, &answer);
		asb_answer_free(&answer);
	}
	asb_request_free(request);
}

typedef struct Method
{
	const char *name;
	AsbRevision first;			/* revisions that have it */
	AsbRevision last;
	void		(*handle) (const Incoming *in);
} Method;

/* sorted by name */
static const Method methods[] = {
	{"initialize", ASB_REVISION_NONE, ASB_REVISION_LAST_HANDSHAKE, handle_initialize},
	{"ping", ASB_REVISION_NONE, ASB_REVISION_LAST_HANDSHAKE, handle_ping},
	{"server/discover", ASB_REVISION_2026_07, ASB_REVISION_2026_07, handle_discover},
	{"subscriptions/listen", ASB_REVISION_2026_07, ASB_REVISION_2026_07, handle_listen},
	{"tools/call", ASB_REVISION_2024_11, ASB_REVISION_2026_07, handle_call},
	{"tools/list", ASB_REVISION_2024_11, ASB_REVISION_2026_07, handle_list},
};

static const Method *
find_method(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
	{
		if (strcmp(name, methods[i].name) == 0)
			return &methods[i];
	}
	return NULL;
}

static void
fail_revision(const Incoming *in, const char *requested)
{
	AsbString	data = {0};

	asb_string_text(&data, "{\"supported\":");
	list_revisions(&data);
	asb_string_text(&data, ",\"requested\":");
	asb_json_quote(&data, requested, strlen(requested));
	asb_string_char(&data, '}');
	asb_reply_error(in->server, in->batch, in->message->id, ASB_RPC_UNSUPPORTED_VERSION,
					"unsupported protocol version", data.data);
	asb_string_free(&data);
}

/* Which revision does this request speak?  False if it was answered here. */
static bool
settle_revision(Incoming *in)
{
	char	   *named = asb_slice_text(asb_slice_member(in->meta, ASB_META "protocolVersion"));
	AsbRevision revision = find_revision(named);
	bool		settled = true;

	in->revision = in->server->revision;
	if (named == NULL)
		return true;
	if (revision == ASB_REVISION_2026_07)
	{
		in->revision = revision;
		if (asb_slice_type(asb_slice_member(in->meta, ASB_META "clientCapabilities")) != '{')
		{
			fail(in, ASB_RPC_INVALID_PARAMS, "\"" ASB_META "clientCapabilities\" must be an object");
			settled = false;
		}
	}
	else if (revision == ASB_REVISION_NONE || revision != in->server->revision)
	{
		fail_revision(in, named);
		settled = false;
	}
	free(named);
	return settled;
}

void
asb_methods_take(AsbServer *server, const AsbMessage *message, AsbBatch *batch)
{
	Incoming	in = {.server = server, .message = message, .batch = batch};
	const Method *method = find_method(message->method);

	in.meta = asb_slice_member(message->params, "_meta");
	if (asb_slice_type(in.meta) != '{')
		in.meta = (AsbSlice) {NULL, 0};
	if (!settle_revision(&in))
		return;
	if (asb_turns_hold(server, message->id))
		fail(&in, ASB_RPC_INVALID_REQUEST, "\"id\" is that of a request that has not been answered yet");
	else if (method == NULL || in.revision > method->last ||
			 (in.revision < method->first && in.revision != ASB_REVISION_NONE))
		fail(&in, ASB_RPC_METHOD_NOT_FOUND, "there is no such method");
	else if (in.revision < method->first)
		fail(&in, ASB_RPC_INVALID_PARAMS, "neither initialize was called nor does \"_meta\" have a \"" ASB_META "protocolVersion\"");
	else
		method->handle(&in);
}
