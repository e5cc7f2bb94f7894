/*
 * statement.c
 *	  The statement gate: the kinds of statement a sandboxed session may run.
 *
 * One table from node tag to class; a tag that is not in it is refused, so
 * also what a newer server brings.  Asked for each execution, at every depth
 * where the agent's own authority acts: a SQL or PL/pgSQL function that is not
 * SECURITY DEFINER is no way around it.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "commands/prepare.h"
#include "nodes/makefuncs.h"
#include "parser/analyze.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"

#include "confine/bounded.h"
#include "confine/describe.h"
#include "confine/name.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "confine/setting.h"
#include "confine/statement.h"
#include "confine/type.h"
#include "core/catalog.h"

#define ASB_MAX_SAVEPOINTS 256

typedef enum StatementClass
{
	CLASS_ALLOWED,				/* whatever it says */
	CLASS_TRANSACTION,
	CLASS_SETTING,
	CLASS_CURSOR,
	CLASS_EXPLAIN,
	CLASS_COPY,
	CLASS_CALL,
	CLASS_UNLISTEN
} StatementClass;

typedef struct StatementRule
{
	NodeTag		tag;
	StatementClass class;
	const char *reason;
	const char *forms;			/* one statement of each form that is worth telling apart */
} StatementRule;

static const StatementRule rules[] = {
	{T_CallStmt, CLASS_CALL, "calls a procedure granted to the profile",
	"CALL p()"},
	{T_ClosePortalStmt, CLASS_ALLOWED, "ends a cursor of the session",
	"CLOSE c"},
	{T_CopyStmt, CLASS_COPY, "between a relation and the client",
		"COPY t TO STDOUT; COPY t FROM STDIN; COPY t FROM STDIN WHERE true; COPY (SELECT) TO STDOUT; "
	"COPY t TO 'file'; COPY t FROM 'file'; COPY t TO PROGRAM 'p'; COPY t FROM PROGRAM 'p'"},
	{T_DeallocateStmt, CLASS_ALLOWED, "forgets a prepared statement of the session",
	"DEALLOCATE p"},
	{T_DeclareCursorStmt, CLASS_CURSOR, "a query, read in parts",
	"DECLARE c CURSOR FOR SELECT; DECLARE c CURSOR WITH HOLD FOR SELECT"},
	{T_DiscardStmt, CLASS_ALLOWED, "forgets what the session has; poolers send it",
	"DISCARD ALL; DISCARD PLANS; DISCARD SEQUENCES; DISCARD TEMP"},
	{T_ExecuteStmt, CLASS_ALLOWED, "runs a statement that was judged when prepared",
	"EXECUTE p"},
	{T_ExplainStmt, CLASS_EXPLAIN, "shows the plan of a statement",
	"EXPLAIN SELECT; EXPLAIN ANALYZE SELECT; EXPLAIN CREATE TABLE t AS SELECT"},
	{T_FetchStmt, CLASS_ALLOWED, "reads from a cursor of the session",
	"FETCH c; MOVE c"},
	{T_PrepareStmt, CLASS_ALLOWED, "analyzes a statement, which is judged then",
	"PREPARE p AS SELECT"},
	{T_TransactionStmt, CLASS_TRANSACTION, "begins or ends a transaction or savepoint",
		"BEGIN; START TRANSACTION; COMMIT; ROLLBACK; SAVEPOINT s; RELEASE SAVEPOINT s; ROLLBACK TO SAVEPOINT s; "
	"PREPARE TRANSACTION 't'; COMMIT PREPARED 't'; ROLLBACK PREPARED 't'"},
	{T_UnlistenStmt, CLASS_UNLISTEN, "of everything, which is nothing; drivers send it to reset a session",
	"UNLISTEN *; UNLISTEN c"},
	{T_VariableSetStmt, CLASS_SETTING, "the setting gate's; the role only downwards",
		"SET s TO DEFAULT; RESET s; RESET ALL; SET TRANSACTION READ ONLY; "
		"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; "
		"SET ROLE r; SET ROLE NONE; RESET ROLE; "
	"SET SESSION AUTHORIZATION r; SET SESSION AUTHORIZATION DEFAULT; RESET SESSION AUTHORIZATION"},
	{T_VariableShowStmt, CLASS_ALLOWED, "the setting gate's, when it is analyzed",
	"SHOW s"},
};

