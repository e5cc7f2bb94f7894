/*
 * disclosure.c
 *	  What errors tell a sandboxed session.
 *
 * Works in emit_log_hook, the only place that sees errors of the parser.  It is
 * called for what is to reach the server's log only, so a sandboxed session logs
 * errors and warnings whatever log_min_messages says; lesser messages come by
 * here too, but go on to the log only if they were to.  The log is told the same
 * as the client, but for errors of foreign servers, inside functions and of what
 * is behind views; of names there is more in agentsandbox.refusals.
 *
 * Taken out are
 *		names that do not exist or cannot be reached, and those of types that a
 *		client may have given by their number: see disclosure_name.c;
 *		values of rows, in details of constraint violations;
 *		the code of functions and policies, in contexts and internal queries;
 *		why a statement that a function makes of text cannot be analyzed: the
 *		text may be the agent's, and name.c does not know which;
 *		names that the server quotes once the text was analyzed, which may be of
 *		what is behind views, functions, policies, triggers and defaults;
 *		what foreign servers say, whose names, rows and code are theirs;
 *		where in the server's source an error was raised, which tells one
 *		"does not exist" from another;
 *		all but the beginning of long texts, which may be values of any size:
 *		no limit of what is returned counts them, and the log gets them too.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/constraint.h"
#include "confine/disclosure.h"
#include "confine/disclosure_name.h"
#include "confine/relation.h"
#include "confine/type.h"
#include "core/compat.h"
#include "session/session.h"

/* bytes of a message that are told, and of a statement that are logged */
#define MAX_TEXT 8192

/* log_min_messages before we asked for more */
static int	wanted_in_log = WARNING;

/* Was the error raised in one of these files of the server? */
static bool
is_of_files(const ErrorData *error, const char *const *files, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(error->filename, files[i]) == 0)
			return true;
	}
	return false;
}

/*
 * Was the error raised by the raw parser, which looks nothing up?  It reads the
 * names of types in literals, too, once the names before them were looked up.
 */
static bool
is_of_raw_parser(const ErrorData *error)
{
	static const char *const files[] = {
		"gram.y", "gram.c", "scan.l", "scan.c", "parser.c", "scansup.c", "mbutils.c", "wchar.c"
	};

	if (error->context && strstr(error->context, "invalid type name \""))
		return false;
	return is_of_files(error, files, lengthof(files));
}

/* Was the error raised after the text was parsed, and because of what it says? */
static bool
may_be_of_analysis(const ErrorData *error)
{
	if (error->elevel != ERROR || error->filename == NULL || is_of_raw_parser(error))
		return false;

	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
			return false;
		case ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR):
			return error->sqlerrcode == ERRCODE_INTERNAL_ERROR;
		default:
			return true;
	}
}

/* ... and in a state in which catalogs can be read? */
static bool
names_can_be_looked_up(const ErrorData *error, const char *source)
{
	return source != NULL && may_be_of_analysis(error) && IsTransactionState();
}

/* The fastpath message gives a function by its number; no answer tells its name. */
static void
hide_fastpath_names(ErrorData *error)
{
	if (error->sqlerrcode == ERRCODE_UNDEFINED_FUNCTION ||
		asb_starts_with(error->message_id, "permission denied for ") ||
		asb_starts_with(error->message_id, "cannot call function "))
		asb_disclosure_say(error, ERRCODE_UNDEFINED_FUNCTION, "function does not exist", NULL);
}

/*
 * Is an error about a constraint one about a relation, column or domain that
 * the role cannot reach?  Such an error is raised where catalogs can be read:
 * the server reads them itself to word it.
 */
static bool
is_about_hidden(Oid role, const ErrorData *error)
{
	Oid			nspoid = error->schema_name ? get_namespace_oid(error->schema_name, true) : InvalidOid;

	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		!IsTransactionState())
		return false;

	if (error->table_name)
	{
		Oid			relid = get_relname_relid(error->table_name, nspoid);

		if (!OidIsValid(relid) || !asb_relation_reachable(role, relid) ||
			pg_namespace_aclcheck(nspoid, role, ACL_USAGE) != ACLCHECK_OK)
			return true;
		if (error->constraint_name)
			return !asb_constraint_known(role, relid, error->constraint_name);
		return error->column_name &&
			!asb_relation_column_granted(role, relid, get_attnum(relid, error->column_name),
										 ASB_OF_COLUMNS);
	}
	if (error->datatype_name)
	{
		Oid			typid = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
											PointerGetDatum(error->datatype_name),
											ObjectIdGetDatum(nspoid));

		return !OidIsValid(typid) || !asb_type_decide(role, typid);
	}
	return false;
}

