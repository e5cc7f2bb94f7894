/*
 * queue.c
 *		Claims, extensions and reports over one pipelined connection.
 *
 * Requests wait in a list.  Sending takes all that are due; reports and
 * extensions sent together share one transaction, so a batch costs one round
 * trip and one commit.  If any of them fails, the database has undone them all:
 * they are sent again, each in a transaction of its own, and only the faulty
 * one suffers.  A claim is always alone.  Nothing is applied before the end of
 * its transaction (the pipeline's synchronization point) has been seen.
 *
 * Bounds: the server ends a statement after 20 s (statement_timeout, set when
 * connecting); a connection that answers nothing for STALL_MS is given up.
 */
#include "bin/gateway/queue.h"

#include "bin/common/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STALL_MS 30000
#define RETRY_MS 1000

/* SQLSTATE of a lease token that is not the current one */
#define STALE_LEASE "AS001"

typedef enum RequestKind
{
	REQUEST_LISTEN,
	REQUEST_CLAIM,
	REQUEST_EXTEND,
	REQUEST_REPORT,
	REQUEST_SYNC				/* only in the list of what was sent */
} RequestKind;

typedef struct Request
{
	struct Request *next;
	RequestKind kind;
	AsbCall    *call;			/* NULL for none, or when it was forgotten */
	int			max;			/* of a claim */
	long		lease_ms;		/* the lease it asks for */
	bool		alone;			/* in a transaction of its own */
	int64_t		not_before;		/* do not send it earlier */
	int64_t		sent_at;
	PGresult   *result;
} Request;

typedef struct RequestList
{
	Request    *first;
	Request    *last;
} RequestList;

struct AsbQueue
{
	AsbConnection connection;
	AsbConfig  *config;			/* held */
	AsbQueueEvents events;
	RequestList waiting;		/* to be sent */
	RequestList sent;			/* no result yet */
	RequestList answered;		/* of the current transaction, its end not yet seen */
	bool		reconnect;		/* the configuration names another database */
	int64_t		heard_at;		/* when the server last said something */
};

/* ---- lists of requests ---- */

static void
append(RequestList *list, Request *request)
{
	request->next = NULL;
	if (list->last != NULL)
		list->last->next = request;
	else
		list->first = request;
	list->last = request;
}

static Request *
take_first(RequestList *list)
{
	Request    *request = list->first;

	if (request != NULL)
	{
		list->first = request->next;
		if (list->first == NULL)
			list->last = NULL;
	}
	return request;
}

static void
free_request(Request *request)
{
	PQclear(request->result);
	free(request);
}

static Request *
add_request(RequestList *list, RequestKind kind, AsbCall *call)
{
	Request    *request = asb_alloc_zero(sizeof(*request));

	request->kind = kind;
	request->call = call;
	append(list, request);
	return request;
}

/* ---- statements ---- */

