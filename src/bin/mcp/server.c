/*
 * server.c
 *		Messages in, answers out.
 *
 * What needs no database is answered at once; everything else is a request
 * with statements, and these take turns on the one connection.
 */
#include "bin/mcp/server.h"

#include "bin/common/log.h"
#include "bin/mcp/tool.h"

#include <stdlib.h>
#include <string.h>

/* How long the database may be away before requests are told, and they wait at least. */
#define UNREACHABLE_MS 10000
#define LEAST_WAIT_MS 2000
#define LOOK_AGAIN_MS 250
#define CANCEL_AGAIN_MS 100

#define SERVER_INFO "{\"name\":\"agentsandbox\",\"version\":\"" ASB_VERSION "\"}"
#define META "io.modelcontextprotocol/"

static const char instructions[] =
"This is one conversation with a PostgreSQL database, closed in by agentsandbox: what it may see and do is finite,"
" and describe lists it. Use query for SQL, call for the methods, which are the only way out."
" A refusal is an error that says what to do instead; repeating it does not help.";

/* Requests of one batch are answered together. */
typedef struct AsbBatch
{
	int			open;			/* requests without an answer, and the reader */
	AsbString	answers;
} AsbBatch;

/* ---- answers ---- */

static void
release_batch(AsbServer *server, AsbBatch *batch)
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

static void
send_message(AsbServer *server, AsbBatch *batch, AsbString *message)
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

static void
begin_answer(AsbString *message, AsbSlice id)
{
	asb_string_text(message, "{\"jsonrpc\":\"2.0\",\"id\":");
	if (id.text != NULL)
		asb_string_append(message, id.text, id.length);
	else
		asb_string_text(message, "null");
}

/* data is JSON, or NULL. */
static void
send_error(AsbServer *server, AsbBatch *batch, AsbSlice id, int code, const char *problem, const char *data)
{
	AsbString	message = {0};

	begin_answer(&message, id);
	asb_string_format(&message, ",\"error\":{\"code\":%d,\"message\":", code);
	asb_json_quote(&message, problem, strlen(problem));
	if (data != NULL)
		asb_string_format(&message, ",\"data\":%s", data);
	asb_string_text(&message, "}}");
	send_message(server, batch, &message);
}

/* Opens the result object; members and two braces follow. */
static void
begin_result(AsbString *message, AsbSlice id, AsbRevision revision)
{
	begin_answer(message, id);
	asb_string_text(message, ",\"result\":{");
	if (revision >= ASB_REVISION_2026_07)
		asb_string_text(message, "\"resultType\":\"complete\",\"_meta\":{\"" META "serverInfo\":" SERVER_INFO "},");
}

static AsbSlice
id_of(const AsbRequest *request)
{
	return (AsbSlice) {request->id, strlen(request->id)};
}

/* The answer to tools/call or tools/list. */
static void
send_answer(AsbServer *server, AsbRequest *request, AsbAnswer *answer)
{
	AsbString	message = {0};

	begin_result(&message, id_of(request), request->revision);
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
	send_message(server, request->batch, &message);
}

/* The request is not in any list any more. */
static void
forget(AsbServer *server, AsbRequest *request)
{
	server->weight -= request->weight;
	release_batch(server, request->batch);
	asb_request_free(request);
}

static void
answer_and_forget(AsbServer *server, AsbRequest *request, AsbAnswer *answer)
{
	if (!request->cancelled)
		send_answer(server, request, answer);
	asb_answer_free(answer);
	forget(server, request);
}

typedef struct Reason
{
	const char *code;
	const char *before;			/* the sentence about the connection's state */
	const char *after;
} Reason;

static const Reason closed = {"conversation_closed", "This conversation is closed", "Nothing more can be done in it."};
static const Reason refused = {"login_refused", "The database did not let this conversation in",
	"It is closed, has expired, or its credential is wrong."};
static const Reason lost = {"connection_lost", "The connection to the database was lost while the statement ran",
	"It is made again. Whether the statement took effect is not known; a transaction that was open is undone."};
static const Reason transaction_lost = {"transaction_lost", "The connection was lost while a transaction was open",
	"It has been made again, the transaction is undone, and this statement was not run."};
static const Reason unreachable = {"unreachable", "The database cannot be reached",
	"The connection is tried again and again; so can the request be."};

