/*
 * setting.c
 *	  The setting gate: which settings a sandboxed session may change or see.
 *
 * A setting that the table below does not list is refused, and whether it
 * exists is not told.  Listed are those that change how values are written or
 * read, or that bind the session more tightly; none that changes what is
 * allowed, how much is used, what is logged or how a plan is made.
 *
 * What a profile fixes is set with the source "override" when the session is
 * bound (limit.c), so that RESET and RESET ALL lead back to it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/varlena.h"

#include "confine/refusal.h"
#include "confine/setting.h"
#include "core/compat.h"
#include "session/session.h"

/* The server takes time in proportion to the square of a list of names with quotes. */
#define MAX_VALUE_BYTES 8192

static bool
only_on(const char *value)
{
	bool		on;

	return parse_bool(value, &on) && on;
}

static bool
only_off(const char *value)
{
	bool		on;

	return parse_bool(value, &on) && !on;
}

static bool
harmless_encoding(const char *value)
{
	int			encoding = pg_char_to_encoding(value);

	return encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
}

/* Levels below these show what the server does; log tells of other sessions. */
static bool
harmless_message_level(const char *value)
{
	return pg_strcasecmp(value, "notice") == 0 ||
		pg_strcasecmp(value, "warning") == 0 ||
		pg_strcasecmp(value, "error") == 0;
}

/* Serializable transactions fail because of rows that the other cannot see. */
static bool
harmless_isolation(const char *value)
{
	return pg_strcasecmp(value, "read committed") == 0 ||
		pg_strcasecmp(value, "repeatable read") == 0 ||
		pg_strcasecmp(value, "read uncommitted") == 0;
}

/* Names of schemas are only looked up among those the session may use. */
static bool
harmless_search_path(const char *value)
{
	List	   *names;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(value), ',', &names))
		return false;
	foreach(cell, names)
	{
		const char *name = lfirst(cell);

		if (strncmp(name, "pg_", 3) == 0 && strcmp(name, "pg_catalog") != 0)
			return false;
	}
	return true;
}

/* The server's own; that of another would tell that it exists. */
static bool
harmless_text_search_config(const char *value)
{
	if (strncmp(value, "pg_catalog.", 11) == 0)
		value += 11;
	else if (!OidIsValid(MyDatabaseId))
		return false;			/* at login nothing can be looked up yet */
	return value[0] != '\0' &&
		strspn(value, "abcdefghijklmnopqrstuvwxyz_") == strlen(value) &&
		(!OidIsValid(MyDatabaseId) ||
		 OidIsValid(get_ts_config_oid(list_make2(makeString("pg_catalog"),
												 makeString(pstrdup(value))), true)));
}

/* Names of zones and offsets, not the full language of POSIX zones. */
static bool
harmless_time_zone(const char *value)
{
	return (isalnum((unsigned char) value[0]) || value[0] == '+' || value[0] == '-') &&
		strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/+-:. '") ==
		strlen(value);
}

#define CHECK(function) .check = function
#define INSTEAD(value) .instead = value
#define LIMIT(column) .limit = offsetof(AsbLimits, column)
#define TIME_VALUES "It can be any time but zero, up to the limit that SHOW tells at the start."

