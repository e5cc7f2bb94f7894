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

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/objectaccess.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "libpq/auth.h"
#include "nodes/parsenodes.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"

#include "confine/agent.h"
#include "confine/analyze.h"
#include "confine/bounded.h"
#include "confine/clock.h"
#include "confine/decisions.h"
#include "confine/disclosure.h"
#include "confine/flow.h"
#include "confine/function.h"
#include "confine/hooks.h"
#include "confine/limit.h"
#include "confine/list.h"
#include "confine/login.h"
#include "confine/meter.h"
#include "confine/parameters.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "confine/setting.h"
#include "confine/statement.h"
#include "core/compat.h"
#include "core/wakeup.h"
#include "flow/object.h"
#include "session/session.h"

static AsbDatabaseDdlCallback database_ddl_callback = NULL;

/* Calls of functions that asb_fmgr() has seen begin and not end. */
static int	functions = 0;

/* The text that EXECUTE is about, which may be analyzed again; else NULL. */
static const char *prepared_text = NULL;

static ClientAuthentication_hook_type next_client_authentication_hook = NULL;
static post_parse_analyze_hook_type next_post_parse_analyze_hook = NULL;
static emit_log_hook_type next_emit_log_hook = NULL;
static planner_hook_type next_planner_hook = NULL;
static set_rel_pathlist_hook_type next_set_rel_pathlist_hook = NULL;
static ExecutorStart_hook_type next_executor_start_hook = NULL;
static ExecutorRun_hook_type next_executor_run_hook = NULL;
static ExecutorFinish_hook_type next_executor_finish_hook = NULL;
static ExecutorCheckPerms_hook_type next_executor_check_perms_hook = NULL;
static needs_fmgr_hook_type next_needs_fmgr_hook = NULL;
static fmgr_hook_type next_fmgr_hook = NULL;
static object_access_hook_type next_object_access_hook = NULL;
static ProcessUtility_hook_type next_process_utility_hook = NULL;

/*
 * An error that is raised deeper says so itself, by a flag that the server has
 * for messages of its log and no error uses: whoever catches it takes the flag
 * away with it.  asb_emit_log() takes it off.
 */
static void
note_deeper(void *arg)
{
	errhidecontext(true);
}

/*
 * Does something one level deeper.  That we are there is told by the server's
 * stack of error contexts, which whoever catches an error sets back.
 */
#define ASB_DEEPER(something) \
	do { \
		ErrorContextCallback deeper = {.previous = error_context_stack, .callback = note_deeper}; \
\
		error_context_stack = &deeper; \
		something; \
		error_context_stack = deeper.previous; \
	} while (0)

/*
 * Is a sandboxed session in the planner, the executor or a utility statement?
 * Else a function runs for the client directly: for the fastpath message, for
 * the input of a parameter, at parse analysis, or for an argument of EXECUTE.
 */
static bool
is_deeper(void)
{
	if (functions > 0)
		return true;
	for (const ErrorContextCallback *context = error_context_stack; context; context = context->previous)
	{
		if (context->callback == note_deeper)
			return true;
	}
	return false;
}

void
asb_hooks_on_database_ddl(AsbDatabaseDdlCallback callback)
{
	Assert(database_ddl_callback == NULL);
	database_ddl_callback = callback;
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
				DefElem    *option = lfirst_node(DefElem, cell);

				if (strcmp(option->defname, "template") == 0 && option->arg != NULL)
					return defGetString(option);
			}
			return "template1";
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

/*
 * Was the text written by whoever wrote the function it is in?  PL/pgSQL and
 * SQL functions look up their own variables in what stands in their source,
 * but not in what EXECUTE is given, which may be the agent's.
 */
static bool
is_function_source(const ParseState *pstate)
{
	return pstate->p_post_columnref_hook != NULL;
}

/* So that a refusal counts as an error of the analysis, as the server's own do. */
static void
note_inner_text(void *source)
{
	internalerrquery(source);
}

/* Judges text that a function gives to be executed, and that may be the agent's. */
static void pg_noinline
judge_inner_text(const AsbSession *agent, ParseState *pstate, Query *query)
{
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = note_inner_text,
		.arg = unconstify(char *, pstate->p_sourcetext)
	};

	error_context_stack = &callback;
	asb_analyze_gate(agent, pstate, query);
	error_context_stack = callback.previous;
}

