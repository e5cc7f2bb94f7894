/*
 * database.c
 *		Connection, entry and statements.
 *
 * The conversation is over when a login or an entry is refused, or a statement
 * is because of it (ASB_SQLSTATE_CLOSED).  Everything else that breaks a
 * connection or an entry may pass, so it is tried again.
 */
#include "bin/mcp/database.h"

#include "bin/common/log.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASB_SQLSTATE_CLOSED "AS003"
#define MAX_NOTICES 4000

/* How long a server may take to hear a cancel request, and how often to look whether it has */
#define CANCEL_SECONDS 10
#define CANCEL_LOOK_MS 10

/* The login gate of the server lets these in. */
static const char *const keywords[] = {"client_encoding", "fallback_application_name", NULL};
static const char *const values[] = {"UTF8", "agentsandbox-mcp", NULL};

static void
set_reason(AsbDatabase *database, const char *reason)
{
	free(database->reason);
	database->reason = asb_strndup(reason, strcspn(reason, "\n"));
}

static void
conversation_over(AsbDatabase *database, const char *reason)
{
	set_reason(database, reason);
	database->closed = true;
	asb_log_event(ASB_LOG_WARNING, "conversation_closed", "reason", database->reason);
}

/*
 * Finds the SQLSTATE in a message of PQERRORS_VERBOSE, "FATAL:  28P01: text":
 * libpq has no other way to tell it for a connection that was not made.  The
 * word before may be translated.
 */
static const char *
find_sqlstate(const char *message)
{
	for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  "))
	{
		size_t		length = 0;

		at += 3;
		while (length < 5 && isalnum((unsigned char) at[length]))
			length++;
		if (length == 5 && at[5] == ':' && at[6] == ' ')
			return at;
	}
	return NULL;
}

/* After a try to connect has failed: is there any use in another? */
static void
judge_failure(AsbDatabase *database)
{
	const char *message = database->connection.reason ? database->connection.reason : "connection lost";
	const char *sqlstate = find_sqlstate(message);

	if (sqlstate != NULL && strncmp(sqlstate, "28", 2) == 0)
		conversation_over(database, sqlstate + 7);
	else
		set_reason(database, sqlstate != NULL ? sqlstate + 7 : message);
}

static void
lost(AsbDatabase *database, const char *reason, int64_t now)
{
	bool		was_busy = database->busy;
	bool		was_usable = database->down_since == 0;

	if (database->canceller != 0)
	{
		kill(database->canceller, SIGKILL);
		waitpid(database->canceller, NULL, 0);
		database->canceller = 0;
	}
	if (database->in_transaction && !was_busy)
		database->transaction_lost = true;
	set_reason(database, database->fatal != NULL ? database->fatal : reason);
	asb_connection_lost(&database->connection, database->reason, now);
	/* an idle session may end by the profile's limits: that is no failure yet */
	if (!was_busy && was_usable)
		database->connection.retry_at = now;
	free(database->fatal);
	database->fatal = NULL;
	database->entering = database->busy = database->in_transaction = false;
	if (was_usable)
		database->down_since = now;
	if (was_busy)
		database->events->lost(database->events->owner);
}

/* What the server says beside results. */
static void
take_notice(void *argument, const PGresult *result)
{
	AsbDatabase *database = argument;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (severity == NULL || message == NULL)
		return;
	if (strcmp(severity, "FATAL") == 0)
	{
		free(database->fatal);
		database->fatal = asb_strdup(message);
	}
	else if (database->notices.length < MAX_NOTICES)
	{
		asb_string_format(&database->notices, "%s: %.*s\n", severity,
						  (int) strcspn(message, "\n"), message);
	}
}

static void
flush(AsbDatabase *database)
{
	AsbConnection *connection = &database->connection;
	int			left = PQflush(connection->conn);

	connection->wants_write = left > 0;
}