const char *
asb_statement_listed(int i, const char **reason)
{
	if (i >= lengthof(rules))
		return NULL;
	*reason = rules[i].reason;
	return rules[i].forms;
}

static const StatementRule *
find_rule(NodeTag tag)
{
	for (int i = 0; i < lengthof(rules); i++)
	{
		if (rules[i].tag == tag)
			return &rules[i];
	}
	return NULL;
}

static bool
is_two_phase(const TransactionStmt *stmt)
{
	return stmt->kind == TRANS_STMT_PREPARE ||
		stmt->kind == TRANS_STMT_COMMIT_PREPARED ||
		stmt->kind == TRANS_STMT_ROLLBACK_PREPARED;
}

/* Does SET or RESET change who the session is?  Then only back to who logged in. */
static bool
is_identity(const VariableSetStmt *stmt)
{
	return stmt->name != NULL &&
		(pg_strcasecmp(stmt->name, "role") == 0 ||
		 pg_strcasecmp(stmt->name, "session_authorization") == 0);
}

static bool
is_downwards(const VariableSetStmt *stmt)
{
	const A_Const *value;

	if (stmt->kind == VAR_RESET || stmt->kind == VAR_SET_DEFAULT)
		return true;
	if (stmt->kind != VAR_SET_VALUE || pg_strcasecmp(stmt->name, "role") != 0 ||
		list_length(stmt->args) != 1 || !IsA(linitial(stmt->args), A_Const))
		return false;
	value = linitial_node(A_Const, stmt->args);
	return IsA(&value->val, String) && strcmp(value->val.sval.sval, "none") == 0;
}

bool
asb_statement_leaves(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_TransactionStmt:
			return ((const TransactionStmt *) statement)->kind == TRANS_STMT_COMMIT ||
				((const TransactionStmt *) statement)->kind == TRANS_STMT_ROLLBACK;
		case T_VariableSetStmt:
			return is_identity((const VariableSetStmt *) statement) &&
				is_downwards((const VariableSetStmt *) statement);
		case T_DiscardStmt:
			return ((const DiscardStmt *) statement)->target == DISCARD_ALL;
		default:
			return false;
	}
}

static AsbStatementVerdict
option(bool allowed)
{
	return allowed ? ASB_STATEMENT_ALLOWED : ASB_STATEMENT_OPTION;
}

/* The utility statement that EXPLAIN is about, or NULL if it is a query. */
static const Node *
explained_utility(const ExplainStmt *stmt)
{
	const Query *query;

	if (stmt->query == NULL || !IsA(stmt->query, Query))
		return stmt->query;
	query = (const Query *) stmt->query;
	return query->commandType == CMD_UTILITY ? query->utilityStmt : NULL;
}

/* agentsandbox.call(), which needs no further permission than EXECUTE */
static bool
calls_our_procedure(const CallStmt *stmt)
{
	return stmt->funcexpr != NULL &&
		OidIsValid(asb_schema_oid()) &&
		get_func_namespace(stmt->funcexpr->funcid) == asb_schema_oid();
}

