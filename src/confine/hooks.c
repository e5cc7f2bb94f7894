/*
 * hooks.c
 *	  Assigns the hooks of PostgreSQL that confine a session and routes each
 *	  event to the gates; decides nothing itself.
 *
 * The hooks that were there before us are kept and always called.  A verdict
 * can only narrow what they and the server allow.
 *
 * Who is not sandboxed pays for a call of asb_session(), a few comparisons.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "libpq/auth.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "tcop/utility.h"

#include "confine/hooks.h"
#include "confine/limit.h"
#include "confine/login.h"
#include "confine/meter.h"
#include "confine/setting.h"
#include "core/wakeup.h"
#include "session/session.h"

#define MAX_CALLBACKS 4

static AsbDatabaseDdlCallback database_ddl_callbacks[MAX_CALLBACKS];
static int	ndatabase_ddl_callbacks = 0;

static ClientAuthentication_hook_type next_client_authentication_hook = NULL;
static post_parse_analyze_hook_type next_post_parse_analyze_hook = NULL;
static ExecutorStart_hook_type next_executor_start_hook = NULL;
static ExecutorRun_hook_type next_executor_run_hook = NULL;
static ExecutorFinish_hook_type next_executor_finish_hook = NULL;
static ProcessUtility_hook_type next_process_utility_hook = NULL;

void
asb_hooks_on_database_ddl(AsbDatabaseDdlCallback callback)
{
	if (ndatabase_ddl_callbacks == MAX_CALLBACKS)
		elog(ERROR, "too many callbacks");
	database_ddl_callbacks[ndatabase_ddl_callbacks++] = callback;
}

/* The database that a statement needs for itself, or NULL. */
static const char *
exclusive_database(const Node *statement)
{
	ListCell   *cell;

	switch (nodeTag(statement))
	{
		case T_DropdbStmt:
			return ((const DropdbStmt *) statement)->dbname;
		case T_RenameStmt:
			if (((const RenameStmt *) statement)->renameType == OBJECT_DATABASE)
				return ((const RenameStmt *) statement)->subname;
			return NULL;
		case T_AlterDatabaseStmt:
			foreach(cell, ((const AlterDatabaseStmt *) statement)->options)
			{
				if (strcmp(lfirst_node(DefElem, cell)->defname, "tablespace") == 0)
					return ((const AlterDatabaseStmt *) statement)->dbname;
			}
			return NULL;
		case T_CreatedbStmt:
			foreach(cell, ((const CreatedbStmt *) statement)->options)
			{
				if (strcmp(lfirst_node(DefElem, cell)->defname, "template") == 0)
					return defGetString(lfirst_node(DefElem, cell));
			}
			return NULL;
		default:
			return NULL;
	}
}

/* Can the statement take the extension away? */
static bool
may_drop_extension(const Node *statement)
{
	return IsA(statement, DropOwnedStmt) ||
		(IsA(statement, DropStmt) &&
		 ((const DropStmt *) statement)->removeType == OBJECT_EXTENSION);
}

/* The sandboxed session, or NULL; in a failed transaction there is none to ask. */
static const AsbSession *
sandboxed(void)
{
	return IsTransactionState() ? asb_session() : NULL;
}

static void
asb_post_parse_analyze(ParseState *pstate, Query *query, JumbleState *jstate)
{
	if (next_post_parse_analyze_hook)
		next_post_parse_analyze_hook(pstate, query, jstate);

	if (sandboxed())
	{
		asb_limit_parse(pstate->p_sourcetext);

		/* before the server describes its result, which tells what exists */
		if (query->utilityStmt && IsA(query->utilityStmt, VariableShowStmt))
			asb_setting_gate_show((const VariableShowStmt *) query->utilityStmt);
	}
}

static void
asb_executor_start(QueryDesc *query, int eflags)
{
	const AsbSession *session = sandboxed();

	if (session)
		asb_limit_start(session, query->sourceText, query->params, false);

	if (next_executor_start_hook)
		next_executor_start_hook(query, eflags);
	else
		standard_ExecutorStart(query, eflags);

	if (session)
		asb_meter_executor_started(query);
}

