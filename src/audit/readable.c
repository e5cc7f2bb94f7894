/*
 * readable.c
 *	  How many rows of a relation a conversation would read.
 *
 * The query runs in the caller's session with the conversation's role as
 * current user, so the server applies its policies, and with its context lent
 * to agentsandbox.context().  It is no session of the conversation: it is not
 * bound, takes no slot, and raises none of its labels.  Policies and views can
 * call anybody's functions, so the role is held fast (a restricted operation)
 * and nothing can be written.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/plannodes.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/uuid.h"

#include "core/compat.h"
#include "session/context.h"

/* The planner's estimate for a query. */
static int64
estimate(const char *query)
{
	SPIPlanPtr	plan = SPI_prepare(query, 0, NULL);
	CachedPlan *cached;
	PlannedStmt *statement;
	int64		rows;

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", query, SPI_result_code_string(SPI_result));
	cached = SPI_plan_get_cached_plan(plan);
	statement = linitial_node(PlannedStmt, cached->stmt_list);
	rows = (int64) Min(statement->planTree->plan_rows, (double) PG_INT32_MAX * 1024);
	ReleaseCachedPlan(cached, NULL);
	return rows;
}

static int64
count(const char *query)
{
	bool		isnull;

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not execute \"%s\"", query);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

static int64
rows_of(Oid relid, bool exact)
{
	const char *name = get_rel_name(relid);
	int64		rows;

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name);

	SPI_connect();
	rows = exact ? count(psprintf("SELECT pg_catalog.count(*) FROM %s", name)) :
		estimate(psprintf("SELECT FROM %s", name));
	SPI_finish();
	return rows;
}

static void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
}

/*
 * readable_rows_of(conversation uuid, relation regclass, exact boolean)
 */
ASB_FUNCTION(asb_readable_rows_of);

Datum
asb_readable_rows_of(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(1);
	bool		exact = PG_GETARG_BOOL(2);
	AsbSession	session;
	Oid			user;
	int			security;
	int			settings;
	bool		read_only = XactReadOnly;
	volatile int64 rows = 0;

	asb_session_describe(PG_GETARG_UUID_P(0), &session);

	/* what an error leaves of these, the end of the transaction puts right */
	settings = NewGUCNestLevel();
	set_local("search_path", "pg_catalog, pg_temp");
	set_local("row_security", "on");
	XactReadOnly = true;		/* a function cannot set it back once there is a snapshot */
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(session.role, security | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);

	asb_context_lend(&session);
	PG_TRY();
	{
		rows = rows_of(relid, exact);
	}
	PG_FINALLY();
	{
		asb_context_lend(NULL);
	}
	PG_END_TRY();

	SetUserIdAndSecContext(user, security);
	XactReadOnly = read_only;
	AtEOXact_GUC(true, settings);
	PG_RETURN_INT64(rows);
}
