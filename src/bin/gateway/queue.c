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
#include "bin/gateway/request.h"

#include <stdlib.h>
#include <string.h>

#define STALL_MS 30000
#define RETRY_MS 1000
#define MIN_RETRY_MS 100
#define LISTEN_AGAIN_MS 5000

/* SQLSTATE of a lease token that is not the current one */
#define STALE_LEASE "AS001"

struct AsbQueue
{
	AsbConnection connection;
	AsbConfig  *config;			/* held */
	AsbQueueEvents events;
	AsbRequests waiting;		/* to be sent */
	AsbRequests sent;			/* no result yet */
	AsbRequests answered;		/* of the current transaction, its end not yet seen */
	bool		reconnect;		/* the configuration names another database */
	int64_t		heard_at;		/* when the server last said something */
};

/* ---- the connection ---- */

/* What was under way is unknown now: reports are given again, the rest is not. */
static void
reclaim_requests(AsbQueue *queue)
{
	AsbRequests unsettled = {0};
	AsbRequests *const lists[] = {&queue->answered, &queue->sent, &queue->waiting};
	bool		claim_lost = false;

	for (int i = 0; i < 3; i++)
	{
		AsbRequest *request;

		while ((request = asb_requests_take(lists[i])) != NULL)
		{
			PQclear(request->result);
			request->result = NULL;
			if (request->kind == ASB_REQUEST_REPORT && request->call != NULL)
			{
				asb_requests_append(&unsettled, request);
				continue;
			}
			if (request->kind == ASB_REQUEST_EXTEND && request->call != NULL)
				request->call->extending = false;
			claim_lost |= request->kind == ASB_REQUEST_CLAIM;
			asb_request_free(request);
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
	AsbRequest *request = asb_alloc_zero(sizeof(*request));

	if (PQsetnonblocking(conn, 1) != 0 || PQenterPipelineMode(conn) != 1)
	{
		free(request);
		connection_lost(queue, PQerrorMessage(conn), now);
		return;
	}
	asb_log_event(ASB_LOG_INFO, "database_up", NULL, NULL);
	/* listening comes first, so that no call can fall between it and the first claim */
	request->kind = ASB_REQUEST_LISTEN;
	request->alone = true;
	asb_requests_prepend(&queue->waiting, request);
	queue->heard_at = now;
	queue->events.ready(queue->events.owner);
}

/* ---- answers ---- */

static void
claim_answered(AsbQueue *queue, AsbRequest *request, bool failed)
{
	int			count = -1;

	if (!failed)
	{
		count = PQntuples(request->result);
		for (int row = 0; row < count; row++)
			queue->events.claimed(queue->events.owner, asb_request_call(request, row));
	}
	else
		asb_request_log(request, "claim_refused");
	queue->events.claim_done(queue->events.owner, count);
}

/* When to ask again: while the lease lasts, soon enough for it. */
static int64_t
again_at(const AsbCall *call, int64_t now)
{
	int64_t		wait = (call->lease_until - now) / 2;

	if (wait <= 0 || wait > RETRY_MS)
		return now + RETRY_MS;
	return now + (wait > MIN_RETRY_MS ? wait : MIN_RETRY_MS);
}

/* An extension or report that failed though it was alone. */
static void
call_refused(AsbQueue *queue, AsbRequest *request, int64_t now)
{
	const char *state = PQresultErrorField(request->result, PG_DIAG_SQLSTATE);
	AsbCall    *call = request->call;
	AsbRequest *again;

	if (state != NULL && strcmp(state, STALE_LEASE) == 0)
	{
		queue->events.lost(queue->events.owner, call, "lease is over");
		return;
	}
	asb_request_log(request, request->kind == ASB_REQUEST_EXTEND ? "extend_refused" : "report_refused");
	if (request->kind == ASB_REQUEST_EXTEND)
	{
		call->extend_at = again_at(call, now);	/* then the owner asks again */
		return;
	}
	if (now >= call->lease_until)
	{
		queue->events.lost(queue->events.owner, call, "report was refused");
		return;
	}
	again = asb_requests_add(&queue->waiting, ASB_REQUEST_REPORT, call);
	again->alone = true;
	again->not_before = again_at(call, now);

	/* the response itself is what the database cannot take: data or limits */
	if (call->outcome.response != NULL && state != NULL &&
		(strncmp(state, "22", 2) == 0 || strncmp(state, "54", 2) == 0))
	{
		asb_outcome_fail(call, "invalid_json", true);
		again->not_before = 0;
	}
}

/* A standby cannot be listened to, until it is promoted. */
static void
listen_answered(AsbQueue *queue, AsbRequest *request, bool failed, int64_t now)
{
	if (failed)
	{
		AsbRequest *again = asb_requests_add(&queue->waiting, ASB_REQUEST_LISTEN, NULL);

		asb_request_log(request, "listen_refused");
		again->alone = true;
		again->not_before = now + LISTEN_AGAIN_MS;
	}
	else if (request->not_before != 0)
		queue->events.ready(queue->events.owner);	/* nobody has told of what came before */
}

/* The transaction of this request is over; failed tells that it was undone. */
static void
settle(AsbQueue *queue, AsbRequest *request, bool failed, int64_t now)
{
	if (request->kind == ASB_REQUEST_LISTEN)
	{
		listen_answered(queue, request, failed, now);
		return;
	}
	if (request->kind == ASB_REQUEST_CLAIM)
	{
		claim_answered(queue, request, failed);
		return;
	}
	if (request->call == NULL)
		return;
	if (request->kind == ASB_REQUEST_EXTEND)
		request->call->extending = false;
	if (failed && !request->alone)
	{
		asb_requests_add(&queue->waiting, request->kind, request->call)->alone = true;
		request->call->extending = request->kind == ASB_REQUEST_EXTEND || request->call->extending;
	}
	else if (failed)
		call_refused(queue, request, now);
	else if (request->kind == ASB_REQUEST_EXTEND)
		asb_request_extended(request);
	else
		queue->events.reported(queue->events.owner, request->call,
							   PQgetvalue(request->result, 0, 0));
}

/* A synchronization point: all answers since the last one count now. */
static void
transaction_over(AsbQueue *queue, bool failed, int64_t now)
{
	AsbRequest *request;

	for (request = queue->answered.first; request != NULL; request = request->next)
	{
		ExecStatusType status = PQresultStatus(request->result);

		failed |= status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
	}
	while ((request = asb_requests_take(&queue->answered)) != NULL)
	{
		settle(queue, request, failed, now);
		asb_request_free(request);
	}
}

/* Takes in all results that have arrived. */
static void
receive(AsbQueue *queue, int64_t now)
{
	PGconn	   *conn = queue->connection.conn;

	while (queue->sent.first != NULL && !PQisBusy(conn))
	{
		AsbRequest *head = queue->sent.first;
		PGresult   *result = PQgetResult(conn);

		if (result != NULL)
			queue->heard_at = now;
		if (result == NULL)
		{
			/* the end of the results of one statement */
			if (head->kind == ASB_REQUEST_SYNC || head->result == NULL)
				return;
			asb_requests_append(&queue->answered, asb_requests_take(&queue->sent));
		}
		else if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
		{
			/* an error that came before, maybe long before, is one of the commit itself */
			bool		failed = head->result != NULL;

			PQclear(result);
			if (failed)
				asb_request_log(head, "commit_refused");
			asb_request_free(asb_requests_take(&queue->sent));
			transaction_over(queue, failed, now);
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

static bool
send_sync(AsbQueue *queue)
{
	return asb_request_send(queue->connection.conn, queue->config,
							asb_requests_add(&queue->sent, ASB_REQUEST_SYNC, NULL));
}

/* Sends all that is due; false when the connection is of no use any more. */
static bool
send_waiting(AsbQueue *queue, int64_t now)
{
	AsbRequests later = {0};
	AsbRequest *request;
	bool		open = false;	/* a shared transaction has begun */
	bool		ok = true;

	if (queue->sent.first == NULL)
		queue->heard_at = now;
	while ((request = asb_requests_take(&queue->waiting)) != NULL)
	{
		bool		alone = request->alone || request->kind == ASB_REQUEST_CLAIM;

		if (!ok || request->not_before > now)
		{
			asb_requests_append(&later, request);
			continue;
		}
		if (alone && open)
		{
			ok &= send_sync(queue);
			open = false;
		}
		request->sent_at = now;
		request->lease_ms = queue->config->lease_ms;
		asb_requests_append(&queue->sent, request);
		ok &= asb_request_send(queue->connection.conn, queue->config, request);
		if (alone)
			ok &= send_sync(queue);
		else
			open = true;
	}
	if (open)
		ok &= send_sync(queue);
	queue->waiting = later;
	return ok;
}

/* A report cannot wait longer than its lease when there is nobody to take it. */
static void
drop_overdue_reports(AsbQueue *queue, int64_t now)
{
	AsbRequest *request = queue->waiting.first;

	while (request != NULL)
	{
		if (request->kind == ASB_REQUEST_REPORT && now >= request->call->lease_until)
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
	asb_requests_free(&queue->waiting);
	asb_requests_free(&queue->sent);
	asb_requests_free(&queue->answered);
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
	asb_requests_add(&queue->waiting, ASB_REQUEST_CLAIM, NULL)->max = max;
}

void
asb_queue_extend(AsbQueue *queue, AsbCall *call)
{
	call->extending = true;
	asb_requests_add(&queue->waiting, ASB_REQUEST_EXTEND, call);
}

void
asb_queue_report(AsbQueue *queue, AsbCall *call)
{
	asb_requests_add(&queue->waiting, ASB_REQUEST_REPORT, call);
}

void
asb_queue_forget(AsbQueue *queue, const AsbCall *call)
{
	asb_requests_remove(&queue->waiting, call);
	/* what was sent must stay in line for its answer */
	asb_requests_orphan(&queue->sent, call);
	asb_requests_orphan(&queue->answered, call);
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
	for (const AsbRequest *request = queue->waiting.first; request != NULL; request = request->next)
	{
		int64_t		then = queue->connection.state == ASB_CONNECTION_UP ? request->not_before :
			request->kind == ASB_REQUEST_REPORT ? request->call->lease_until : INT64_MAX;

		if (then < due)
			due = then;
	}
	return due;
}