static const char *
unnamed_constraint(int sqlerrcode)
{
	switch (sqlerrcode)
	{
		case ERRCODE_UNIQUE_VIOLATION:
			return "duplicate key value violates a unique constraint";
		case ERRCODE_NOT_NULL_VIOLATION:
			return "null value violates a not-null constraint";
		case ERRCODE_CHECK_VIOLATION:
			return "new row or value violates a check constraint";
		case ERRCODE_FOREIGN_KEY_VIOLATION:
			return "insert or update violates a foreign key constraint";
		case ERRCODE_EXCLUSION_VIOLATION:
			return "conflicting key value violates an exclusion constraint";
		default:
			return "a constraint is violated";
	}
}

/*
 * Does it name objects without quotes, as what a function's own statements drop,
 * look for or are not the owner of?  "%s" alone is of RAISE, unless the server
 * says so what DROP CASCADE drops; types are looked at by themselves.
 */
static bool
names_unquoted(const ErrorData *error)
{
	const char *format = error->message_id;

	if (strcmp(format, "%s") == 0)
		return error->filename && strcmp(error->filename, "dependency.c") == 0;
	if (strstr(format, "%s") == NULL || strstr(format, "type %s"))
		return false;
	switch (error->sqlerrcode)
	{
		case ERRCODE_UNDEFINED_FUNCTION:
		case ERRCODE_AMBIGUOUS_FUNCTION:
		case ERRCODE_WRONG_OBJECT_TYPE:
		case ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST:
			return true;
		default:
			return error->elevel < WARNING || asb_starts_with(format, "must be owner of ");
	}
}

/* Does its format name objects, quote values, or tell how large a row is? */
static bool
tells_something(const ErrorData *error)
{
	const char *format = error->message_id;

	return format &&
		(strstr(format, "\"%") || names_unquoted(error) ||
		 (error->sqlerrcode == ERRCODE_PROGRAM_LIMIT_EXCEEDED && strstr(format, "row ") && strstr(format, "%zu")));
}

/* Is what it quotes of the client's: a value, or a name that only its session has? */
static bool
quotes_own(const ErrorData *error)
{
	switch (error->sqlerrcode)
	{
		case ERRCODE_SEQUENCE_GENERATOR_LIMIT_EXCEEDED:
			return false;
		case ERRCODE_SYNTAX_ERROR:	/* of a value, such as a tsquery */
		case ERRCODE_DUPLICATE_CURSOR:
		case ERRCODE_DUPLICATE_PSTATEMENT:
			return true;
	}
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:	/* see is_about_hidden() */
		case ERRCODE_INVALID_CURSOR_NAME:
		case ERRCODE_INVALID_SQL_STATEMENT_NAME:
		case ERRCODE_SAVEPOINT_EXCEPTION:
			return true;
		default:
			return false;
	}
}

/* Leaves of a message what its format has: as "index row size ... exceeds maximum ...". */
static void
hide_inserted(ErrorData *error)
{
	StringInfoData bare;

	initStringInfo(&bare);
	for (const char *p = error->message_id; *p; p++)
	{
		if (*p == '%' && p[1] != '%')
		{
			p += strcspn(p, "cdefgimpsuxX");
			appendStringInfoString(&bare, "...");
			if (*p == '\0')
				break;
		}
		else if (*p != '"')
			appendStringInfoChar(&bare, *p == '%' ? *p++ : *p);
	}
	/* the operator has no other place to learn it from */
	error->detail_log = error->message;
	asb_disclosure_say(error, error->sqlerrcode, bare.data, error->hint);
}

/*
 * Did a foreign server word it?  postgres_fdw and dblink pass on its SQLSTATE,
 * others have codes of class HV.  PostgreSQL 18 names the server that has no
 * user mapping.
 */
static bool
is_of_foreign_server(const ErrorData *error)
{
	return (error->context && strstr(error->context, "remote SQL command: ")) ||
		(error->funcname && strcmp(error->funcname, "dblink_res_error") == 0) ||
		ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_FDW_ERROR ||
		asb_starts_with(error->message_id, "user mapping not found for ");
}

static void
hide_foreign_error(ErrorData *error)
{
	bool		constraint = ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION;

	/* the operator has no other place to learn it from */
	error->detail_log = error->message;
	asb_disclosure_say(error, error->sqlerrcode,
		constraint ? unnamed_constraint(error->sqlerrcode) : "a foreign server reported an error", NULL);
}