/* Answers without the database: a list as it can be told so, else why not. */
static void
give_up(AsbServer *server, AsbRequest *request, const Reason *why)
{
	AsbAnswer	answer = {0};
	const char *reason = request->lost != NULL && why != &closed ? request->lost :
		server->database.reason != NULL ? server->database.reason : "no connection yet";

	if (request->tool == &asb_tool_list)
		asb_tool_write_list(request, &answer.json);
	else
	{
		char	   *problem = asb_format("%s (%s). %s", why->before, reason, why->after);

		asb_answer_problem(&answer, why->code, problem);
		if (request->call != NULL)
			asb_answer_text(&answer, "id", request->call);
		free(problem);
	}
	answer_and_forget(server, request, &answer);
}

static void
send_progress(AsbServer *server, const AsbRequest *request, int64_t now)
{
	AsbString	message = {0};

	if (request->progress_token == NULL || request->call == NULL)
		return;
	asb_string_format(&message, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":"
					  "{\"progressToken\":%s,\"progress\":%.3f,\"total\":%.3f", request->progress_token,
					  (double) (now - request->wait_from) / 1000, (double) request->wait_ms / 1000);
	if (request->revision >= ASB_REVISION_2025_03)
		asb_string_format(&message, ",\"message\":\"call %s: %s\"", request->call, request->status);
	asb_string_text(&message, "}}");
	send_message(server, NULL, &message);
}

/* ---- turns ---- */

static void
enqueue(AsbServer *server, AsbRequest *request)
{
	request->next = NULL;
	*server->last = request;
	server->last = &request->next;
}

static void
enqueue_first(AsbServer *server, AsbRequest *request)
{
	request->next = server->waiting;
	server->waiting = request;
	if (request->next == NULL)
		server->last = &request->next;
}

static AsbRequest *
dequeue(AsbServer *server, AsbRequest **link)
{
	AsbRequest *request = *link;

	*link = request->next;
	if (server->last == &request->next)
		server->last = link;
	return request;
}

static void
run_next(AsbServer *server)
{
	while (server->waiting != NULL && server->running == NULL && asb_database_ready(&server->database))
	{
		AsbRequest *request = dequeue(server, &server->waiting);

		if (request->lost != NULL)
		{
			give_up(server, request, &lost);
			continue;
		}
		if (server->database.transaction_lost && request->tool != &asb_tool_list)
		{
			server->database.transaction_lost = false;
			give_up(server, request, &transaction_lost);
			continue;
		}
		PQclear(request->result);
		request->result = NULL;
		server->running = request;
		asb_database_send(&server->database, request->sql, request->value_count,
						  (const char *const *) request->values, request->streams);
	}
}

/* Nobody wants the answer any more: what is left to do? */
static void
settle_cancelled(AsbServer *server, AsbRequest *request)
{
	const char *id = request->step == ASB_STEP_FIRST && request->tool == &asb_tool_call ?
		asb_request_field(request, 0) : NULL;

	if (id != NULL && request->call == NULL)
		request->call = asb_strdup(id);
	if (request->tool != &asb_tool_call || request->call == NULL || request->in_transaction ||
		request->step == ASB_STEP_TAKE_BACK)
	{
		forget(server, request);
		return;
	}
	asb_request_statement(request, ASB_STEP_TAKE_BACK, "SELECT agentsandbox.cancel($1)");
	asb_request_value(request, asb_strdup(request->call));
	enqueue_first(server, request);
}

static void
statement_result(void *owner, PGresult *result)
{
	AsbServer  *server = owner;
	AsbRequest *request = server->running;
	ExecStatusType status = PQresultStatus(result);

	if (request->streams && (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK))
		asb_table_add(&request->table, result);
	/* that a COPY was ended is not what the model needs to know */
	if (status == PGRES_SINGLE_TUPLE ||
		(status == PGRES_COMMAND_OK && PQresultStatus(request->result) == PGRES_COPY_OUT))
		PQclear(result);
	else
	{
		PQclear(request->result);
		request->result = result;
	}
}

static void
statement_done(void *owner)
{
	AsbServer  *server = owner;
	AsbRequest *request = server->running;
	AsbAnswer	answer = {0};

	server->running = NULL;
	request->in_transaction = server->database.in_transaction;
	request->notices = server->database.notices.data;
	if (request->cancelled)
		settle_cancelled(server, request);
	else if (request->tool->advance(request, &answer))
	{
		server->over |= server->database.closed && request->tool != &asb_tool_list;
		answer_and_forget(server, request, &answer);
	}
	else
	{
		send_progress(server, request, asb_now_ms());
		enqueue(server, request);
	}
}

/*
 * What can be done again is done again.  The answer to what cannot waits for
 * the next connection, which may tell that the conversation is closed.
 */