void
asb_database_send(AsbDatabase *database, const char *sql, int count,
				  const char *const *parameters, bool single_rows)
{
	PGconn	   *conn = database->connection.conn;

	asb_string_reset(&database->notices);
	database->busy = true;
	/* a failure shows when the next step reads */
	if (PQsendQueryParams(conn, sql, count, NULL, parameters, NULL, NULL, 0) && single_rows)
		PQsetSingleRowMode(conn);
	flush(database);
}

static void
became_usable(AsbDatabase *database)
{
	database->entering = false;
	database->was_up = true;
	database->connection.failures = 0;
	database->down_since = 0;
	asb_log_event(ASB_LOG_INFO, "connected", NULL, NULL);
}

static void
connected(AsbDatabase *database)
{
	PGconn	   *conn = database->connection.conn;
	const char *parameters[] = {database->token};

	PQsetnonblocking(conn, 1);
	PQsetNoticeReceiver(conn, take_notice, database);
	if (database->token == NULL)
	{
		became_usable(database);
		return;
	}
	database->entering = true;
	PQsendQueryParams(conn, "SELECT agentsandbox.enter($1)", 1, NULL, parameters, NULL, NULL, 0);
	flush(database);
}

/* Is it the server that cannot, for now: its resources, its end, a cancel, a conflict? */
static bool
may_pass(const PGresult *result)
{
	static const char *const classes[] = {"08", "40", "53", "55P03", "57", "58"};
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	for (size_t i = 0; sqlstate != NULL && i < sizeof(classes) / sizeof(classes[0]); i++)
	{
		if (strncmp(sqlstate, classes[i], strlen(classes[i])) == 0)
			return true;
	}
	return sqlstate == NULL;
}

/* A result of agentsandbox.enter(). */
static void
take_entry(AsbDatabase *database, PGresult *result)
{
	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
	{
		const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

		if (may_pass(result))
		{
			free(database->fatal);
			database->fatal = asb_strdup(message ? message : "connection lost");
		}
		else
			conversation_over(database, message ? message : "the token was refused");
	}
	PQclear(result);
}

/*
 * COPY cannot be spoken through a tool: end it so that the statement ends.
 * False while there is more to throw away.
 */
static bool
end_copy(PGconn *conn, ExecStatusType status)
{
	char	   *row;
	int			length;

	if (status != PGRES_COPY_OUT)
		return PQputCopyEnd(conn, "COPY FROM STDIN is not possible through this tool") != 0;
	while ((length = PQgetCopyData(conn, &row, 1)) > 0)
		PQfreemem(row);
	return length < 0;
}

static void
take_result(AsbDatabase *database, PGresult *result)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (severity != NULL && strcmp(severity, "FATAL") == 0)
	{
		/* the end of the connection follows */
		free(database->fatal);
		database->fatal = asb_strdup(message ? message : "the server ended the session");
		PQclear(result);
		return;
	}
	if (sqlstate != NULL && strcmp(sqlstate, ASB_SQLSTATE_CLOSED) == 0)
		conversation_over(database, message ? message : "the conversation is closed");
	database->events->result(database->events->owner, result);
}

/* Takes all results that have arrived. */
static void
take_results(AsbDatabase *database)
{
	PGconn	   *conn = database->connection.conn;

	while ((database->busy || database->entering) && !PQisBusy(conn))
	{
		PGresult   *result = PQgetResult(conn);
		ExecStatusType status;

		if (PQstatus(conn) == CONNECTION_BAD)
		{
			PQclear(result);
			return;
		}
		if (result == NULL)
		{
			database->in_transaction = PQtransactionStatus(conn) != PQTRANS_IDLE;
			if (database->entering)
			{
				database->entering = false;
				if (!database->closed && database->fatal == NULL)
					became_usable(database);
				return;
			}
			database->busy = false;
			database->events->done(database->events->owner);
			return;
		}
		status = PQresultStatus(result);
		if (database->entering)
			take_entry(database, result);
		else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
		{
			database->events->result(database->events->owner, result);
			if (!end_copy(conn, status))
				return;
		}
		else
			take_result(database, result);
	}
}