static void
asb_post_parse_analyze(ParseState *pstate, Query *query, JumbleState *jstate)
{
	const AsbSession *session;
	const AsbSession *agent;

	if (next_post_parse_analyze_hook)
		next_post_parse_analyze_hook(pstate, query, jstate);

	session = query->utilityStmt && asb_statement_leaves(query->utilityStmt) ? NULL : sandboxed();
	if (!session)
	{
		if (OidIsValid(asb_session_known_role()))
			asb_parameters_refuse(pstate, query);
		return;
	}

	if (!is_deeper())
		asb_limit_follow_leave(session);
	asb_limit_parse(pstate->p_sourcetext);

	/* before the server describes its result, which tells what exists */
	if (query->utilityStmt && IsA(query->utilityStmt, VariableShowStmt))
		asb_setting_gate_show((const VariableShowStmt *) query->utilityStmt);

	session = asb_session();
	asb_decisions_follow_profile(session);
	agent = asb_agent_of(session);
	if (agent && !is_function_source(pstate))
	{
		if (is_deeper())
			judge_inner_text(agent, pstate, query);
		else
			asb_analyze_gate(agent, pstate, query);
	}
}

/*
 * What a sandboxed session does in planner and executor stands in functions of
 * its own: the frame that catching errors needs is not for the others to pay.
 */
static PlannedStmt *pg_noinline
confined_planner(const AsbSession *session, Query *query, const char *source, int cursor_options,
				 ParamListInfo params)
{
	PlannedStmt *plan;

	asb_clock_statement_arrived();
	asb_flow_read_changed(query);
	asb_flow_gate_query(session, query);

	ASB_DEEPER(plan = next_planner_hook(query, source, cursor_options, params));
	return plan;
}

static PlannedStmt *
asb_planner(Query *query, const char *source, int cursor_options, ParamListInfo params)
{
	const AsbSession *session = asb_session();

	if (session)
		return confined_planner(session, query, source, cursor_options, params);
	return next_planner_hook(query, source, cursor_options, params);
}

static void
asb_set_rel_pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	if (next_set_rel_pathlist_hook)
		next_set_rel_pathlist_hook(root, rel, rti, rte);

	if (asb_session())
	{
		asb_list_paths(root, rel);
		asb_bounded_substitute_in_paths(rel->pathlist);
		asb_bounded_substitute_in_paths(rel->partial_pathlist);
	}
}

static void pg_noinline
confined_executor_start(const AsbSession *session, QueryDesc *query, int eflags)
{
	Oid			role;
	AsbJudged	judged;

	role = asb_agent_of(session) ? session->role : InvalidOid;
	if (!is_deeper())
	{
		asb_limit_start(session, query->sourceText, query->params);
		asb_decisions_check();
	}
	judged = asb_decisions_now();
	asb_flow_note_locks(query->plannedstmt->rowMarks);
	ASB_DEEPER(next_executor_start_hook(query, eflags));
	if (OidIsValid(role))
		asb_decisions_execution_began(query->estate, role, judged);
	asb_meter_executor_started(query);
}

static void
asb_executor_start(QueryDesc *query, int eflags)
{
	const AsbSession *session = asb_session();

	if (session)
		confined_executor_start(session, query, eflags);
	else
		next_executor_start_hook(query, eflags);
}

static void pg_noinline
confined_executor_run(const AsbSession *session, QueryDesc *query, ScanDirection direction,
					  uint64 count ASB_EXECUTE_ONCE_PARAMETER)
{
	const AsbSession *agent;
	bool		unchanged;

	/*
	 * FETCH takes no lock, so it hears of changes only by asking; what begins
	 * with no transaction around it is one statement with its start.
	 */
	if (query->already_executed || IsTransactionBlock())
	{
		AcceptInvalidationMessages();
		session = asb_session();
	}
	unchanged = asb_decisions_execution_goes_on(query->estate, session);

	/*
	 * A cursor does not outlive the privileges, and the labels, it was opened
	 * with.  One that a function has opened has no privileges of an agent's.
	 */
	agent = asb_agent_of(session);
	if (!unchanged && (agent || query->already_executed))
	{
		asb_flow_note_locks(query->plannedstmt->rowMarks);
		/* the server asks for the owners of views, too, and then us */
		if (agent)
			asb_check_plan_perms(query->plannedstmt);
		else
			asb_flow_gate_access(session, asb_plan_access(query->plannedstmt));
		session = asb_session();
	}
	if (query->already_executed && !is_deeper())
		asb_limit_fetch(session, query);
	asb_meter_executor_runs(query);
	ASB_DEEPER(next_executor_run_hook(query, direction, count ASB_EXECUTE_ONCE));
}