static void
statement_lost(void *owner)
{
	AsbServer  *server = owner;
	AsbRequest *request = server->running;

	server->running = NULL;
	if (request->cancelled)
	{
		forget(server, request);
		return;
	}
	if (!request->repeatable)
		request->lost = asb_strdup(server->database.reason);
	enqueue_first(server, request);
}

static const AsbDatabaseEvents database_events = {
	.result = statement_result,
	.done = statement_done,
	.lost = statement_lost,
};

/*
 * Stops a statement that nobody waits for.  The server forgets a cancel request
 * that arrives before the statement itself has, so one may not be enough.
 */
static void
cancel_running(AsbServer *server, int64_t now)
{
	AsbRequest *request = server->running;

	if (request == NULL || !request->cancelled || request->step == ASB_STEP_TAKE_BACK ||
		now < request->cancel_again_at)
		return;
	request->cancel_again_at = now + CANCEL_AGAIN_MS;
	asb_database_cancel(&server->database);
}

/* What cannot have its turn must not wait forever. */
static void
give_up_waiting(AsbServer *server, int64_t now)
{
	AsbRequest **link = &server->waiting;

	if (server->database.down_since == 0 && !server->database.closed)
		return;
	while (*link != NULL)
	{
		AsbRequest *request = *link;

		if (server->database.closed)
		{
			server->over |= request->tool != &asb_tool_list;
			give_up(server, dequeue(server, link), server->database.was_up ? &closed : &refused);
		}
		else if (now - server->database.down_since >= UNREACHABLE_MS &&
				 now - request->received_at >= LEAST_WAIT_MS)
			give_up(server, dequeue(server, link), request->lost != NULL ? &lost : &unreachable);
		else
			link = &request->next;
	}
}

/* ---- methods ---- */

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
	send_error(in->server, in->batch, in->message->id, code, problem, NULL);
}

/* members is what stands in the result object, braces apart. */
static void
succeed(const Incoming *in, const char *members)
{
	AsbString	message = {0};

	begin_result(&message, in->message->id, in->revision);
	asb_string_text(&message, members);
	/* an empty result of the new kind ends in a comma */
	if (message.data[message.length - 1] == ',')
		message.length--;
	asb_string_text(&message, "}}");
	send_message(in->server, in->batch, &message);
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
						  asb_revisions[revision], SERVER_INFO, instructions);
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
					  "{\"_meta\":{\"" META "subscriptionId\":%.*s},\"notifications\":{}}}", (int) id.length, id.text);
	send_message(in->server, NULL, &message);
	begin_answer(&message, id);
	asb_string_format(&message, ",\"result\":{\"resultType\":\"complete\",\"_meta\":{\"" META "subscriptionId\":%.*s}}}",
					  (int) id.length, id.text);
	send_message(in->server, NULL, &message);
}

static bool
is_held(const AsbServer *server, AsbSlice id)
{
	const AsbRequest *request = server->running;

	if (request == NULL || strlen(request->id) != id.length || memcmp(request->id, id.text, id.length) != 0)
	{
		for (request = server->waiting; request != NULL; request = request->next)
		{
			if (strlen(request->id) == id.length && memcmp(request->id, id.text, id.length) == 0)
				break;
		}
	}
	return request != NULL && !request->cancelled;
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
		in->batch->open++;
	in->server->weight += request->weight;
	enqueue(in->server, request);
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
		send_answer(in->server, request, &answer);
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
	send_error(in->server, in->batch, in->message->id, ASB_RPC_UNSUPPORTED_VERSION,
			   "unsupported protocol version", data.data);
	asb_string_free(&data);
}

