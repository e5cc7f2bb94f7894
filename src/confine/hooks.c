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
#include "libpq/auth.h"
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "tcop/utility.h"

#include "confine/hooks.h"
#include "confine/login.h"
#include "core/wakeup.h"

#define MAX_CALLBACKS 4

static AsbDatabaseDdlCallback database_ddl_callbacks[MAX_CALLBACKS];
static int	ndatabase_ddl_callbacks = 0;

static ClientAuthentication_hook_type next_client_authentication_hook = NULL;
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

static void
asb_process_utility(PlannedStmt *pstmt, const char *queryString,
					bool readOnlyTree, ProcessUtilityContext context,
					ParamListInfo params, QueryEnvironment *queryEnv,
					DestReceiver *dest, QueryCompletion *qc)
{
	/* in a failed transaction only its end gets this far */
	if (IsTransactionState())
	{
		const char *database = exclusive_database(pstmt->utilityStmt);

		for (int i = 0; database && i < ndatabase_ddl_callbacks; i++)
			database_ddl_callbacks[i] (database);
		if (may_drop_extension(pstmt->utilityStmt))
			asb_wakeup_at_commit();
	}

	if (next_process_utility_hook)
		next_process_utility_hook(pstmt, queryString, readOnlyTree, context,
								  params, queryEnv, dest, qc);
	else
		standard_ProcessUtility(pstmt, queryString, readOnlyTree, context,
								params, queryEnv, dest, qc);
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
	next_process_utility_hook = ProcessUtility_hook;
	ProcessUtility_hook = asb_process_utility;
}
