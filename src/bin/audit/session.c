/*
 * session.c
 *		The auditor's own connection, and the session of the agent.
 */
#include "bin/audit/session.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void
asb_audit_fail(AsbAudit *audit, const char *what, const char *reason)
{
	fprintf(stderr, "agentsandbox-audit: %s: %s%s", what, reason,
			reason[0] && reason[strlen(reason) - 1] == '\n' ? "" : "\n");
	asb_agent_close(audit);
	exit(2);
}

static volatile sig_atomic_t stop_requested;
static PGcancel *query_to_end;

static void
on_signal(int number)
{
	char		ignored[256];

	stop_requested = 1;
	(void) PQcancel(query_to_end, ignored, sizeof(ignored));	/* safe in a handler */
}

void
asb_audit_heed_signals(AsbAudit *audit)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};

	/* whoever cannot wait for the conversation to be closed sends another */
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND | SA_RESTART};

	query_to_end = PQgetCancel(audit->admin);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
	{
		struct sigaction before;

		/* nohup is to be heeded */
		sigaction(signals[i], &action, &before);
		if (before.sa_handler == SIG_IGN)
			sigaction(signals[i], &before, NULL);
	}
}

void
asb_audit_go_on(AsbAudit *audit)
{
	if (stop_requested)
		asb_audit_fail(audit, "stopped", "by a signal");
}

PGresult *
asb_audit_query(AsbAudit *audit, const char *sql, int nparams, const char *const *params)
{
	PGresult   *result = PQexecParams(audit->admin, sql, nparams, NULL, params, NULL, NULL, 0);

	/* no sooner: one that opened a conversation after all says which is to be closed */
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		asb_audit_go_on(audit);
		asb_audit_fail(audit, "a query of the auditor's failed", PQerrorMessage(audit->admin));
	}
	return result;
}

static void
ignore_notice(void *arg, const PGresult *result)
{
}

/* Of the auditor's connection: who that is, what its session is like, and what led to it. */
static bool
is_of_auditor(const char *keyword)
{
	static const char *const keywords[] = {
		"service", "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "options", "replication",
		"client_encoding", "application_name", "fallback_application_name"
	};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
	{
		if (strcmp(keyword, keywords[i]) == 0)
			return true;
	}
	return false;
}

/* To the server that the auditor has, in the way it is reached; "keyword" is for the startup packet. */
PGconn *
asb_agent_connect(AsbAudit *audit, const char *keyword, const char *value)
{
	const char *keywords[80] = {"host", "hostaddr", "port", "dbname", "user", "password", "client_encoding"};
	const char *values[80] = {
		PQhost(audit->admin), PQhostaddr(audit->admin), PQport(audit->admin), PQdb(audit->admin),
		audit->role, audit->password, "UTF8"
	};
	PQconninfoOption *options = PQconninfo(audit->admin);
	size_t		n = 7;
	PGconn	   *conn;

	for (PQconninfoOption *option = options; option && option->keyword; option++)
	{
		if (n < 78 && option->val && !is_of_auditor(option->keyword))
		{
			keywords[n] = option->keyword;
			values[n++] = option->val;
		}
	}
	/* of several, libpq takes the last */
	if (keyword)
	{
		keywords[n] = keyword;
		values[n] = value;
	}
	conn = PQconnectdbParams(keywords, values, 0);
	PQconninfoFree(options);
	PQsetNoticeReceiver(conn, ignore_notice, NULL);
	return conn;
}

void
asb_agent_log_in(AsbAudit *audit)
{
	PQfinish(audit->agent);
	audit->agent = asb_agent_connect(audit, NULL, NULL);
	if (PQstatus(audit->agent) != CONNECTION_OK)
		asb_audit_fail(audit, "the conversation cannot log in", PQerrorMessage(audit->agent));
}

void
asb_agent_open(AsbAudit *audit)
{
	const char *params[] = {audit->profile, audit->context};
	PGresult   *result;

	asb_agent_close(audit);
	result = asb_audit_query(audit,
							 "SELECT conversation, role, password"
							 " FROM agentsandbox.profiles p, agentsandbox.open_conversation($1, $2::pg_catalog.jsonb,"
							 "   LEAST(p.max_lifetime, '1 hour'))"
							 " WHERE p.profile = pg_catalog.to_regrole(pg_catalog.quote_ident($1))",
							 2, params);
	if (PQntuples(result) != 1)
		asb_audit_fail(audit, audit->profile, "there is no such profile");
	audit->conversation = asb_strdup(PQgetvalue(result, 0, 0));
	audit->role = asb_strdup(PQgetvalue(result, 0, 1));
	audit->password = asb_strdup(PQgetvalue(result, 0, 2));
	PQclear(result);
	asb_audit_go_on(audit);
	asb_agent_log_in(audit);
}

void
asb_agent_close(AsbAudit *audit)
{
	const char *params[] = {audit->conversation};

	if (audit->conversation)
	{
		PQfinish(audit->agent);
		PQclear(PQexecParams(audit->admin, "SELECT agentsandbox.close_conversation($1)",
							 1, NULL, params, NULL, NULL, 0));
	}
	free(audit->conversation);
	free(audit->role);
	asb_wipe(audit->password);
	audit->agent = NULL;
	audit->conversation = audit->role = audit->password = NULL;
}