/* Which revision does this request speak?  False if it was answered here. */
static bool
settle_revision(Incoming *in)
{
	char	   *named = asb_slice_text(asb_slice_member(in->meta, META "protocolVersion"));
	AsbRevision revision = find_revision(named);
	bool		settled = true;

	in->revision = in->server->revision;
	if (named == NULL)
		return true;
	if (revision == ASB_REVISION_2026_07)
	{
		in->revision = revision;
		if (asb_slice_type(asb_slice_member(in->meta, META "clientCapabilities")) != '{')
		{
			fail(in, ASB_RPC_INVALID_PARAMS, "\"" META "clientCapabilities\" must be an object");
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

static void
take_request(AsbServer *server, const AsbMessage *message, AsbBatch *batch)
{
	Incoming	in = {.server = server, .message = message, .batch = batch};
	const Method *method = find_method(message->method);

	in.meta = asb_slice_member(message->params, "_meta");
	if (asb_slice_type(in.meta) != '{')
		in.meta = (AsbSlice) {NULL, 0};
	if (!settle_revision(&in))
		return;
	if (is_held(server, message->id))
		fail(&in, ASB_RPC_INVALID_REQUEST, "\"id\" is that of a request that has not been answered yet");
	else if (method == NULL || in.revision > method->last ||
			 (in.revision < method->first && in.revision != ASB_REVISION_NONE))
		fail(&in, ASB_RPC_METHOD_NOT_FOUND, "there is no such method");
	else if (in.revision < method->first)
		fail(&in, ASB_RPC_INVALID_PARAMS, "neither initialize was called nor does \"_meta\" have a \"" META "protocolVersion\"");
	else
		method->handle(&in);
}

/* ---- notifications ---- */

static void
cancel_request(AsbServer *server, AsbSlice id)
{
	AsbRequest **link = &server->waiting;
	AsbRequest *request = server->running;

	if (id.text == NULL)
		return;
	if (request != NULL && strlen(request->id) == id.length && memcmp(request->id, id.text, id.length) == 0)
	{
		request->cancelled = true;
		return;
	}
	while (*link != NULL &&
		   (strlen((*link)->id) != id.length || memcmp((*link)->id, id.text, id.length) != 0))
		link = &(*link)->next;
	if (*link != NULL && !(*link)->cancelled)
	{
		request = dequeue(server, link);
		request->cancelled = true;
		settle_cancelled(server, request);
	}
}

static void
take_notification(AsbServer *server, const AsbMessage *message)
{
	if (strcmp(message->method, "notifications/cancelled") == 0)
		cancel_request(server, asb_slice_member(message->params, "requestId"));
}

/* ---- messages ---- */

static void
take_message(AsbServer *server, const AsbMessage *message, AsbBatch *batch)
{
	switch (message->kind)
	{
		case ASB_MESSAGE_REQUEST:
			take_request(server, message, batch);
			break;
		case ASB_MESSAGE_NOTIFICATION:
			take_notification(server, message);
			break;
		case ASB_MESSAGE_RESPONSE:
			break;
		case ASB_MESSAGE_BATCH: /* within a batch it is just no object */
		case ASB_MESSAGE_INVALID:
			send_error(server, batch, message->id, message->code, message->problem, NULL);
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
		send_error(server, NULL, (AsbSlice) {NULL, 0}, ASB_RPC_INVALID_REQUEST,
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
	release_batch(server, batch);
}

void
asb_server_line(void *owner, const char *text, size_t length)
{
	AsbServer  *server = owner;
	AsbMessage	message;

	if (text == NULL)
	{
		send_error(server, NULL, (AsbSlice) {NULL, 0}, ASB_RPC_INVALID_REQUEST, "the message is too long", NULL);
		return;
	}
	asb_message_read(text, length, &message);
	if (message.kind == ASB_MESSAGE_BATCH)
		take_batch(server, &message);
	else
		take_message(server, &message, NULL);
}

/* ---- life ---- */

void
asb_server_open(AsbServer *server, const AsbOptions *options, char *token, int fd)
{
	static AsbDatabaseEvents events;

	memset(server, 0, sizeof(*server));
	server->options = *options;
	server->output.fd = fd;
	server->revision = ASB_REVISION_NONE;
	server->last = &server->waiting;
	events = database_events;
	events.owner = server;
	asb_database_open(&server->database, &events, token);
}

void
asb_server_step(AsbServer *server, int64_t now)
{
	asb_database_step(&server->database, now);
	run_next(server);
	cancel_running(server, now);
	give_up_waiting(server, now);
	asb_output_flush(&server->output);
}

int64_t
asb_server_due(const AsbServer *server, int64_t now)
{
	int64_t		due = asb_database_due(&server->database);

	if (server->waiting != NULL && server->running == NULL && now + LOOK_AGAIN_MS < due)
		due = now + LOOK_AGAIN_MS;
	if (server->running != NULL && server->running->cancelled && now + CANCEL_AGAIN_MS < due)
		due = now + CANCEL_AGAIN_MS;
	return due;
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
	if (server->running != NULL)
		enqueue_first(server, server->running);
	server->running = NULL;
	while (server->waiting != NULL)
	{
		AsbRequest *request = dequeue(server, &server->waiting);

		request->cancelled = true;
		forget(server, request);
	}
	asb_string_free(&server->output.waiting);
}