static void
asb_executor_run(QueryDesc *query, ScanDirection direction, uint64 count ASB_EXECUTE_ONCE_PARAMETER)
{
	const AsbSession *session = asb_session();

	if (session)
		confined_executor_run(session, query, direction, count ASB_EXECUTE_ONCE);
	else
		next_executor_run_hook(query, direction, count ASB_EXECUTE_ONCE);
}

static void pg_noinline
confined_executor_finish(QueryDesc *query)
{
	asb_meter_executor_finishing(query);
	ASB_DEEPER(next_executor_finish_hook(query));
	asb_flow_statement_ended();
}

static void
asb_executor_finish(QueryDesc *query)
{
	/* what changes nothing has neither triggers to fire nor rows to count */
	if ((query->operation == CMD_SELECT && !query->plannedstmt->hasModifyingCTE) || !asb_session())
		next_executor_finish_hook(query);
	else
		confined_executor_finish(query);
}

static bool
asb_executor_check_perms(ASB_CHECK_PERMS_PARAMETERS(access), bool ereport_on_violation)
{
	const AsbSession *session;

	if (next_executor_check_perms_hook &&
		!next_executor_check_perms_hook(ASB_CHECK_PERMS_ARGUMENTS(access), ereport_on_violation))
		return false;

	session = asb_session();
	if (session == NULL)
		return true;
	if (asb_agent_of(session))
	{
		asb_relation_gate(session, access);
		session = asb_session();
	}
	asb_flow_gate_access(session, access);
	return true;
}

static void pg_noinline
confined_object_access(ObjectAccessType access, Oid object_id)
{
	const AsbSession *session;
	const AsbSession *agent;

	/* within a statement that has been judged only labels matter */
	if (access == OAT_FUNCTION_EXECUTE && is_deeper() && !asb_function_may_have_labels(object_id))
		return;
	session = sandboxed();
	if (session == NULL)
		return;
	if (access == OAT_TRUNCATE)
	{
		asb_flow_gate_rewrite(session, object_id);
		return;
	}
	if (asb_function_may_have_labels(object_id))
		asb_flow_gate_function(session, object_id);
	if (is_deeper())
		return;

	/* a deferred trigger runs at commit, when nothing else is going on */
	if (DatumGetInt32(pg_trigger_depth(NULL)) > 0)
		return;

	agent = asb_agent();
	if (agent)
	{
		/* of all messages only this one has no text */
		if (debug_query_string == NULL)
			asb_limit_fastpath(agent);
		asb_function_gate_direct(agent, object_id);
	}
}

static void
asb_object_access(ObjectAccessType access, Oid class_id, Oid object_id, int sub_id, void *arg)
{
	if (unlikely(next_object_access_hook != NULL))
		next_object_access_hook(access, class_id, object_id, sub_id, arg);
	if (access == OAT_FUNCTION_EXECUTE || access == OAT_TRUNCATE)
		confined_object_access(access, object_id);
}

/*
 * An inlined function would run unseen by asb_object_access().  One that runs for
 * the client directly has to be seen by asb_fmgr(), too.
 */
static bool
asb_needs_fmgr(Oid funcid)
{
	return (next_needs_fmgr_hook && next_needs_fmgr_hook(funcid)) ||
		(OidIsValid(asb_session_known_role()) &&
		 (asb_function_may_have_labels(funcid) || (!is_deeper() && funcid >= FirstNormalObjectId)));
}

/*
 * What a function calls is one level deeper.  An error that comes back to where
 * text is analyzed may stand for what else is wrong with the text, wherever it
 * was raised.
 */
static void
asb_fmgr(FmgrHookEventType event, FmgrInfo *function, Datum *private)
{
	if (next_fmgr_hook)
		next_fmgr_hook(event, function, private);

	switch (event)
	{
		case FHET_START:
			functions++;
			break;
		case FHET_ABORT:
			functions--;
			if (!is_deeper())
				errhidecontext(false);
			break;
		case FHET_END:
			functions--;
			break;
	}
}

