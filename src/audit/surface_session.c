/*
 * surface_session.c
 *	  The part of the surface that is not objects: database, memberships,
 *	  statements, settings, limits, methods, protocol.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_database.h"
#include "catalog/pg_type_d.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "audit/grant.h"
#include "audit/surface.h"
#include "confine/setting.h"
#include "confine/statement.h"
#include "core/compat.h"
#include "core/query.h"

/*
 * What the login gate leaves of the protocol.  The gates judge what comes by
 * it; whether TLS is needed is pg_hba.conf's to say.
 */
static const struct
{
	const char *identity;
	const char *notes;
}			protocol[] = {
	{"startup", "as the role of a conversation, with settings that have STARTUP; never replication"},
	{"simple query", "each statement is judged"},
	{"extended query", "Parse, Bind, Describe, Execute, Close, Flush, Sync; judged when parsed and when executed"},
	{"function call", "functions listed here with EXECUTE, and checks of domains"},
	{"cancel request", "with the key of the session itself"},
};

/* Planned statements: the other gates judge what is in them. */
static const char *const planned[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};

static void
add_database(AsbSurface *surface)
{
	if (pg_database_aclcheck(MyDatabaseId, surface->role, ACL_CONNECT) == ACLCHECK_OK)
		asb_surface_add(surface, "database", pstrdup(quote_identifier(get_database_name(MyDatabaseId))),
						"CONNECT", NULL,
						asb_path(NULL, "login gate: a conversation connects to its own database only"),
						NULL);
}

static void
add_membership(Oid role, AsbPath *via, void *surface)
{
	asb_surface_add(surface, "role membership", asb_role_text(role), "INHERIT", NULL, via,
					"its privileges count; SET ROLE is refused");
}

static void
add_statement_form(AsbSurface *surface, RawStmt *raw, const char *text, const char *reason)
{
	const Node *statement = raw->stmt;
	AsbPath    *via;

	/* as the gate gets it: what is explained has been analyzed */
	if (IsA(statement, ExplainStmt))
		statement = parse_analyze_fixedparams(raw, text, NULL, 0, NULL)->utilityStmt;
	if (asb_statement_decide(surface->profile, statement) != ASB_STATEMENT_ALLOWED)
		return;

	via = asb_path(NULL, psprintf("statement list: %s", reason));
	if (asb_statement_decide(NULL, statement) == ASB_STATEMENT_OPTION)
		via = asb_path(via, "allowed by an option of the profile");
	asb_surface_add(surface, "statement", text, "EXECUTE", NULL, via, NULL);
}

static void
add_statements(AsbSurface *surface)
{
	AsbPath    *via = asb_path(NULL, "planned statement: the other gates judge what is in it");
	const char *forms;
	const char *reason;

	for (int i = 0; i < lengthof(planned); i++)
		asb_surface_add(surface, "statement", planned[i], "EXECUTE", NULL, via, NULL);

	for (int i = 0; (forms = asb_statement_listed(i, &reason)) != NULL; i++)
	{
		ListCell   *cell;

		foreach(cell, raw_parser(forms, RAW_PARSE_DEFAULT))
		{
			RawStmt    *raw = lfirst_node(RawStmt, cell);
			const char *start = forms + raw->stmt_location;
			int			length = raw->stmt_len ? raw->stmt_len : strlen(start);

			while (*start == ' ')
			{
				start++;
				length--;
			}
			add_statement_form(surface, raw, pnstrdup(start, length), reason);
		}
	}
}

static const char *
setting_notes(AsbSurface *surface, const AsbSetting *setting)
{
	if (setting->kind == ASB_SETTING_TIME)
		return psprintf("from 1 ms to %d ms",
						*(const int *) ((const char *) &surface->profile->limits + setting->limit));
	return setting->values;
}

static void
add_settings(AsbSurface *surface)
{
	static const struct
	{
		AsbSettingWay way;
		const char *name;
	}			ways[] = {
		{ASB_SETTING_SET, "SET"},
		{ASB_SETTING_SHOW, "SHOW"},
		{ASB_SETTING_STARTUP, "STARTUP"},
	};
	const AsbSetting *setting;

	for (int i = 0; (setting = asb_setting_listed(i)) != NULL; i++)
	{
		AsbPath    *via = asb_path(NULL, psprintf("setting list: %s", setting->reason));

		/* 16 has lc_collate and lc_ctype no more */
		if (GetConfigOption(setting->name, true, false) == NULL)
			continue;
		for (int j = 0; j < lengthof(ways); j++)
		{
			AsbSettingVerdict verdict = asb_setting_decide(surface->profile, setting->name,
														   NULL, ways[j].way);

			if (verdict == ASB_SETTING_ALLOWED)
				asb_surface_add(surface, "setting", setting->name, ways[j].name, NULL, via,
								ways[j].way == ASB_SETTING_SHOW ? NULL : setting_notes(surface, setting));
			else if (verdict == ASB_SETTING_IGNORED)
				asb_surface_add(surface, "setting", setting->name, ways[j].name, NULL, via,
								"accepted without effect");
		}
	}
}