/* In alphabetical order, with the case that SHOW ALL has. */
static const AsbSetting settings[] = {
	{"application_name", ASB_SETTING_FIXED, NULL,
	"is the conversation's, whatever a driver sets"},
	{"bytea_output", ASB_SETTING_FREE, NULL,
	"how values are written"},
	{"client_encoding", ASB_SETTING_CHECKED, "It can be UTF8 or SQL_ASCII.",
		"how text is exchanged, without the server's conversion routines",
	CHECK(harmless_encoding), INSTEAD("UTF8")},
	{"client_min_messages", ASB_SETTING_CHECKED, "It can be notice, warning or error.",
		"fewer messages, never those meant for the server's log",
	CHECK(harmless_message_level), INSTEAD("notice")},
	{"DateStyle", ASB_SETTING_FREE, NULL,
	"how values are written and read"},
	{"default_text_search_config", ASB_SETTING_CHECKED, "It can be a configuration of pg_catalog.",
		"default for functions that can be told it",
	CHECK(harmless_text_search_config)},
	{"default_transaction_deferrable", ASB_SETTING_FREE, NULL,
	"matters to serializable transactions only"},
	{"default_transaction_isolation", ASB_SETTING_CHECKED, "It can be read committed or repeatable read.",
		"option of BEGIN, without the predicate locks of serializable",
	CHECK(harmless_isolation), INSTEAD("repeatable read")},
	{"default_transaction_read_only", ASB_SETTING_CHECKED, "It can be turned on; RESET turns it back.",
		"allows less",
	CHECK(only_on)},
	{"extra_float_digits", ASB_SETTING_FREE, NULL,
	"how values are written"},
	{"idle_in_transaction_session_timeout", ASB_SETTING_TIME, TIME_VALUES,
		"allows less",
	LIMIT(idle_in_transaction_time)},
	{"idle_session_timeout", ASB_SETTING_TIME, TIME_VALUES,
		"allows less",
	LIMIT(idle_session_time)},
	{"in_hot_standby", ASB_SETTING_SEEN, NULL,
	"reported to every client at connect"},
	{"integer_datetimes", ASB_SETTING_SEEN, NULL,
	"reported to every client at connect"},
	{"IntervalStyle", ASB_SETTING_FREE, NULL,
	"how values are written and read"},
	{"is_superuser", ASB_SETTING_SEEN, NULL,
	"reported to every client at connect"},
	{"jit", ASB_SETTING_CHECKED, "It can be off.",
		"drivers turn it off; it is off",
	CHECK(only_off)},
	{"lc_collate", ASB_SETTING_SEEN, NULL,
	"how text is sorted, which a query tells too"},
	{"lc_ctype", ASB_SETTING_SEEN, NULL,
	"what is a letter, which a query tells too"},
	{"lock_timeout", ASB_SETTING_TIME, TIME_VALUES,
		"allows less",
	LIMIT(lock_wait)},
	{"max_identifier_length", ASB_SETTING_SEEN, NULL,
	"constant of the server, read by drivers"},
	{"max_index_keys", ASB_SETTING_SEEN, NULL,
	"constant of the server, read by drivers"},
	{"role", ASB_SETTING_SEEN, NULL,
	"the session's own"},
	{"row_security", ASB_SETTING_CHECKED, "It can be on.",
		"policies apply anyway; off makes queries fail",
	CHECK(only_on)},
	{"search_path", ASB_SETTING_CHECKED, "It can hold no schema with a name that starts with pg_, but for pg_catalog.",
		"names are judged by what they are found to mean",
	CHECK(harmless_search_path)},
	{"seed", ASB_SETTING_FREE, NULL,
	"the session's own random()"},
	{"server_encoding", ASB_SETTING_SEEN, NULL,
	"reported to every client at connect"},
	{"server_version", ASB_SETTING_SEEN, NULL,
	"reported to every client at connect"},
	{"server_version_num", ASB_SETTING_SEEN, NULL,
	"as server_version"},
	{"session_authorization", ASB_SETTING_SEEN, NULL,
	"the session's own"},
	{"standard_conforming_strings", ASB_SETTING_CHECKED, "It can be on.",
		"drivers and their quoting rely on it",
	CHECK(only_on), INSTEAD("on")},
	{"statement_timeout", ASB_SETTING_TIME, TIME_VALUES,
		"allows less",
	LIMIT(statement_time)},
	{"TimeZone", ASB_SETTING_CHECKED, "It can be the name of a zone or an offset.",
		"how values are written and read",
	CHECK(harmless_time_zone)},
	{"transaction_deferrable", ASB_SETTING_FREE, NULL,
	"matters to serializable transactions only"},
	{"transaction_isolation", ASB_SETTING_CHECKED, "It can be read committed or repeatable read.",
		"option of BEGIN, without the predicate locks of serializable",
	CHECK(harmless_isolation)},
	{"transaction_read_only", ASB_SETTING_CHECKED, "It can be turned on.",
		"allows less",
	CHECK(only_on)},
};

const AsbSetting *
asb_setting_listed(int i)
{
	return i < lengthof(settings) ? &settings[i] : NULL;
}

static const AsbSetting *
find(const char *name)
{
	for (int i = 0; i < lengthof(settings); i++)
	{
		if (pg_strcasecmp(name, settings[i].name) == 0)
			return &settings[i];
	}
	return NULL;
}

static bool
is_too_long(const char *value)
{
	return value && strlen(value) > MAX_VALUE_BYTES;
}

/* Is this a time that only binds the session more tightly? */
static bool
within_limit(const AsbProfile *profile, const AsbSetting *setting,
			 const char *value, AsbSettingWay way)
{
	int			milliseconds;

	if (!parse_int(value, &milliseconds, GUC_UNIT_MS, NULL) || milliseconds <= 0)
		return false;
	return way != ASB_SETTING_SET || profile == NULL ||
		milliseconds <= *(const int *) ((const char *) &profile->limits + setting->limit);
}

