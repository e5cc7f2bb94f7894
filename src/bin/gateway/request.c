/*
 * request.c
 *		Requests to the database: each kind's SQL statement, and lists of them.
 */
#include "bin/gateway/request.h"

#include "bin/common/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

void
asb_requests_append(AsbRequests *list, AsbRequest *request)
{
	request->next = NULL;
	if (list->last != NULL)
		list->last->next = request;
	else
		list->first = request;
	list->last = request;
}

void
asb_requests_prepend(AsbRequests *list, AsbRequest *request)
{
	request->next = list->first;
	list->first = request;
	if (list->last == NULL)
		list->last = request;
}

AsbRequest *
asb_requests_take(AsbRequests *list)
{
	AsbRequest *request = list->first;

	if (request != NULL)
	{
		list->first = request->next;
		if (list->first == NULL)
			list->last = NULL;
	}
	return request;
}

void
asb_request_free(AsbRequest *request)
{
	PQclear(request->result);
	free(request);
}

AsbRequest *
asb_requests_add(AsbRequests *list, AsbRequestKind kind, AsbCall *call)
{
	AsbRequest *request = asb_alloc_zero(sizeof(*request));

	request->kind = kind;
	request->call = call;
	asb_requests_append(list, request);
	return request;
}

void
asb_requests_remove(AsbRequests *list, const AsbCall *call)
{
	AsbRequests kept = {0};
	AsbRequest *request;

	while ((request = asb_requests_take(list)) != NULL)
	{
		if (request->call == call)
			asb_request_free(request);
		else
			asb_requests_append(&kept, request);
	}
	*list = kept;
}

void
asb_requests_orphan(AsbRequests *list, const AsbCall *call)
{
	for (AsbRequest *request = list->first; request != NULL; request = request->next)
	{
		if (request->call == call)
			request->call = NULL;
	}
}

void
asb_requests_free(AsbRequests *list)
{
	AsbRequest *request;

	while ((request = asb_requests_take(list)) != NULL)
		asb_request_free(request);
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

bool
asb_request_send(PGconn *conn, const AsbConfig *config, const AsbRequest *request)
{
	switch (request->kind)
	{
		case ASB_REQUEST_LISTEN:
			return send_listen(conn);
		case ASB_REQUEST_CLAIM:
			return send_claim(conn, config, request->max);
		case ASB_REQUEST_EXTEND:
			return send_extend(conn, config, request->call);
		case ASB_REQUEST_REPORT:
			return request->call->outcome.response != NULL ?
				send_complete(conn, request->call) : send_fail(conn, request->call);
		case ASB_REQUEST_SYNC:
			break;
	}
	return PQpipelineSync(conn) == 1;
}

/* ---- answers ---- */

void
asb_request_log(const AsbRequest *request, const char *what)
{
	asb_log_begin(ASB_LOG_ERROR, what);
	if (request->call != NULL)
		asb_log_text("call", request->call->id);
	asb_log_text("sqlstate", PQresultErrorField(request->result, PG_DIAG_SQLSTATE));
	asb_log_text("reason", PQresultErrorField(request->result, PG_DIAG_MESSAGE_PRIMARY));
	asb_log_end();
}

AsbCall *
asb_request_call(const AsbRequest *request, int row)
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

/* The database may give less than was asked for. */
void
asb_request_extended(const AsbRequest *request)
{
	long		left = strtol(PQgetvalue(request->result, 0, 0), NULL, 10);

	asb_call_lease(request->call, request->sent_at, left);
}