AsbStatementVerdict
asb_statement_decide(const AsbProfile *profile, const Node *statement)
{
	const StatementRule *rule = find_rule(nodeTag(statement));

	if (rule == NULL)
		return ASB_STATEMENT_REFUSED;

	switch (rule->class)
	{
		case CLASS_ALLOWED:
			return ASB_STATEMENT_ALLOWED;
		case CLASS_TRANSACTION:
			return is_two_phase((const TransactionStmt *) statement) ?
				ASB_STATEMENT_REFUSED : ASB_STATEMENT_ALLOWED;
		case CLASS_SETTING:
			return !is_identity((const VariableSetStmt *) statement) ||
				is_downwards((const VariableSetStmt *) statement) ?
				ASB_STATEMENT_ALLOWED : ASB_STATEMENT_REFUSED;
		case CLASS_CURSOR:
			/* one WITH HOLD is filled at commit, when no limit is counted */
			return ((const DeclareCursorStmt *) statement)->options & CURSOR_OPT_HOLD ?
				ASB_STATEMENT_REFUSED : ASB_STATEMENT_ALLOWED;
		case CLASS_EXPLAIN:
			{
				const Node *utility = explained_utility((const ExplainStmt *) statement);
				AsbStatementVerdict inner =
				utility ? asb_statement_decide(profile, utility) : ASB_STATEMENT_ALLOWED;

				return Min(inner, option(profile && profile->allow_explain));
			}
		case CLASS_COPY:
			{
				const CopyStmt *copy = (const CopyStmt *) statement;

				/* the condition would be analyzed where no gate sees it */
				if (copy->filename || copy->is_program || copy->whereClause)
					return ASB_STATEMENT_REFUSED;
				return option(profile && profile->allow_copy);
			}
		case CLASS_CALL:
			return calls_our_procedure((const CallStmt *) statement) ?
				ASB_STATEMENT_ALLOWED : option(profile && profile->allow_call);
		case CLASS_UNLISTEN:
			return ((const UnlistenStmt *) statement)->conditionname ?
				ASB_STATEMENT_REFUSED : ASB_STATEMENT_ALLOWED;
	}
	return ASB_STATEMENT_REFUSED;
}

/* The statement that EXECUTE, or EXPLAIN of it, is about; NULL if there is none. */
static const CachedPlanSource *
prepared_statement(const Node *statement)
{
	const PreparedStatement *prepared;

	if (statement && IsA(statement, ExplainStmt))
		statement = explained_utility((const ExplainStmt *) statement);
	if (statement == NULL || !IsA(statement, ExecuteStmt))
		return NULL;
	prepared = FetchPreparedStatement(((const ExecuteStmt *) statement)->name, false);
	return prepared ? prepared->plansource : NULL;
}

const char *
asb_statement_prepared_text(const Node *statement)
{
	const CachedPlanSource *prepared = prepared_statement(statement);

	/* a copy: what it runs may deallocate it */
	return prepared ? pstrdup(prepared->query_string) : NULL;
}

/*
 * The arguments of EXECUTE are analyzed by the statement itself, where no gate
 * sees them: analyzed here first, as a query that is not executed.  So what
 * has to be substituted in it cannot be.  Their types may have been granted
 * when the statement was prepared only.
 */
static void
judge_arguments(const ExecuteStmt *stmt, Oid role, const char *source, int location,
				QueryEnvironment *environment)
{
	const CachedPlanSource *prepared = prepared_statement((const Node *) stmt);
	SelectStmt *select = makeNode(SelectStmt);
	RawStmt    *raw = makeNode(RawStmt);
	Query	   *query;
	ListCell   *cell;

	if (stmt->params == NIL)
		return;
	for (int i = 0; prepared && i < prepared->num_params; i++)
	{
		if (!asb_type_decide(role, prepared->param_types[i]))
			asb_type_refuse(prepared->param_types[i]);
	}
	foreach(cell, stmt->params)
	{
		ResTarget  *target = makeNode(ResTarget);

		target->val = copyObject(lfirst(cell));
		select->targetList = lappend(select->targetList, target);
	}
	raw->stmt = (Node *) select;
	raw->stmt_location = location;
	query = parse_analyze_fixedparams(raw, source, NULL, 0, environment);
	if (asb_bounded_called((Node *) query->targetList))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ERRCODE_FEATURE_NOT_SUPPORTED,
			.object = "EXECUTE",
			.message = "arguments of EXECUTE cannot search values in one another",
			.hint = "Search in the prepared statement itself."
		});
	/* such calls are refused when they are executed, but casts call nothing */
	if (asb_describes((Node *) query->targetList))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_FUNCTION,
			.object = "EXECUTE",
			.message = "arguments of EXECUTE cannot be cast to types that name objects",
			.hint = "Cast in the prepared statement itself."
		});
}