AsbSettingVerdict
asb_setting_decide(const AsbProfile *profile, const char *name,
				   const char *value, AsbSettingWay way)
{
	const AsbSetting *setting = find(name);
	bool		harmless = true;

	if (setting == NULL)
		return ASB_SETTING_UNLISTED;
	if (way == ASB_SETTING_SHOW)
		return ASB_SETTING_ALLOWED;
	if (way == ASB_SETTING_SET && is_too_long(value))
		return ASB_SETTING_BAD_VALUE;

	/* the binding of the session replaces these */
	if (way == ASB_SETTING_STORED &&
		(setting->kind == ASB_SETTING_TIME || strcmp(setting->name, "search_path") == 0))
		return ASB_SETTING_ALLOWED;
	if (way == ASB_SETTING_STARTUP && strcmp(setting->name, "search_path") == 0)
		return ASB_SETTING_BAD_VALUE;

	switch (setting->kind)
	{
		case ASB_SETTING_SEEN:
			return ASB_SETTING_UNLISTED;
		case ASB_SETTING_FIXED:
			return ASB_SETTING_IGNORED;
		case ASB_SETTING_FREE:
			break;
		case ASB_SETTING_CHECKED:
			harmless = value == NULL || setting->check(value);
			break;
		case ASB_SETTING_TIME:
			harmless = value == NULL || within_limit(profile, setting, value, way);
			break;
	}
	return harmless ? ASB_SETTING_ALLOWED : ASB_SETTING_BAD_VALUE;
}

/* Decides and refuses; whether it has an effect. */
static bool
gate(const char *name, const char *value, AsbSettingWay way)
{
	const AsbSession *session = asb_session();
	const AsbProfile *profile =
	session && session->kind == ASB_SESSION_CONVERSATION ? &session->profile : NULL;
	AsbSettingVerdict verdict = asb_setting_decide(profile, name, value, way);

	if (verdict == ASB_SETTING_UNLISTED)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_SETTING,
			.object = name,
			.message = psprintf("permission denied for parameter \"%s\"", name),
			/* people who know other databases ask so */
			.hint = pg_strcasecmp(name, "tables") == 0 ? "Read agentsandbox.tables and agentsandbox.columns instead." :
				"The operator decides about this parameter; continue without it."
		});
	else if (verdict == ASB_SETTING_BAD_VALUE)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_SETTING,
			.object = name,
			.message = psprintf("permission denied for this value of parameter \"%s\"", name),
			.hint = is_too_long(value) ? psprintf("It can be %d bytes long.", MAX_VALUE_BYTES) :
				find(name)->values
		});
	return verdict != ASB_SETTING_IGNORED;
}

/* A value of an option of BEGIN or SET TRANSACTION, as text. */
static const char *
option_value(const DefElem *option)
{
	const A_Const *constant = castNode(A_Const, option->arg);

	if (IsA(&constant->val, Integer))
		return constant->val.ival.ival ? "on" : "off";
	return constant->val.sval.sval;
}

/*
 * The modes of a transaction.  READ WRITE is what drivers send to take their
 * own READ ONLY back, so it is allowed unless read-only is the default that
 * the administrator chose.
 */
static void
gate_modes(List *options, const char *prefix)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		const DefElem *option = lfirst_node(DefElem, cell);
		const char *value = option_value(option);
		bool		read_only;

		if (strcmp(option->defname, "transaction_read_only") == 0 &&
			!only_on(value) &&
			parse_bool(GetConfigOptionResetString("default_transaction_read_only"), &read_only) &&
			!read_only)
			continue;
		(void) gate(psprintf("%s%s", prefix, option->defname), value, ASB_SETTING_SET);
	}
}

void
asb_setting_gate_transaction(List *options)
{
	gate_modes(options, "");
}

bool
asb_setting_gate_set(VariableSetStmt *stmt)
{
	switch (stmt->kind)
	{
		case VAR_RESET_ALL:
			return true;		/* back to what the session was bound with */

		case VAR_SET_MULTI:
			if (strcmp(stmt->name, "TRANSACTION") == 0)
				gate_modes(stmt->args, "");
			else if (strcmp(stmt->name, "SESSION CHARACTERISTICS") == 0)
				gate_modes(stmt->args, "default_");
			else
				return gate(stmt->name, NULL, ASB_SETTING_SET);
			return true;

		case VAR_SET_VALUE:
			/* the server's look at the value would tell what exists */
			return gate(stmt->name,
						find(stmt->name) ? ExtractSetVariableArgs(stmt) : NULL,
						ASB_SETTING_SET);

		case VAR_SET_CURRENT:
		case VAR_SET_DEFAULT:
		case VAR_RESET:
			return gate(stmt->name, NULL, ASB_SETTING_SET);
	}
	return false;
}