/* Was the error raised by the server's analysis, which may have given it no place in the statement? */
static bool
is_of_analysis(const ErrorData *error)
{
	static const char *const files[] = {"analyze.c", "makefuncs.c", "namespace.c", "pg_constraint.c"};

	return is_of_files(error, files, lengthof(files)) ||
		asb_starts_with(error->filename, "parse_") ||
		asb_starts_with(error->message_id, "permission denied for schema ");
}

/*
 * Is it of the analysis of a statement inside a function that runs with the
 * agent's own authority?  If it has a place in it, it has the statement, too, or
 * else it has a context; the planner looks again at what was analyzed and has none.
 */
static bool
is_of_inner_analysis(Oid role, const ErrorData *error, bool analyzing)
{
	return may_be_of_analysis(error) &&
		(error->internalquery != NULL || (!analyzing && error->context && is_of_analysis(error))) &&
		(GetUserId() == role || !InLocalUserIdChange());
}

/* The same of all of them, or what is missing could be told from what is hidden. */
static void
hide_inner_analysis(ErrorData *error)
{
	error->detail_log = error->message;
	asb_disclosure_say(error, ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION,
		"a statement inside a function names what does not exist or is not granted, or does not fit",
		"agentsandbox.tables and agentsandbox.columns list what can be used.");
}

/*
 * The server looks for the partition of a row before it asks policies whether
 * there may be such a row: that there is none would tell which values rows of
 * others can have.
 */
static bool
tells_partitions(const ErrorData *error)
{
	Oid			relid;
	List	   *ancestors;
	HeapTuple	tuple;
	bool		has_policies;

	if (!asb_starts_with(error->message_id, "no partition of relation ") || !IsTransactionState())
		return false;
	relid = error->table_name && error->schema_name ?
		get_relname_relid(error->table_name, get_namespace_oid(error->schema_name, true)) : InvalidOid;
	ancestors = get_partition_ancestors(relid);
	if (ancestors)
		relid = llast_oid(ancestors);
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	has_policies = !HeapTupleIsValid(tuple) || ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return has_policies;
}

/*
 * What the server says of objects that the agent's text does not name.  Once
 * the text was analyzed no name is told: which of them the agent knows, or
 * only guessed in its text, cannot be seen from an error.
 */
static void
hide_objects(Oid role, ErrorData *error, bool of_text)
{
	if (asb_starts_with(error->message_id, "permission denied for "))
		asb_disclosure_say(error, error->sqlerrcode,
			"permission denied for something that a view, function, policy, trigger or default uses",
			NULL);
	else if (asb_starts_with(error->message_id, "cache lookup failed for type "))
		asb_disclosure_say_type(error);
	else if ((error->message_id && strstr(error->message_id, " violates row-level security policy ")) ||
			 tells_partitions(error))
		asb_disclosure_say(error, ERRCODE_INSUFFICIENT_PRIVILEGE, "row violates row-level security policy", NULL);
	else if (asb_starts_with(error->message_id, "update or delete on table "))
		asb_disclosure_say(error, error->sqlerrcode, "update or delete violates a foreign key constraint", NULL);
	else if (is_about_hidden(role, error))
		asb_disclosure_say(error, error->sqlerrcode, unnamed_constraint(error->sqlerrcode), NULL);
	else if (!of_text &&
			 ((tells_something(error) && !quotes_own(error)) ||
			  (may_be_of_analysis(error) && IsTransactionState() && asb_disclosure_tells_type(role, error))))
		hide_inserted(error);
}

/*
 * Is it of what the agent's text itself says?  The rewriter puts in what is
 * behind the views and rules that it names, and collations come from columns.
 */
static bool
is_of_text(const ErrorData *error, bool analyzing)
{
	return analyzing && !asb_starts_with(error->filename, "rewrite") &&
		!asb_starts_with(error->message_id, "collation mismatch between implicit ");
}

void
asb_disclosure_names(Oid role, const char *source, ErrorData *error)
{
	/* a callback of the function that was given the text has moved it */
	error->cursorpos = Max(error->cursorpos, error->internalpos);
	if (names_can_be_looked_up(error, source))
		asb_disclosure_hide_names(role, source, error);
	hide_objects(role, error, is_of_text(error, true));
	/* for the gate it is none of a function's statements, and its names have been looked at */
	error->internalquery = NULL;
	error->filename = NULL;
}

/* Cuts off a long text between characters; each has been allocated for this error. */
static void
clip(char *text)
{
	size_t		length = text ? strlen(text) : 0;

	if (length > MAX_TEXT)
		strcpy(text + pg_mbcliplen(text, MAX_TEXT, MAX_TEXT - 3), "...");
}