static void
asb_executor_run(QueryDesc *query, ScanDirection direction, uint64 count, bool execute_once)
{
	const AsbSession *session = sandboxed();

	if (session)
		asb_limit_run(session, query);

	if (next_executor_run_hook)
		next_executor_run_hook(query, direction, count, execute_once);
	else
		standard_ExecutorRun(query, direction, count, execute_once);
}

static void
asb_executor_finish(QueryDesc *query)
{
	if (sandboxed())
		asb_meter_executor_finishing(query);

	if (next_executor_finish_hook)
		next_executor_finish_hook(query);
	else
		standard_ExecutorFinish(query);
}

/* The setting gate's statements; false if there is nothing more to do. */
static bool
gate_settings(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_VariableSetStmt:
			return asb_setting_gate_set((VariableSetStmt *) statement);
		case T_TransactionStmt:
			asb_setting_gate_transaction(((const TransactionStmt *) statement)->options);
			return true;
		default:
			return true;
	}
}

/* Does the statement end the transaction, whatever its outcome? */
static bool
ends_transaction(const Node *statement)
{
	if (!IsA(statement, TransactionStmt))
		return false;
	switch (((const TransactionStmt *) statement)->kind)
	{
		case TRANS_STMT_COMMIT:
		case TRANS_STMT_ROLLBACK:
			return true;
		default:
			return false;
	}
}

static void
asb_process_utility(PlannedStmt *pstmt, const char *queryString,
					bool readOnlyTree, ProcessUtilityContext context,
					ParamListInfo params, QueryEnvironment *queryEnv,
					DestReceiver *dest, QueryCompletion *qc)
{
	Node	   *statement = pstmt->utilityStmt;
	const AsbSession *session = sandboxed();

	/* in a failed transaction only its end gets this far */
	if (IsTransactionState())
	{
		const char *database = exclusive_database(pstmt->utilityStmt);

		for (int i = 0; database && i < ndatabase_ddl_callbacks; i++)
			database_ddl_callbacks[i] (database);
		if (may_drop_extension(pstmt->utilityStmt))
			asb_wakeup_at_commit();
	}

	if (session)
	{
		asb_limit_start(session, queryString, params, ends_transaction(statement));
		if (!gate_settings(statement))
			return;
	}

	if (next_process_utility_hook)
		next_process_utility_hook(pstmt, queryString, readOnlyTree, context,
								  params, queryEnv, dest, qc);
	else
		standard_ProcessUtility(pstmt, queryString, readOnlyTree, context,
								params, queryEnv, dest, qc);

	if (session && qc && IsA(statement, CopyStmt) && ((const CopyStmt *) statement)->is_from)
		asb_meter_count_changes(qc->nprocessed);
}

static void
asb_client_authentication(Port *port, int status)
{
	if (next_client_authentication_hook)
		next_client_authentication_hook(port, status);

	/* a wrong password is answered by core, which tells nothing of the role */
	if (status == STATUS_OK)
		asb_login_gate(port);
}

void
asb_hooks_init(void)
{
	next_client_authentication_hook = ClientAuthentication_hook;
	ClientAuthentication_hook = asb_client_authentication;
	next_post_parse_analyze_hook = post_parse_analyze_hook;
	post_parse_analyze_hook = asb_post_parse_analyze;
	next_executor_start_hook = ExecutorStart_hook;
	ExecutorStart_hook = asb_executor_start;
	next_executor_run_hook = ExecutorRun_hook;
	ExecutorRun_hook = asb_executor_run;
	next_executor_finish_hook = ExecutorFinish_hook;
	ExecutorFinish_hook = asb_executor_finish;
	next_process_utility_hook = ProcessUtility_hook;
	ProcessUtility_hook = asb_process_utility;
}