void
asb_setting_gate_show(const VariableShowStmt *stmt)
{
	(void) gate(stmt->name, NULL, ASB_SETTING_SHOW);
}

/* A text argument of a call if it is a constant, else NULL. */
static const char *
constant_text(const FuncExpr *call, int i)
{
	const Const *argument;

	if (i >= list_length(call->args) || !IsA(list_nth(call->args, i), Const))
		return NULL;
	argument = list_nth_node(Const, call->args, i);
	if (argument->constisnull || argument->consttype != TEXTOID)
		return NULL;
	return TextDatumGetCString(argument->constvalue);
}

void
asb_setting_gate_call(const FuncExpr *call)
{
	const char *name = constant_text(call, 0);
	const char *value = NULL;
	/* current_setting() has one or two arguments, set_config() three, of which another name's may have defaults */
	bool		show = get_func_nargs(call->funcid) < 3;

	if (!show)
		value = constant_text(call, 1);

	if (name == NULL || (!show && value == NULL))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_SETTING,
			.message = "permission denied for a parameter that is not named by a constant",
			.hint = "Write its name as a literal."
		});
	else if (!gate(name, value, show ? ASB_SETTING_SHOW : ASB_SETTING_SET))
		/* a call cannot be left out as a statement can */
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_SETTING,
			.object = name,
			.message = psprintf("permission denied for parameter \"%s\"", name),
			.hint = "It is fixed; continue without setting it."
		});
}

/* What a conversation's role has; quoted where the server quotes all identifiers. */
static bool
is_own_preload(const char *name, const char *value)
{
	List	   *libraries;

	return strcmp(name, "session_preload_libraries") == 0 &&
		SplitDirectoriesString(pstrdup(value), ',', &libraries) &&
		list_length(libraries) == 1 &&
		strcmp(linitial(libraries), "agentsandbox") == 0;
}

/*
 * The name of the setting, if an entry of pg_db_role_setting has one that is
 * not allowed in a sandbox; else NULL.
 */
static const char *
stored_objection(const char *entry)
{
	char	   *name = pstrdup(entry);
	char	   *value = strchr(name, '=');

	if (value == NULL)
		return NULL;
	*value++ = '\0';
	return is_own_preload(name, value) ||
		asb_setting_decide(NULL, name, value, ASB_SETTING_STORED) >= ASB_SETTING_ALLOWED ? NULL : name;
}

/* Judges one row of pg_db_role_setting. */
static void
check_stored_row(Datum setconfig)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(setconfig), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		const char *name = stored_objection(TextDatumGetCString(elements[i]));

		if (name)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
					 errmsg("parameter \"%s\" is set for this role or database to a value that is not allowed in a sandbox",
							name),
					 errhint("The administrator removes it with ALTER ROLE or ALTER DATABASE ... RESET.")));
	}
}

ASB_FUNCTION(asb_gate_refuses_login);

/* refuses_login(entry text) RETURNS boolean */
Datum
asb_gate_refuses_login(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(stored_objection(text_to_cstring(PG_GETARG_TEXT_PP(0))) != NULL);
}

void
asb_setting_bind(void)
{
	for (int i = 0; i < lengthof(settings); i++)
	{
		const char *value;

		if (settings[i].instead == NULL)
			continue;
		/* also where it is harmless: the file can be read again */
		value = GetConfigOptionResetString(settings[i].name);
		SetConfigOption(settings[i].name,
						value && settings[i].check(value) ? value : settings[i].instead,
						PGC_SUSET, PGC_S_OVERRIDE);
	}
}

void
asb_setting_check_stored(void)
{
	/* what process_settings() of the server applied at login */
	const Oid	keys[][2] = {
		{MyDatabaseId, GetSessionUserId()},
		{InvalidOid, GetSessionUserId()},
		{MyDatabaseId, InvalidOid},
		{InvalidOid, InvalidOid},
	};
	Relation	rel = table_open(DbRoleSettingRelationId, AccessShareLock);

	for (int i = 0; i < lengthof(keys); i++)
	{
		ScanKeyData key[2];
		SysScanDesc scan;
		HeapTuple	tuple;

		ScanKeyInit(&key[0], Anum_pg_db_role_setting_setdatabase,
					BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(keys[i][0]));
		ScanKeyInit(&key[1], Anum_pg_db_role_setting_setrole,
					BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(keys[i][1]));
		scan = systable_beginscan(rel, DbRoleSettingDatidRolidIndexId, true,
								  NULL, 2, key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			bool		isnull;
			Datum		setconfig = heap_getattr(tuple, Anum_pg_db_role_setting_setconfig,
												 RelationGetDescr(rel), &isnull);

			if (!isnull)
				check_stored_row(setconfig);
		}
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
}