static bool
send_listen(PGconn *conn)
{
	return PQsendQueryParams(conn, "LISTEN agentsandbox_ready", 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool
send_claim(PGconn *conn, const AsbConfig *config, int max)
{
	static const char sql[] =
		"SELECT id, lease_token, method, arguments, attempt, max_response_bytes,"
		" (1000 * EXTRACT(epoch FROM LEAST(time_limit, CASE WHEN pg_catalog.isfinite(deadline)"
		" THEN deadline - pg_catalog.clock_timestamp() END)))::pg_catalog.int8"
		" FROM agentsandbox.claim($1, $2::pg_catalog.interval, $3)";
	char		max_text[16];
	char		lease[32];
	const char *values[3] = {max_text, lease, config->method_array};

	snprintf(max_text, sizeof(max_text), "%d", max);
	snprintf(lease, sizeof(lease), "%ld milliseconds", config->lease_ms);
	return PQsendQueryParams(conn, sql, 3, NULL, values, NULL, NULL, 0) == 1;
}

static bool
send_extend(PGconn *conn, const AsbConfig *config, const AsbCall *call)
{
	static const char sql[] =
		"SELECT (1000 * EXTRACT(epoch FROM agentsandbox.extend($1::pg_catalog.uuid,"
		" $2::pg_catalog.uuid, $3::pg_catalog.interval) - pg_catalog.clock_timestamp()))::pg_catalog.int8";
	char		lease[32];
	const char *values[3] = {call->id, call->lease_token, lease};

	snprintf(lease, sizeof(lease), "%ld milliseconds", config->lease_ms);
	return PQsendQueryParams(conn, sql, 3, NULL, values, NULL, NULL, 0) == 1;
}

static bool
send_complete(PGconn *conn, const AsbCall *call)
{
	static const char sql[] =
		"SELECT agentsandbox.complete($1::pg_catalog.uuid, $2::pg_catalog.uuid,"
		" $3::pg_catalog.jsonb)";
	const char *values[3] = {call->id, call->lease_token, call->outcome.response};

	return PQsendQueryParams(conn, sql, 3, NULL, values, NULL, NULL, 0) == 1;
}

static bool
send_fail(PGconn *conn, const AsbCall *call)
{
	static const char sql[] =
		"SELECT agentsandbox.fail($1::pg_catalog.uuid, $2::pg_catalog.uuid,"
		" $3::pg_catalog.jsonb, $4::pg_catalog.interval, $5::pg_catalog.bool)";
	const AsbOutcome *outcome = &call->outcome;
	char		error[128];
	char		wait[32];
	const char *values[5] = {call->id, call->lease_token, error, NULL, NULL};

	if (outcome->http_status != 0)
		snprintf(error, sizeof(error), "{\"class\": \"%s\", \"http_status\": %ld}",
				 outcome->error_class, outcome->http_status);
	else
		snprintf(error, sizeof(error), "{\"class\": \"%s\"}", outcome->error_class);
	if (outcome->retry_after > 0)
	{
		snprintf(wait, sizeof(wait), "%ld seconds", outcome->retry_after);
		values[3] = wait;
	}
	values[4] = outcome->final ? "true" : "false";
	return PQsendQueryParams(conn, sql, 5, NULL, values, NULL, NULL, 0) == 1;
}

static bool
send_request(AsbQueue *queue, const Request *request)
{
	PGconn	   *conn = queue->connection.conn;

	switch (request->kind)
	{
		case REQUEST_LISTEN:
			return send_listen(conn);
		case REQUEST_CLAIM:
			return send_claim(conn, queue->config, request->max);
		case REQUEST_EXTEND:
			return send_extend(conn, queue->config, request->call);
		case REQUEST_REPORT:
			return request->call->outcome.response != NULL ?
				send_complete(conn, request->call) : send_fail(conn, request->call);
		case REQUEST_SYNC:
			break;
	}
	return PQpipelineSync(conn) == 1;
}

/* ---- the connection ---- */

/* What was under way is unknown now: reports are given again, the rest is not. */
static void
reclaim_requests(AsbQueue *queue)
{
	RequestList unsettled = {0};
	RequestList *const lists[] = {&queue->answered, &queue->sent, &queue->waiting};
	bool		claim_lost = false;

	for (int i = 0; i < 3; i++)
	{
		Request    *request;

		while ((request = take_first(lists[i])) != NULL)
		{
			PQclear(request->result);
			request->result = NULL;
			if (request->kind == REQUEST_REPORT && request->call != NULL)
			{
				append(&unsettled, request);
				continue;
			}
			if (request->kind == REQUEST_EXTEND && request->call != NULL)
				request->call->extending = false;
			claim_lost |= request->kind == REQUEST_CLAIM;
			free_request(request);
		}
	}
	queue->waiting = unsettled;
	if (claim_lost)
		queue->events.claim_done(queue->events.owner, -1);
}

static void
connection_lost(AsbQueue *queue, const char *reason, int64_t now)
{
	asb_connection_lost(&queue->connection, reason, now);
	reclaim_requests(queue);
}

static void
connection_up(AsbQueue *queue, int64_t now)
{
	PGconn	   *conn = queue->connection.conn;
	Request    *request = asb_alloc_zero(sizeof(*request));

	if (PQsetnonblocking(conn, 1) != 0 || PQenterPipelineMode(conn) != 1)
	{
		free(request);
		connection_lost(queue, PQerrorMessage(conn), now);
		return;
	}
	asb_log_event(ASB_LOG_INFO, "database_up", NULL, NULL);
	/* listening comes first, so that no call can fall between it and the first claim */
	request->kind = REQUEST_LISTEN;
	request->alone = true;
	request->next = queue->waiting.first;
	queue->waiting.first = request;
	if (queue->waiting.last == NULL)
		queue->waiting.last = request;
	queue->heard_at = now;
	queue->events.ready(queue->events.owner);
}

/* ---- answers ---- */

static void
log_refusal(const Request *request, const char *what)
{
	asb_log_begin(ASB_LOG_ERROR, what);
	if (request->call != NULL)
		asb_log_text("call", request->call->id);
	asb_log_text("sqlstate", PQresultErrorField(request->result, PG_DIAG_SQLSTATE));
	asb_log_text("reason", PQresultErrorField(request->result, PG_DIAG_MESSAGE_PRIMARY));
	asb_log_end();
}

static AsbCall *
make_call(const Request *request, int row)
{
	const PGresult *result = request->result;
	AsbCall    *call = asb_alloc_zero(sizeof(*call));

	call->id = asb_strdup(PQgetvalue(result, row, 0));
	call->lease_token = asb_strdup(PQgetvalue(result, row, 1));
	call->method = asb_strdup(PQgetvalue(result, row, 2));
	call->arguments = asb_strdup(PQgetvalue(result, row, 3));
	call->attempt = atoi(PQgetvalue(result, row, 4));
	call->max_response_bytes = PQgetisnull(result, row, 5) ? 64L * 1024 * 1024 :
		strtol(PQgetvalue(result, row, 5), NULL, 10);
	call->time_left_ms = PQgetisnull(result, row, 6) ? 3600L * 1000 :
		strtol(PQgetvalue(result, row, 6), NULL, 10);
	call->claimed_at = request->sent_at;
	asb_call_lease(call, request->sent_at, request->lease_ms);
	return call;
}

static void
claim_answered(AsbQueue *queue, Request *request, bool failed)
{
	int			count = -1;

	if (!failed)
	{
		count = PQntuples(request->result);
		for (int row = 0; row < count; row++)
			queue->events.claimed(queue->events.owner, make_call(request, row));
	}
	else
		log_refusal(request, "claim_refused");
	queue->events.claim_done(queue->events.owner, count);
}

/* An extension or report that failed though it was alone. */
static void
call_refused(AsbQueue *queue, Request *request, int64_t now)
{
	const char *state = PQresultErrorField(request->result, PG_DIAG_SQLSTATE);
	AsbCall    *call = request->call;
	Request    *again;

	if (state != NULL && strcmp(state, STALE_LEASE) == 0)
	{
		queue->events.lost(queue->events.owner, call, "lease is over");
		return;
	}
	log_refusal(request, request->kind == REQUEST_EXTEND ? "extend_refused" : "report_refused");
	if (request->kind == REQUEST_EXTEND)
		return;					/* asked again in time by the owner */
	if (now >= call->lease_until)
	{
		queue->events.lost(queue->events.owner, call, "report was refused");
		return;
	}
	again = add_request(&queue->waiting, REQUEST_REPORT, call);
	again->alone = true;
	again->not_before = now + RETRY_MS;

	/* the response itself is what the database cannot take: data or limits */
	if (call->outcome.response != NULL && state != NULL &&
		(strncmp(state, "22", 2) == 0 || strncmp(state, "54", 2) == 0))
	{
		asb_outcome_fail(call, "invalid_json", true);
		again->not_before = 0;
	}
}

/* The database may give less than was asked for. */
static void
lease_extended(const Request *request)
{
	long		left = strtol(PQgetvalue(request->result, 0, 0), NULL, 10);

	asb_call_lease(request->call, request->sent_at, left);
}

/* The transaction of this request is over; failed tells that it was undone. */
static void
settle(AsbQueue *queue, Request *request, bool failed, int64_t now)
{
	if (request->kind == REQUEST_LISTEN)
	{
		if (failed)
			log_refusal(request, "listen_refused");
		return;
	}
	if (request->kind == REQUEST_CLAIM)
	{
		claim_answered(queue, request, failed);
		return;
	}
	if (request->call == NULL)
		return;
	if (request->kind == REQUEST_EXTEND)
		request->call->extending = false;
	if (failed && !request->alone)
	{
		add_request(&queue->waiting, request->kind, request->call)->alone = true;
		request->call->extending = request->kind == REQUEST_EXTEND || request->call->extending;
	}
	else if (failed)
		call_refused(queue, request, now);
	else if (request->kind == REQUEST_EXTEND)
		lease_extended(request);
	else
		queue->events.reported(queue->events.owner, request->call,
							   PQgetvalue(request->result, 0, 0));
}

/* A synchronization point: all answers since the last one count now. */
static void
transaction_over(AsbQueue *queue, bool failed, int64_t now)
{
	Request    *request;

	for (request = queue->answered.first; request != NULL; request = request->next)
	{
		ExecStatusType status = PQresultStatus(request->result);

		failed |= status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
	}
	while ((request = take_first(&queue->answered)) != NULL)
	{
		settle(queue, request, failed, now);
		free_request(request);
	}
}

/* Takes in all results that have arrived. */
static void
receive(AsbQueue *queue, int64_t now)
{
	PGconn	   *conn = queue->connection.conn;
	bool		sync_failed = false;

	while (queue->sent.first != NULL && !PQisBusy(conn))
	{
		Request    *head = queue->sent.first;
		PGresult   *result = PQgetResult(conn);

		if (result != NULL)
			queue->heard_at = now;
		if (result == NULL)
		{
			/* the end of the results of one statement */
			if (head->kind == REQUEST_SYNC || head->result == NULL)
				return;
			append(&queue->answered, take_first(&queue->sent));
		}
		else if (head->kind == REQUEST_SYNC)
		{
			/* an error here is one of the commit itself */
			if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
			{
				free_request(take_first(&queue->sent));
				transaction_over(queue, sync_failed, now);
				sync_failed = false;
			}
			else
				sync_failed = true;
			PQclear(result);
		}
		else
		{
			PQclear(head->result);
			head->result = result;
		}
	}
}

static void
take_notifications(AsbQueue *queue)
{
	PGnotify   *notify;
	bool		any = false;

	while ((notify = PQnotifies(queue->connection.conn)) != NULL)
	{
		any = true;
		PQfreemem(notify);
	}
	if (any)
		queue->events.ready(queue->events.owner);
}

/* Sends all that is due; false when the connection is of no use any more. */
static bool
send_waiting(AsbQueue *queue, int64_t now)
{
	RequestList later = {0};
	Request    *request;
	bool		open = false;	/* a shared transaction has begun */
	bool		ok = true;

	if (queue->sent.first == NULL)
		queue->heard_at = now;
	while ((request = take_first(&queue->waiting)) != NULL)
	{
		bool		alone = request->alone || request->kind == REQUEST_CLAIM;

		if (!ok || request->not_before > now)
		{
			append(&later, request);
			continue;
		}
		if (alone && open)
		{
			ok &= send_request(queue, add_request(&queue->sent, REQUEST_SYNC, NULL));
			open = false;
		}
		request->sent_at = now;
		request->lease_ms = queue->config->lease_ms;
		append(&queue->sent, request);
		ok &= send_request(queue, request);
		if (alone)
			ok &= send_request(queue, add_request(&queue->sent, REQUEST_SYNC, NULL));
		else
			open = true;
	}
	if (open)
		ok &= send_request(queue, add_request(&queue->sent, REQUEST_SYNC, NULL));
	queue->waiting = later;
	return ok;
}

/* A report cannot wait longer than its lease when there is nobody to take it. */
static void
drop_overdue_reports(AsbQueue *queue, int64_t now)
{
	Request    *request = queue->waiting.first;

	while (request != NULL)
	{
		if (request->kind == REQUEST_REPORT && now >= request->call->lease_until)
		{
			/* the owner forgets the call, which changes the list */
			queue->events.lost(queue->events.owner, request->call, "lease is over");
			request = queue->waiting.first;
		}
		else
			request = request->next;
	}
}

void
asb_queue_step(AsbQueue *queue, int64_t now)
{
	AsbConnection *connection = &queue->connection;
	int			unsent;

	if (queue->reconnect)
	{
		asb_connection_close(connection);
		reclaim_requests(queue);
		queue->reconnect = false;
	}
	if (asb_connection_step(connection, queue->config->keywords,
							(const char *const *) queue->config->values, now))
		connection_up(queue, now);
	if (connection->state != ASB_CONNECTION_UP)
	{
		drop_overdue_reports(queue, now);
		return;
	}

	if (PQconsumeInput(connection->conn) != 1)
	{
		connection_lost(queue, PQerrorMessage(connection->conn), now);
		return;
	}
	receive(queue, now);
	take_notifications(queue);
	if (PQstatus(connection->conn) != CONNECTION_OK || !send_waiting(queue, now) ||
		(unsent = PQflush(connection->conn)) < 0)
	{
		connection_lost(queue, PQerrorMessage(connection->conn), now);
		return;
	}
	connection->wants_write = unsent > 0;
	if (queue->sent.first != NULL && now - queue->heard_at > STALL_MS)
		connection_lost(queue, "no answer", now);
}

/* ---- for the owner ---- */

AsbQueue *
asb_queue_open(const AsbQueueEvents *events, AsbConfig *config)
{
	AsbQueue   *queue = asb_alloc_zero(sizeof(*queue));

	queue->events = *events;
	queue->config = asb_config_hold(config);
	return queue;
}

void
asb_queue_close(AsbQueue *queue)
{
	RequestList *const lists[] = {&queue->answered, &queue->sent, &queue->waiting};

	for (int i = 0; i < 3; i++)
	{
		Request    *request;

		while ((request = take_first(lists[i])) != NULL)
			free_request(request);
	}
	asb_connection_close(&queue->connection);
	free(queue->connection.reason);
	asb_config_release(queue->config);
	free(queue);
}

void
asb_queue_configure(AsbQueue *queue, AsbConfig *config)
{
	queue->reconnect |= !asb_config_same_database(queue->config, config);
	asb_config_hold(config);
	asb_config_release(queue->config);
	queue->config = config;
}

bool
asb_queue_is_up(const AsbQueue *queue)
{
	return queue->connection.state == ASB_CONNECTION_UP;
}

void
asb_queue_claim(AsbQueue *queue, int max)
{
	add_request(&queue->waiting, REQUEST_CLAIM, NULL)->max = max;
}

void
asb_queue_extend(AsbQueue *queue, AsbCall *call)
{
	call->extending = true;
	add_request(&queue->waiting, REQUEST_EXTEND, call);
}

void
asb_queue_report(AsbQueue *queue, AsbCall *call)
{
	add_request(&queue->waiting, REQUEST_REPORT, call);
}

void
asb_queue_forget(AsbQueue *queue, const AsbCall *call)
{
	RequestList kept = {0};
	Request    *request;

	while ((request = take_first(&queue->waiting)) != NULL)
	{
		if (request->call == call)
			free_request(request);
		else
			append(&kept, request);
	}
	queue->waiting = kept;

	/* what was sent must stay in line for its answer */
	for (request = queue->sent.first; request != NULL; request = request->next)
	{
		if (request->call == call)
			request->call = NULL;
	}
	for (request = queue->answered.first; request != NULL; request = request->next)
	{
		if (request->call == call)
			request->call = NULL;
	}
}

int
asb_queue_socket(const AsbQueue *queue, bool *for_writing)
{
	*for_writing = queue->connection.wants_write;
	return asb_connection_socket(&queue->connection);
}

int64_t
asb_queue_due(const AsbQueue *queue)
{
	int64_t		due = asb_connection_due(&queue->connection);

	if (queue->connection.state == ASB_CONNECTION_UP && queue->sent.first != NULL)
		due = queue->heard_at + STALL_MS + 1;
	for (const Request *request = queue->waiting.first; request != NULL; request = request->next)
	{
		int64_t		then = queue->connection.state == ASB_CONNECTION_UP ? request->not_before :
			request->kind == REQUEST_REPORT ? request->call->lease_until : INT64_MAX;

		if (then < due)
			due = then;
	}
	return due;
}