/*
 * COPY runs the input or output functions of the columns' types.  Columns that
 * are not granted are refused as such when it is executed.
 */
static void
judge_copied_types(const CopyStmt *copy, Oid role, Oid relid)
{
	AclMode		privilege = copy->is_from ? ACL_INSERT : ACL_SELECT;
	int			natts = asb_relation_natts(relid);

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		char	   *name = get_attname(relid, attnum, true);

		if (name != NULL && asb_relation_has_column(relid, attnum) &&
			(copy->attlist == NIL || list_member(copy->attlist, makeString(name))) &&
			asb_relation_column_granted(role, relid, attnum, privilege) &&
			!asb_type_decide(role, get_atttype(relid, attnum)))
			asb_type_refuse(get_atttype(relid, attnum));
	}
}

/*
 * COPY of a relation is not analyzed, so its names are looked through here.
 * Privileges are judged when it is executed, but for those on the server's
 * catalogs (see relation.c).
 */
static void
judge_copy(const CopyStmt *copy, Oid role, const char *source, int location)
{
	AsbName		name;
	Oid			relid;

	if (copy->relation == NULL)
		return;
	if (asb_name_unreachable(role, source, location + 1, ASB_NAME_BEFORE, &name))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_RELATION,
			.sqlerrcode = name.sqlerrcode,
			.object = name.object,
			.message = name.message,
			.hint = name.hint,
			.position = name.position
		});

	relid = RangeVarGetRelid(copy->relation, NoLock, true);
	if (!OidIsValid(relid))
		return;
	if (relid < FirstNormalObjectId)
		asb_relation_refuse(ASB_RELATION_HIDDEN, role, copy->relation->relname,
							relid, InvalidAttrNumber, 0);
	judge_copied_types(copy, role, relid);
}

/*
 * Each savepoint that something was written under holds a lock of its own, in
 * a table that all sessions of the server share.
 */
static void
judge_transaction(const TransactionStmt *stmt)
{
	if (stmt->kind == TRANS_STMT_SAVEPOINT &&
		GetCurrentTransactionNestLevel() > ASB_MAX_SAVEPOINTS)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ERRCODE_PROGRAM_LIMIT_EXCEEDED,
			.object = "SAVEPOINT",
			.message = psprintf("a transaction can have %d savepoints at a time", ASB_MAX_SAVEPOINTS),
			.hint = "Release those that are not needed any more."
		});
	asb_setting_gate_transaction(stmt->options);
}

/*
 * Options are judged by name, as a newer server may have more.  The encodings of
 * COPY are the client's, as others call the server's conversion routines.
 */
static void
judge_options(const Node *statement, const List *options, const char *const *known)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		const char *name = lfirst_node(DefElem, cell)->defname;
		const char *const *each = known;

		while (*each && strcmp(*each, name) != 0)
			each++;
		if (*each == NULL)
			asb_refuse(&(AsbRefusal) {
				.gate = ASB_GATE_STATEMENT,
				.object = GetCommandTagName(CreateCommandTag(unconstify(Node *, statement))),
				.message = psprintf("option \"%s\" is not allowed here", name),
				.hint = "Leave the option out."
			});
		else if (strcmp(name, "encoding") == 0 &&
				 asb_setting_decide(NULL, "client_encoding", defGetString(lfirst(cell)),
									ASB_SETTING_SET) != ASB_SETTING_ALLOWED)
			asb_refuse(&(AsbRefusal) {
				.gate = ASB_GATE_STATEMENT,
				.object = GetCommandTagName(CreateCommandTag(unconstify(Node *, statement))),
				.message = "this encoding is not allowed here",
				.hint = "It can be UTF8 or SQL_ASCII."
			});
	}
}

