/*
 * entrance.c
 *		Probes of what is not a statement: logins, roles, the protocol, methods.
 */
#include "bin/audit/entrance.h"

#include <stdlib.h>
#include <string.h>

/* Tries to log in with something in the startup packet that was not there. */
static void
try_login(AsbAudit *audit, AsbProbe *probe, const char *keyword, const char *value)
{
	PGconn	   *conn = asb_agent_connect(audit, keyword, value);

	asb_audit_go_on(audit);
	if (PQstatus(conn) == CONNECTION_OK)
		asb_probe_set(probe, ASB_OUTCOME_WORKS, NULL, NULL);
	else
	{
		/* a setting may have been let through with a value that the server does not take */
		bool		impossible = strcmp(probe->needs[0].class, "setting") == 0 &&
			!strstr(PQerrorMessage(conn), " is not allowed when connecting");

		asb_probe_set(probe, impossible ? ASB_OUTCOME_IMPOSSIBLE : ASB_OUTCOME_REFUSED,
					  NULL, PQerrorMessage(conn));
	}
	PQfinish(conn);
}

static void
try_databases(AsbAudit *audit, AsbProbes *probes)
{
	PGresult   *result = asb_audit_query(audit, "SELECT datname, pg_catalog.quote_ident(datname)"
										 " FROM pg_catalog.pg_database", 0, NULL);

	for (int row = 0; row < PQntuples(result); row++)
		try_login(audit, asb_probe_add(probes, "database", PQgetvalue(result, row, 1), "CONNECT",
									   ASB_WAY_OTHER, "log in"),
				  "dbname", PQgetvalue(result, row, 0));
	probes->results[probes->nresults++] = result;
}

static bool
can_show(AsbAudit *audit, const char *setting)
{
	char	   *sql = asb_format("SHOW %s", setting);
	PGresult   *result = PQexec(audit->agent, sql);
	bool		shown = PQresultStatus(result) == PGRES_TUPLES_OK;

	PQclear(result);
	free(sql);
	return shown;
}

/*
 * What a client can ask for before its first statement: every setting, and
 * those that the agent can see with several values, of which one that can be
 * changed takes one or another.
 */
static void
try_startup(AsbAudit *audit, AsbProbes *probes)
{
	static const char settings[] =
		"WITH s AS ("
		"  SELECT name, reset_val, vartype FROM pg_catalog.pg_settings"
		"  UNION SELECT n, '0', 'string' FROM pg_catalog.unnest(ARRAY['is_superuser', 'seed', 'nothing', 'nothing.at_all',"
		"    'request.jwt.claims']) n) "
		"SELECT name, '-c ' || name || '=' || pg_catalog.regexp_replace(value, '[\\\\[:space:]]', '\\\\\\&', 'g')"
		" FROM s, LATERAL (SELECT reset_val WHERE vartype <> 'bool' UNION SELECT '1000' WHERE vartype = 'integer'"
		"   UNION SELECT v FROM (VALUES ('on'), ('off')) b (v) WHERE vartype = 'bool') v (value)"
		" WHERE value IS NOT NULL ORDER BY name";
	static const char *const others[][3] = {
		{"replication", "replication", "true"},
		{"logical replication", "replication", "database"},
		{"server switches", "options", "-O"},
		{"server switches", "options", "-P"},
		{"server switches", "options", "-f s"},
	};
	PGresult   *result = asb_audit_query(audit, settings, 0, NULL);

	for (int row = 0; row < PQntuples(result); row++)
	{
		const char *name = PQgetvalue(result, row, 0);

		if (row > 0 && strcmp(name, PQgetvalue(result, row - 1, 0)) == 0 && !can_show(audit, name))
			continue;
		try_login(audit, asb_probe_add(probes, "setting", name, "STARTUP", ASB_WAY_OTHER,
									   PQgetvalue(result, row, 1)),
				  "options", PQgetvalue(result, row, 1));
	}
	probes->results[probes->nresults++] = result;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		try_login(audit, asb_probe_add(probes, "protocol", others[i][0], "", ASB_WAY_OTHER, others[i][2]),
				  others[i][1], others[i][2]);
}