/* The same with what else the log would tell of the statement. */
static void
clip_statement(ErrorData *error)
{
	if (debug_query_string == NULL || strnlen(debug_query_string, MAX_TEXT + 1) <= MAX_TEXT)
		return;
	error->hide_stmt = true;
	if (error->detail_log == NULL && error->detail == NULL)
		error->detail_log = psprintf("The statement is long and begins: %.*s",
									 pg_mbcliplen(debug_query_string, MAX_TEXT, MAX_TEXT / 8),
									 debug_query_string);
}

/* Does the hint name what a function's own statement could mean, or what is in its way? */
static bool
hint_names_objects(const ErrorData *error, bool analyzing)
{
	return !analyzing &&
		((error->filename && strcmp(error->filename, "parse_relation.c") == 0) ||
		 asb_starts_with(error->hint, "Use DROP ") ||
		 asb_starts_with(error->hint, "You might need to specify \"USING "));
}

/* Details that come from the client's own text or values. */
static bool
detail_is_own(const ErrorData *error, bool of_text)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_PROGRAM_LIMIT_EXCEEDED:
			return true;
		case ERRCODE_FEATURE_NOT_SUPPORTED:
		case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
			return of_text;
		default:
			return false;
	}
}

/* Where in its own data the client went wrong; anything else is of functions. */
static bool
context_is_own(const ErrorData *error)
{
	return (asb_starts_with(error->context, "COPY ") || asb_starts_with(error->context, "JSON data, line ")) &&
		strchr(error->context, '\n') == NULL;
}

void
asb_disclosure_gate(ErrorData *error, const char *source, bool analyzing)
{
	Oid			role = asb_session_known_role();
	bool		of_text;

	if (!OidIsValid(role) || error->elevel < INFO)
		return;
	/* a function in an argument of EXECUTE runs while the text is looked at */
	of_text = is_of_text(error, analyzing) && (error->context == NULL || context_is_own(error));

	if (error->elevel < WARNING && (error->elevel < wanted_in_log || wanted_in_log == LOG))
		error->output_to_server = false;

	/* aclitem's input function warns if the role it was given exists */
	if (asb_starts_with(error->message_id, "defaulting grantor "))
		error->output_to_client = false;

	if (is_of_foreign_server(error))
		hide_foreign_error(error);
	else if (is_of_inner_analysis(role, error, analyzing))
		hide_inner_analysis(error);
	else if (hint_names_objects(error, analyzing))
		error->hint = NULL;
	else if (analyzing && names_can_be_looked_up(error, source))
		asb_disclosure_hide_names(role, source, error);
	else if (analyzing && error->elevel == ERROR && source == NULL)
		hide_fastpath_names(error);
	/* without a file: see asb_disclosure_names() */
	hide_objects(role, error, of_text || error->filename == NULL);

	/* whatever was refused, this is what is wrong */
	if (error->elevel == ERROR && asb_session_known_outside() &&
		ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION &&
		error->sqlerrcode != ERRCODE_SYNTAX_ERROR)
		error->hint = pstrdup("The session is in no conversation: use agentsandbox.enter() first.");

	if (!detail_is_own(error, of_text))
		error->detail = NULL;
	if (!context_is_own(error))
		error->context = NULL;
	error->internalquery = NULL;
	error->internalpos = 0;
	error->schema_name = NULL;
	error->table_name = NULL;
	error->column_name = NULL;
	error->datatype_name = NULL;
	error->constraint_name = NULL;
	error->filename = NULL;
	error->lineno = 0;
	error->funcname = NULL;

	clip(error->message);
	clip(error->detail);
	clip(error->hint);
	clip(error->detail_log);
	clip(error->context);
	clip_statement(error);
}

/* What a conversation's session has, whatever the server's settings say. */
static const char *const settings[][2] = {
	/* a translation has other quotes, and other words around them */
	{"lc_messages", "C"},
	/* plans and audit trails tell of what is behind views and functions */
	{"auto_explain.log_level", "log"},
	{"pgaudit.log_client", "off"},
};

/*
 * Of a library that is not loaded, or not yet, the server keeps a setting until
 * it is.  A first one sorts all settings again, a third of what a login takes:
 * sessions inherit the postmaster's.
 */
void
asb_disclosure_init(void)
{
	for (int i = 0; i < lengthof(settings); i++)
		if (GetConfigOption(settings[i][0], true, false) == NULL)
			SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_DEFAULT);
}

void
asb_disclosure_bind(void)
{
	for (int i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);

	if (log_min_messages != LOG && log_min_messages <= INFO)
		return;
	wanted_in_log = log_min_messages;
	SetConfigOption("log_min_messages", "info", PGC_SUSET, PGC_S_OVERRIDE);
}