/* False if the server has not heard a cancel request in time, and may do so any time later. */
static bool
cancel_is_heard(AsbDatabase *database)
{
	int			status;

	if (database->canceller == 0 || waitpid(database->canceller, &status, WNOHANG) == 0)
		return true;
	database->canceller = 0;
	return WIFEXITED(status);
}

void
asb_database_step(AsbDatabase *database, int64_t now)
{
	AsbConnection *connection = &database->connection;

	if (database->closed)
	{
		asb_connection_close(connection);
		return;
	}
	if (connection->state != ASB_CONNECTION_UP)
	{
		int			failures = connection->failures;

		if (asb_connection_step(connection, keywords, values, now))
		{
			/* what is not entered yet has not succeeded */
			connection->failures = failures;
			connected(database);
		}
		else if (connection->failures > failures)
			judge_failure(database);
		else if (connection->state == ASB_CONNECTION_STARTING)
			PQsetErrorVerbosity(connection->conn, PQERRORS_VERBOSE);
		return;
	}
	if (connection->wants_write)
		flush(database);
	if (PQconsumeInput(connection->conn))
	{
		/* looks at what came unasked: notices, and the server's last words */
		(void) PQisBusy(connection->conn);
		take_results(database);
	}
	if (!cancel_is_heard(database))
		lost(database, "the server does not hear a cancel request", now);
	else if (PQstatus(connection->conn) == CONNECTION_BAD ||
			 (database->fatal != NULL && !database->busy && !database->entering))
		lost(database, PQerrorMessage(connection->conn), now);
}

bool
asb_database_ready(const AsbDatabase *database)
{
	return database->connection.state == ASB_CONNECTION_UP && !database->closed &&
		!database->entering && !database->busy && database->canceller == 0;
}

/* In a process of its own, since libpq waits for the server. */
static void
send_cancel(PGconn *conn)
{
	char		problem[256] = "";
	PGcancel   *cancel = PQgetCancel(conn);
	bool		heard;

	/* whoever waits for our end must not wait for this */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(PQsocket(conn));
	signal(SIGALRM, SIG_DFL);
	alarm(CANCEL_SECONDS);
	heard = cancel != NULL && PQcancel(cancel, problem, sizeof(problem)) != 0;
	if (!heard)
		asb_log_event(ASB_LOG_WARNING, "cancel_failed", "reason", problem);
	_exit(heard ? 0 : 1);
}

void
asb_database_cancel(AsbDatabase *database)
{
	pid_t		child;

	if (!database->busy || database->canceller != 0)
		return;
	child = fork();
	if (child == 0)
		send_cancel(database->connection.conn);
	else if (child > 0)
		database->canceller = child;
	else
		asb_log_event(ASB_LOG_WARNING, "cancel_failed", "reason", "no process can be made");
}

int
asb_database_socket(const AsbDatabase *database, bool *for_writing)
{
	*for_writing = database->connection.wants_write;
	return asb_connection_socket(&database->connection);
}

int64_t
asb_database_due(const AsbDatabase *database)
{
	if (database->closed)
		return INT64_MAX;
	if (database->canceller != 0)
		return asb_now_ms() + CANCEL_LOOK_MS;
	return asb_connection_due(&database->connection);
}

void
asb_database_open(AsbDatabase *database, const AsbDatabaseEvents *events, char *token)
{
	memset(database, 0, sizeof(*database));
	database->events = events;
	database->token = token;
	database->down_since = asb_now_ms();
}

void
asb_database_close(AsbDatabase *database)
{
	if (database->connection.conn != NULL)
		asb_connection_close(&database->connection);
	free(database->connection.reason);
	free(database->reason);
	free(database->fatal);
	asb_string_free(&database->notices);
	asb_wipe(database->token);
}
