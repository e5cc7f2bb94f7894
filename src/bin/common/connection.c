/*
 * connection.c
 *		Connecting to the database without blocking, again and again.
 */
#include "bin/common/connection.h"

#include "bin/common/log.h"
#include "bin/common/util.h"

#include <poll.h>
#include <stdlib.h>

#define CONNECT_LIMIT_MS 15000
#define BACKOFF_BASE_MS 200
#define BACKOFF_LIMIT_MS 15000

/* PQconnectPoll() may only be called once the socket is as it asked for. */
static bool
is_ready(const AsbConnection *connection)
{
	struct pollfd socket = {.fd = PQsocket(connection->conn)};

	socket.events = connection->wants_write ? POLLOUT : POLLIN;
	return poll(&socket, 1, 0) != 0;
}

/* What the server says beside results belongs into a log line, not between them. */
static void
log_notice(void *ignored, const PGresult *result)
{
	asb_log_begin(ASB_LOG_WARNING, "database_says");
	asb_log_text("severity", PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED));
	asb_log_text("message", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	asb_log_end();
}

static void
start(AsbConnection *connection, const char *const *keywords, const char *const *values,
	  int64_t now)
{
	connection->conn = PQconnectStartParams(keywords, values, 0);
	PQsetNoticeReceiver(connection->conn, log_notice, NULL);
	connection->state = ASB_CONNECTION_STARTING;
	connection->connect_by = now + CONNECT_LIMIT_MS;
	connection->wants_write = true;
}

bool
asb_connection_step(AsbConnection *connection, const char *const *keywords,
					const char *const *values, int64_t now)
{
	PostgresPollingStatusType status;

	if (connection->state == ASB_CONNECTION_UP)
		return false;
	if (connection->state == ASB_CONNECTION_DOWN)
	{
		if (now >= connection->retry_at)
			start(connection, keywords, values, now);
		if (connection->conn == NULL)
			return false;
		if (PQstatus(connection->conn) == CONNECTION_BAD)
			asb_connection_lost(connection, PQerrorMessage(connection->conn), now);
		return false;
	}

	status = is_ready(connection) ? PQconnectPoll(connection->conn) :
		connection->wants_write ? PGRES_POLLING_WRITING : PGRES_POLLING_READING;
	connection->wants_write = status == PGRES_POLLING_WRITING;
	if (status == PGRES_POLLING_OK)
	{
		connection->state = ASB_CONNECTION_UP;
		connection->failures = 0;
		return true;
	}
	if (status == PGRES_POLLING_FAILED)
		asb_connection_lost(connection, PQerrorMessage(connection->conn), now);
	else if (now >= connection->connect_by)
		asb_connection_lost(connection, "timeout", now);
	return false;
}

void
asb_connection_close(AsbConnection *connection)
{
	if (connection->conn != NULL)
		PQfinish(connection->conn);
	connection->conn = NULL;
	connection->state = ASB_CONNECTION_DOWN;
	connection->wants_write = false;
	connection->retry_at = 0;
}

void
asb_connection_lost(AsbConnection *connection, const char *reason, int64_t now)
{
	int64_t		wait = asb_backoff_ms(connection->failures, BACKOFF_BASE_MS, BACKOFF_LIMIT_MS);

	if (reason != NULL)
	{
		free(connection->reason);
		connection->reason = asb_strdup(reason);
	}
	asb_log_begin(ASB_LOG_WARNING, "database_down");
	asb_log_text("reason", reason);
	asb_log_number("retry_ms", wait);
	asb_log_end();
	asb_connection_close(connection);
	connection->failures++;
	connection->retry_at = now + wait;
}

int
asb_connection_socket(const AsbConnection *connection)
{
	return connection->conn != NULL ? PQsocket(connection->conn) : -1;
}

int64_t
asb_connection_due(const AsbConnection *connection)
{
	switch (connection->state)
	{
		case ASB_CONNECTION_DOWN:
			return connection->retry_at;
		case ASB_CONNECTION_STARTING:
			return connection->connect_by;
		case ASB_CONNECTION_UP:
			break;
	}
	return INT64_MAX;
}