void
asb_statement_gate_explain(const ExplainStmt *statement)
{
	static const char *const known[] = {
		"analyze", "buffers", "costs", "format", "settings", "summary", "timing", "verbose", "wal", NULL
	};

	judge_options((const Node *) statement, statement->options, known);
}

/*
 * EXECUTE goes on with the statement that it is about when its arguments, or what
 * it runs, have called a function that took it away.  A limit, so that it holds
 * in observe mode, too.
 */
static void
judge_deallocation(bool nested)
{
	if (nested)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.object = "DEALLOCATE",
			.message = "DEALLOCATE is not allowed inside functions",
			.hint = "Send it as a statement of its own."
		});
}

/* Judges what a statement says that its kind does not decide. */
static bool
judge_content(PlannedStmt *pstmt, Oid role, const char *source, QueryEnvironment *environment,
			  bool nested)
{
	static const char *const of_copy[] = {
		"delimiter", "encoding", "escape", "force_not_null", "force_null", "force_quote", "format", "freeze",
		"header", "null", "quote", NULL
	};
	Node	   *statement = pstmt->utilityStmt;

	if (IsA(statement, ExplainStmt))
	{
		const Node *utility = explained_utility((ExplainStmt *) statement);

		if (utility)
			statement = unconstify(Node *, utility);
	}

	switch (nodeTag(statement))
	{
		case T_CopyStmt:
			judge_options(statement, ((CopyStmt *) statement)->options, of_copy);
			judge_copy((CopyStmt *) statement, role, source, pstmt->stmt_location);
			return true;
		case T_DeallocateStmt:
			judge_deallocation(nested);
			return true;
		case T_ExecuteStmt:
			judge_arguments((ExecuteStmt *) statement, role, source, pstmt->stmt_location, environment);
			return true;
		case T_TransactionStmt:
			judge_transaction((TransactionStmt *) statement);
			return true;
		case T_VariableSetStmt:
			return is_identity((VariableSetStmt *) statement) ||
				asb_setting_gate_set((VariableSetStmt *) statement);
		default:
			return true;
	}
}

/* What to do instead of a statement that no profile can allow. */
static const char *
alternative(const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateStmt:
		case T_CreateTableAsStmt:
			return "Name intermediate results by WITH; what is to stay can be put into agentsandbox.notes.";
		case T_DeclareCursorStmt:
			return "Declare it without HOLD, in a transaction block.";
		case T_CopyStmt:
			return "Use SELECT and INSERT; files of the server cannot be reached.";
		case T_DoStmt:
			return "Send the statements one by one.";
		case T_ListenStmt:
		case T_NotifyStmt:
			return "To wait for the answer of a call, use agentsandbox.await().";
		default:
			return "Queries, INSERT, UPDATE, DELETE, MERGE, transactions, prepared statements and cursors without HOLD are allowed.";
	}
}

bool
asb_statement_gate(const AsbSession *agent, PlannedStmt *pstmt,
				   const char *source, QueryEnvironment *environment, bool nested)
{
	const AsbProfile *profile =
	agent->kind == ASB_SESSION_CONVERSATION ? &agent->profile : NULL;
	AsbStatementVerdict verdict = asb_statement_decide(profile, pstmt->utilityStmt);
	const char *name;

	if (verdict == ASB_STATEMENT_ALLOWED)
		return judge_content(pstmt, agent->role, source, environment, nested);

	name = GetCommandTagName(CreateCommandTag(pstmt->utilityStmt));
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_STATEMENT,
		.object = name,
		.message = psprintf("%s is not allowed", name),
		.hint = verdict == ASB_STATEMENT_OPTION ?
			"The operator can allow it for the profile." : alternative(pstmt->utilityStmt)
	});
	return true;
}