/*
 * Does the statement analyze text of the client's as it is executed: a query,
 * the arguments of EXECUTE?  What it then runs comes back to us by itself.
 */
static bool
analyzes_text(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_ExecuteStmt:
		case T_ExplainStmt:
		case T_PrepareStmt:
			return true;
		case T_CopyStmt:
			return ((const CopyStmt *) statement)->query != NULL;
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
	const Node *statement = pstmt->utilityStmt;
	const AsbSession *session = asb_statement_leaves(statement) ? NULL : sandboxed();
	const AsbSession *agent;
	bool		copies_in;

	/* in a failed transaction only its end gets this far */
	if (IsTransactionState())
	{
		const char *database = exclusive_database(statement);

		if (database && database_ddl_callback)
			database_ddl_callback(database);
		if (may_drop_extension(statement))
			asb_wakeup_at_commit();
	}

	if (!session)
	{
		next_process_utility_hook(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		return;
	}

	if (!is_deeper())
		asb_limit_start(session, queryString, params);
	session = asb_session();
	asb_decisions_follow_profile(session);
	agent = asb_agent_of(session);
	if (agent && !asb_statement_gate(agent, pstmt, queryString, queryEnv, is_deeper()))
		return;
	if (!agent)
		asb_flow_gate_utility(asb_session(), statement);

	copies_in = IsA(statement, CopyStmt) && ((const CopyStmt *) statement)->is_from;
	if (copies_in)
		asb_meter_changes_begin();

	if (analyzes_text(statement))
	{
		if (!is_deeper())
			prepared_text = asb_statement_prepared_text(statement);
		next_process_utility_hook(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		if (!is_deeper())
			prepared_text = NULL;
	}
	else
		ASB_DEEPER(next_process_utility_hook(pstmt, queryString, readOnlyTree, context,
											 params, queryEnv, dest, qc));

	if (copies_in)
	{
		asb_flow_statement_ended();
		if (qc)
			asb_meter_count_changes(qc->nprocessed);
	}
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

static void
asb_emit_log(ErrorData *error)
{
	/* what is no error comes by here as it is raised */
	bool		deeper = error->hide_ctx && (error->elevel == ERROR || is_deeper());

	if (deeper)
		error->hide_ctx = false;
	if (next_emit_log_hook)
		next_emit_log_hook(error);

	asb_refusal_note_error(error);
	asb_disclosure_gate(error, prepared_text ? prepared_text : debug_query_string, !deeper);
	asb_limit_reported(error);
	if (error->elevel >= ERROR)
	{
		prepared_text = NULL;
		asb_clock_stopped();
	}
}

#define INSTALL(hook, next, ours) INSTALL_OVER(NULL, hook, next, ours)

/* Where the hook stands in for a function of the server's, that is what comes next. */
#define INSTALL_OVER(standard, hook, next, ours) \
	do { \
		next = hook ? hook : standard; \
		hook = ours; \
	} while (0)

void
asb_hooks_init(void)
{
	INSTALL(ClientAuthentication_hook, next_client_authentication_hook, asb_client_authentication);
	INSTALL(emit_log_hook, next_emit_log_hook, asb_emit_log);
	INSTALL(post_parse_analyze_hook, next_post_parse_analyze_hook, asb_post_parse_analyze);
	INSTALL_OVER(standard_planner, planner_hook, next_planner_hook, asb_planner);
	INSTALL(set_rel_pathlist_hook, next_set_rel_pathlist_hook, asb_set_rel_pathlist);
	INSTALL_OVER(standard_ExecutorStart, ExecutorStart_hook, next_executor_start_hook, asb_executor_start);
	INSTALL_OVER(standard_ExecutorRun, ExecutorRun_hook, next_executor_run_hook, asb_executor_run);
	INSTALL_OVER(standard_ExecutorFinish, ExecutorFinish_hook, next_executor_finish_hook, asb_executor_finish);
	INSTALL(ExecutorCheckPerms_hook, next_executor_check_perms_hook, asb_executor_check_perms);
	INSTALL(needs_fmgr_hook, next_needs_fmgr_hook, asb_needs_fmgr);
	INSTALL(fmgr_hook, next_fmgr_hook, asb_fmgr);
	INSTALL(object_access_hook, next_object_access_hook, asb_object_access);
	INSTALL_OVER(standard_ProcessUtility, ProcessUtility_hook, next_process_utility_hook, asb_process_utility);
}