/* The rest of the protocol, which all the other probes rely on. */
static void
try_protocol(AsbAudit *audit, AsbProbes *probes)
{
	static const char *const used[] = {"startup", "simple query", "extended query"};
	PGresult   *result = PQexec(audit->agent, "SELECT");
	PGcancel   *cancel = PQgetCancel(audit->agent);
	char		reason[256] = "no key to cancel with";
	bool		cancelled = cancel && PQcancel(cancel, reason, sizeof(reason));

	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		asb_probe_set(asb_probe_add(probes, "protocol", used[i], "", ASB_WAY_OTHER, "SELECT"),
					  PQresultStatus(result) == PGRES_TUPLES_OK ? ASB_OUTCOME_WORKS : ASB_OUTCOME_UNCLEAR,
					  NULL, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
	asb_probe_set(asb_probe_add(probes, "protocol", "cancel request", "", ASB_WAY_OTHER, "the session's key"),
				  cancelled ? ASB_OUTCOME_WORKS : ASB_OUTCOME_UNCLEAR, NULL, cancelled ? NULL : reason);
	PQfreeCancel(cancel);
	PQclear(result);
	/* whoever may call none has nothing to try it with */
	asb_probe_set(asb_probe_add(probes, "statement", "CALL p()", "EXECUTE", ASB_WAY_OTHER, "any procedure"),
				  ASB_OUTCOME_IMPOSSIBLE, NULL, NULL);
	asb_probe_add(probes, "protocol", "function call", "", ASB_WAY_FASTPATH, "int4pl(NULL, NULL)");
	probes->list[probes->n - 1].oid = 177;
	probes->list[probes->n - 1].nargs = 2;
}

/* Every role is tried; which ones the agent is a member of, the catalogs say. */
static void
add_roles(AsbAudit *audit, AsbProbes *probes)
{
	static const char query[] =
		"WITH RECURSIVE member (role) AS ("
		"  SELECT pg_catalog.to_regrole(pg_catalog.quote_ident($1))::pg_catalog.oid"
		"  UNION SELECT roleid FROM pg_catalog.pg_auth_members a JOIN member m ON m.role = a.member) "
		"SELECT pg_catalog.quote_ident(rolname), 'SET LOCAL ROLE ' || pg_catalog.quote_ident(rolname),"
		"       'SET SESSION AUTHORIZATION ' || pg_catalog.quote_ident(rolname),"
		"       rolname NOT IN ($1, $2) AND oid IN (SELECT role FROM member)"
		" FROM pg_catalog.pg_roles";
	const char *params[] = {audit->role, audit->profile};
	PGresult   *result = asb_audit_query(audit, query, 2, params);

	for (int row = 0; row < PQntuples(result); row++)
	{
		const char *name = PQgetvalue(result, row, 0);

		asb_probe_add(probes, "statement", "SET ROLE r", "EXECUTE", ASB_WAY_RUN,
					  PQgetvalue(result, row, 1))->strict = true;
		asb_probe_add(probes, "statement", "SET SESSION AUTHORIZATION r", "EXECUTE", ASB_WAY_RUN,
					  PQgetvalue(result, row, 2))->strict = true;
		if (PQgetvalue(result, row, 3)[0] == 't')
			asb_probe_set(asb_probe_add(probes, "role membership", name, "INHERIT", ASB_WAY_OTHER,
										"pg_auth_members"),
						  ASB_OUTCOME_WORKS, NULL, NULL);
	}
	probes->results[probes->nresults++] = result;
}

/*
 * Calls every method that there is, with arguments that no sensible schema
 * takes, and waits for the worker's answer.  One that the profile may call is
 * answered otherwise than by "not allowed", so that nothing is relayed.
 */
static void
try_methods(AsbAudit *audit, AsbProbes *probes)
{
	static const char call[] =
		"INSERT INTO agentsandbox.remoteprocedurecalls (method, arguments)"
		" VALUES ($1, '{\"agentsandbox-audit\": \"no such argument\"}') RETURNING id";
	static const char wait[] =
		"SELECT status, error ->> 'code' FROM agentsandbox.await($1)";
	PGresult   *methods = asb_audit_query(audit, "SELECT name FROM agentsandbox.method_definitions", 0, NULL);
	PGresult   *offered = PQexec(audit->agent, "SELECT method FROM agentsandbox.methods");

	for (int row = 0; row < PQntuples(methods); row++)
	{
		const char *name = PQgetvalue(methods, row, 0);
		AsbProbe   *probe = asb_probe_add(probes, "method", name, "CALL", ASB_WAY_OTHER, "a call");
		bool		is_offered = false;

		for (int i = 0; i < PQntuples(offered) && !is_offered; i++)
			is_offered = strcmp(PQgetvalue(offered, i, 0), name) == 0;
		if (is_offered)
		{
			asb_probe_set(probe, ASB_OUTCOME_WORKS, NULL, NULL);
			continue;
		}

		PGresult   *inserted = PQexecParams(audit->agent, call, 1, NULL, &name, NULL, NULL, 0);

		if (PQntuples(inserted) == 1)
		{
			const char *id = PQgetvalue(inserted, 0, 0);
			PGresult   *answer = PQexecParams(audit->agent, wait, 1, NULL, &id, NULL, NULL, 0);
			bool		refused = PQntuples(answer) == 1 &&
				strcmp(PQgetvalue(answer, 0, 0), "refused") == 0 &&
				strcmp(PQgetvalue(answer, 0, 1), "method_not_available") == 0;

			asb_probe_set(probe, refused ? ASB_OUTCOME_REFUSED : ASB_OUTCOME_WORKS, NULL,
						  PQntuples(answer) == 1 ? PQgetvalue(answer, 0, 1) : PQerrorMessage(audit->agent));
			PQclear(answer);
		}
		else
			asb_probe_judge(probe, PQresultErrorField(inserted, PG_DIAG_SQLSTATE), PQerrorMessage(audit->agent));
		PQclear(inserted);
	}
	PQclear(offered);
	probes->results[probes->nresults++] = methods;
}

void
asb_entrance_try(AsbAudit *audit, AsbProbes *probes)
{
	try_databases(audit, probes);
	try_startup(audit, probes);
	try_protocol(audit, probes);
	try_methods(audit, probes);
	add_roles(audit, probes);
}