/* The text in a column of the last query's result, in "context"; NULL if null. */
static char *
result_text(MemoryContext context, uint64 row, int column)
{
	bool		isnull;
	Datum		value = asb_query_datum(row, column, &isnull);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	char	   *copy = isnull ? NULL : TextDatumGetCString(value);

	MemoryContextSwitchTo(oldcontext);
	return copy;
}

/*
 * Rows of which a query returns identity and notes.  They are told of by what
 * their table says, whatever columns it has.
 */
static void
add_queried(AsbSurface *surface, AsbQuery *query, const char *class, const char *privilege,
			const char *step)
{
	MemoryContext context = CurrentMemoryContext;
	AsbPath    *via = asb_path(NULL, psprintf(step, asb_role_text(surface->profile->role)));
	Datum		profile = ObjectIdGetDatum(surface->profile->role);
	uint64		n;

	SPI_connect();
	n = asb_query(query, &profile, NULL);
	for (uint64 i = 0; i < n; i++)
	{
		const char *identity = result_text(context, i, 1);
		const char *notes = result_text(context, i, 2);
		MemoryContext oldcontext = MemoryContextSwitchTo(context);

		asb_surface_add(surface, class, identity, privilege, NULL, via, notes);
		MemoryContextSwitchTo(oldcontext);
	}
	SPI_finish();
}

static void
add_limits(AsbSurface *surface)
{
	static AsbQuery query = {
		"SELECT l.key, CASE WHEN l.key OPERATOR(pg_catalog.=) 'mode' AND l.value OPERATOR(pg_catalog.=) 'observe'"
		" THEN 'observe: refusals are only recorded, so that this list bounds nothing' ELSE l.value END"
		" FROM agentsandbox.profiles p,"
		" LATERAL pg_catalog.jsonb_each_text(pg_catalog.to_jsonb(p)"
		" OPERATOR(pg_catalog.-) '{profile,created_at,created_by,authors}'::pg_catalog.text[]) l"
		" WHERE p.profile OPERATOR(pg_catalog.=) $1",
		1, {OIDOID}
	};

	static AsbQuery rules = {
		"SELECT 'anomaly rule ' OPERATOR(pg_catalog.||) u.name, pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(u)"
		" OPERATOR(pg_catalog.-) '{name,enabled,created_at,created_by}'::pg_catalog.text[])::pg_catalog.text"
		" FROM agentsandbox.anomaly_rules u"
		" WHERE u.enabled AND (u.profile IS NULL OR u.profile OPERATOR(pg_catalog.=) $1)",
		1, {OIDOID}
	};

	add_queried(surface, &query, "limit", NULL, "profile %s");
	add_queried(surface, &rules, "limit", NULL, "profile %s");
	if (surface->conversation)
		asb_surface_add(surface, "limit", "expires_at", NULL, NULL,
						asb_path(NULL, "conversation"),
						pstrdup(timestamptz_to_str(surface->conversation->expires_at)));
}

static void
add_methods(AsbSurface *surface)
{
	static AsbQuery query = {
		"SELECT d.name, pg_catalog.concat_ws('; ',"
		" (SELECT pg_catalog.string_agg(o.key OPERATOR(pg_catalog.||) ' = ' OPERATOR(pg_catalog.||) o.value,"
		" '; ' ORDER BY o.key COLLATE \"C\")"
		" FROM pg_catalog.jsonb_each_text(pg_catalog.to_jsonb(d) OPERATOR(pg_catalog.-)"
		" '{name,description,request,response,created_at,created_by}'::pg_catalog.text[]) o),"
		" 'SHA-256 of request ' OPERATOR(pg_catalog.||)"
		" pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(d.request::pg_catalog.text, 'UTF8')), 'hex'),"
		" 'of response ' OPERATOR(pg_catalog.||)"
		" pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(d.response::pg_catalog.text, 'UTF8')), 'hex'))"
		" FROM agentsandbox.profile_methods m"
		" JOIN agentsandbox.method_definitions d ON d.name OPERATOR(pg_catalog.=) m.method"
		" WHERE m.profile OPERATOR(pg_catalog.=) $1",
		1, {OIDOID}
	};

	static AsbQuery responses = {
		"SELECT l, 'response of method ' OPERATOR(pg_catalog.||) d.name"
		" FROM agentsandbox.profile_methods m"
		" JOIN agentsandbox.method_definitions d ON d.name OPERATOR(pg_catalog.=) m.method,"
		" LATERAL pg_catalog.unnest(d.response_labels) l"
		" WHERE m.profile OPERATOR(pg_catalog.=) $1",
		1, {OIDOID}
	};

	add_queried(surface, &query, "method", "CALL", "allowed to profile %s");
	add_queried(surface, &responses, "label", "RAISE", "allowed to profile %s");
}

static void
add_protocol(AsbSurface *surface)
{
	AsbPath    *via = asb_path(NULL, "login gate");

	for (int i = 0; i < lengthof(protocol); i++)
		asb_surface_add(surface, "protocol", protocol[i].identity, NULL, NULL, via, protocol[i].notes);
}

void
asb_surface_session(AsbSurface *surface)
{
	add_database(surface);
	asb_grant_memberships(surface, add_membership, surface);
	add_statements(surface);
	add_settings(surface);
	add_limits(surface);
	add_methods(surface);
	add_protocol(surface);
}
