/*
 * turns.c
 *		Requests that need the database take turns on the one connection.
 */
#include "bin/mcp/turns.h"

#include "bin/mcp/reply.h"
#include "bin/mcp/tool.h"

#include <stdlib.h>
#include <string.h>

/* How long the database may be away before requests are told, and they wait at least. */
#define UNREACHABLE_MS 10000
#define LEAST_WAIT_MS 2000
#define LOOK_AGAIN_MS 250
#define CANCEL_AGAIN_MS 100

/* The request is not in any list any more. */
static void
forget(AsbServer *server, AsbRequest *request)
{
	server->weight -= request->weight;
	asb_batch_release(server, request->batch);
	asb_request_free(request);
}

static void
answer_and_forget(AsbServer *server, AsbRequest *request, AsbAnswer *answer)
{
	if (!request->cancelled)
		asb_reply_answer(server, request, answer);
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
	asb_reply_send(server, NULL, &message);
}

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
	while (server->waiting != NULL && server->running == NULL &&
		   asb_database_ready(&server->database) && !asb_output_full(&server->output))
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

void
asb_turns_events(AsbServer *server, AsbDatabaseEvents *events)
{
	*events = (AsbDatabaseEvents) {
		.owner = server,
		.result = statement_result,
		.done = statement_done,
		.lost = statement_lost,
	};
}

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

static bool
has_id(const AsbRequest *request, AsbSlice id)
{
	return strlen(request->id) == id.length && memcmp(request->id, id.text, id.length) == 0;
}

bool
asb_turns_hold(const AsbServer *server, AsbSlice id)
{
	const AsbRequest *request = server->running;

	if (request == NULL || !has_id(request, id))
	{
		for (request = server->waiting; request != NULL; request = request->next)
		{
			if (has_id(request, id))
				break;
		}
	}
	return request != NULL && !request->cancelled;
}

void
asb_turns_cancel(AsbServer *server, AsbSlice id)
{
	AsbRequest **link = &server->waiting;
	AsbRequest *request = server->running;

	if (id.text == NULL)
		return;
	if (request != NULL && has_id(request, id))
	{
		request->cancelled = true;
		return;
	}
	while (*link != NULL && !has_id(*link, id))
		link = &(*link)->next;
	if (*link != NULL && !(*link)->cancelled)
	{
		request = dequeue(server, link);
		request->cancelled = true;
		settle_cancelled(server, request);
	}
}

void
asb_turns_add(AsbServer *server, AsbRequest *request)
{
	server->weight += request->weight;
	enqueue(server, request);
}

void
asb_turns_step(AsbServer *server, int64_t now)
{
	run_next(server);
	cancel_running(server, now);
	give_up_waiting(server, now);
}

int64_t
asb_turns_due(const AsbServer *server, int64_t now)
{
	int64_t		due = INT64_MAX;

	if (server->waiting != NULL && server->running == NULL)
		due = now + LOOK_AGAIN_MS;
	if (server->running != NULL && server->running->cancelled && now + CANCEL_AGAIN_MS < due)
		due = now + CANCEL_AGAIN_MS;
	return due;
}

void
asb_turns_close(AsbServer *server)
{
	if (server->running != NULL)
		enqueue_first(server, server->running);
	server->running = NULL;
	while (server->waiting != NULL)
	{
		AsbRequest *request = dequeue(server, &server->waiting);

		request->cancelled = true;
		forget(server, request);
	}
}
