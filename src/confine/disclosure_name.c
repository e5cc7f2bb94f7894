/*
 * disclosure_name.c
 *	  What errors tell of names: no more than whether the role can reach them.
 *
 * Which name of a text cannot be reached is found out by name.c; here is what is
 * said of it, and of the names of types, which the text need not hold: a client
 * may have given them by their number, and the server writes them out.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "confine/disclosure_name.h"
#include "confine/function.h"
#include "confine/name.h"
#include "confine/type.h"
#include "core/compat.h"
#include "core/errors.h"
#include "session/session.h"

void
asb_disclosure_say(ErrorData *error, int sqlerrcode, const char *message, const char *hint)
{
	error->sqlerrcode = sqlerrcode;
	error->message = pstrdup(message);
	error->message_id = error->message;
	error->hint = hint ? pstrdup(hint) : NULL;
	error->detail = NULL;
}

/* As the gate does, where the type fits. */
void
asb_disclosure_say_type(ErrorData *error)
{
	asb_disclosure_say(error, ERRCODE_INSUFFICIENT_PRIVILEGE, ASB_TYPE_NOT_GRANTED, NULL);
	error->cursorpos = 0;
}

/* Is it about a name that qualifies a column, or is to be locked, but is not one of FROM's? */
static bool
names_missing_alias(const ErrorData *error)
{
	return asb_starts_with(error->message_id, "relation \"%s\" in %s clause not found in FROM clause") ||
		asb_starts_with(error->message_id, "missing FROM-clause entry for table ") ||
		asb_starts_with(error->message_id, "invalid reference to FROM-clause entry for table ");
}

/* Is it about what may be a function, hidden or none, in the notation of a column, or about a type? */
static AsbNameCause
cause_of(const ErrorData *error)
{
	if (asb_starts_with(error->message, "values of type "))
		return ASB_NAME_TYPE;
	return error->cursorpos > 0 &&
		(asb_starts_with(error->message, "column notation ") ||
		 asb_starts_with(error->message, "cannot cast type record to ") ||
		 asb_starts_with(error->message, ASB_FUNCTION_NOT_GRANTED)) ?
		ASB_NAME_NOT_COLUMN : ASB_NAME_ERROR;
}

/* Is it the name of a type, as the server writes it, that the role cannot reach? */
static bool
is_hidden_type(Oid role, const char *schema, const char *name)
{
	List	   *schemas = schema ? list_make1_oid(get_namespace_oid(schema, true)) : fetch_search_path(true);
	ListCell   *cell;

	foreach(cell, schemas)
	{
		Oid			typid = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
											PointerGetDatum(name),
											ObjectIdGetDatum(lfirst_oid(cell)));

		if (OidIsValid(typid))
			return typid >= FirstNormalObjectId && !asb_type_decide(role, typid);
	}
	return false;
}

static bool
in_identifier(char c)
{
	return isalnum((unsigned char) c) || c == '_' || c == '$' || IS_HIGHBIT_SET(c);
}

/* Reads an identifier, quoted or not, and goes on behind it; NULL if there is none. */
static char *
read_identifier(const char **from, const char *end)
{
	const char *p = *from;
	StringInfoData name;

	initStringInfo(&name);
	if (*p == '"')
	{
		for (p++; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++)
		{
			if (*p == '"')
				p++;
			appendStringInfoChar(&name, *p);
		}
		p = Min(p + 1, end);
	}
	else
	{
		while (p < end && in_identifier(*p))
			appendStringInfoChar(&name, *p++);
	}
	if (p == *from)
		return NULL;
	*from = p;
	return name.data;
}

/* Does a text hold the name of a hidden type, one of a schema or function apart? */
static bool
holds_hidden_type(Oid role, const char *from, const char *end)
{
	char	   *schema = NULL;

	while (from < end)
	{
		char	   *name = read_identifier(&from, end);

		if (name == NULL)
		{
			from++;
			schema = NULL;
			continue;
		}
		if (from < end && *from == '.')
		{
			schema = name;
			from++;
			continue;
		}
		if ((from == end || *from != '(') && strlen(name) < NAMEDATALEN &&
			is_hidden_type(role, schema, name))
			return true;
		schema = NULL;
	}
	return false;
}

/*
 * Does a message name a type that the role cannot reach?  A Parse message gives
 * types of parameters by number, and the server says of any that it does not
 * fit.  In such messages types stand unquoted where the format has "%s".
 */
bool
asb_disclosure_tells_type(Oid role, const ErrorData *error)
{
	const char *format = error->message_id;
	const char *text = error->message;

	if (format == NULL || text == NULL ||
		(strstr(format, "type") == NULL && strstr(format, "enum") == NULL &&
		 !asb_starts_with(format, "operator ") && !asb_starts_with(format, "function ") &&
		 !asb_starts_with(format, "procedure ") && !asb_starts_with(format, "argument")))
		return false;
	/* what is said of a value has parts of it, which may look like a name */
	if (error->detail && ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
		holds_hidden_type(role, error->detail, error->detail + strlen(error->detail)))
		return true;

	while (*format)
	{
		char	   *literal;
		const char *end;

		if (*format != '%')
		{
			/* not the text of this format but that of a translation */
			if (*format++ != *text++)
				return holds_hidden_type(role, error->message, error->message + strlen(error->message));
			continue;
		}

		/* what a conversion gives reaches up to the literal behind it */
		format += strcspn(format, "cdsu");
		if (*format)
			format++;
		literal = pnstrdup(format, strcspn(format, "%"));
		end = *literal ? strstr(text, literal) : NULL;
		if (end == NULL)
			end = text + strlen(text);
		if (literal[0] != '"' && holds_hidden_type(role, text, end))
			return true;
		text = end;
	}
	return false;
}

/*
 * What the first conversion of an error's message gave, up to the literal
 * behind it; NULL if the text is not of this format.
 */
static char *
first_in_message(const ErrorData *error)
{
	const char *format = dgettext(error->domain, error->message_id);
	size_t		before = strcspn(format, "%");
	const char *text = error->message;
	const char *end = NULL;
	char	   *behind;

	if (text == NULL || strncmp(format, text, before) != 0 || strncmp(format + before, "%s", 2) != 0)
		return NULL;
	text += before;
	format += before + 2;
	behind = pnstrdup(format, strcspn(format, "%"));
	if (*behind == '\0')
		return pstrdup(text);
	for (const char *p = strstr(text, behind); p; p = strstr(p + 1, behind))
		end = p;
	return end ? pnstrdup(text, end - text) : NULL;
}

/*
 * The schema in the name of an object, or NULL.  The name is as a literal has
 * it, which may go on with arguments, or its parts have lost their quotes.
 */
static char *
schema_of_name(const char *name, bool as_in_literal)
{
	char	   *schema = NULL;

	for (;;)
	{
		char	   *part;

		if (as_in_literal)
			name += strspn(name, " \t\n\r\f\v");
		if (as_in_literal && *name == '"')
		{
			part = read_identifier(&name, name + strlen(name));
			truncate_identifier(part, strlen(part), false);
		}
		else
		{
			size_t		length = strcspn(name, as_in_literal ? ".( \t\n\r\f\v" : ".");

			part = as_in_literal ? downcase_truncate_identifier(name, length, false) : pnstrdup(name, length);
			name += length;
		}
		if (as_in_literal)
			name += strspn(name, " \t\n\r\f\v");
		if (*name++ != '.')
			return schema;
		schema = part;
	}
}

/*
 * The type of a literal that names something which does not exist, or NULL.
 * All other names in the statement can be reached.
 */
static const char *
type_of_naming_literal(Oid role, const ErrorData *error)
{
	static const struct
	{
		const char *message;
		const char *type;
		bool		as_in_literal;
	}			messages[] = {
		{"permission denied for schema", "regclass", false},
		{"text search ", "regconfig", false},
		{"type \"%s\" ", "regtype", false},
		{"type modifier", "regtype", false},
		{"function \"%s\" does not exist", "regproc", true},
		{"more than one function named ", "regproc", true},
		{"collation \"%s\" for encoding ", NULL, false},
		{"operator does not exist: ", NULL, true},
	};

	/* whichever type it has: no such schema, which is one that must not be used */
	if (error->sqlerrcode == ERRCODE_UNDEFINED_TABLE || error->sqlerrcode == ERRCODE_INVALID_SCHEMA_NAME)
		return "regclass";
	for (int i = 0; i < lengthof(messages); i++)
	{
		char	   *name;
		char	   *schema;
		Oid			nspoid;

		if (!asb_starts_with(error->message_id, messages[i].message))
			continue;

		/* not every server says of a schema that there is none */
		name = first_in_message(error);
		schema = name ? schema_of_name(name, messages[i].as_in_literal) : NULL;
		if (schema == NULL)
			return messages[i].type;
		nspoid = get_namespace_oid(schema, true);
		if (!OidIsValid(nspoid) || pg_namespace_aclcheck(nspoid, role, ACL_USAGE) != ACLCHECK_OK)
			return "regclass";
		return messages[i].type;
	}
	return NULL;
}

/* Replaces what an error says of names by what it would say of any. */
void
asb_disclosure_hide_names(Oid role, const char *source, ErrorData *error)
{
	/* an error of its own leaves it to the end of the client's message */
	MemoryContext context = AllocSetContextCreate(MessageContext, "agentsandbox names",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	AsbNameCause cause;
	AsbName		name;
	bool		unreachable;
	bool		tells_type;
	const char *type;

	/* its conversation was closed, so it reaches nothing; that is what is wrong */
	if (!SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role)))
	{
		MemoryContextSwitchTo(oldcontext);
		MemoryContextDelete(context);
		asb_disclosure_say(error, ASB_ERRCODE_CONVERSATION_CLOSED, "the conversation is closed", NULL);
		error->cursorpos = 0;
		return;
	}

	/* what is not a name is to blame only if no name is, or it would tell that the others were found */
	cause = cause_of(error);
	unreachable = asb_name_unreachable(role, source, error->cursorpos, ASB_NAME_ERROR, &name) ||
		(cause != ASB_NAME_ERROR && asb_name_unreachable(role, source, error->cursorpos, cause, &name));
	tells_type = !unreachable && asb_disclosure_tells_type(role, error);
	MemoryContextSwitchTo(oldcontext);

	/* of columns that cannot be reached the server tells the first, if it came so far */
	if (unreachable &&
		!(error->sqlerrcode == ERRCODE_UNDEFINED_COLUMN &&
		  name.sqlerrcode == ERRCODE_UNDEFINED_COLUMN && name.columns_only &&
		  error->cursorpos > 0 && error->cursorpos < name.position))
	{
		asb_disclosure_say(error, name.sqlerrcode, name.message, name.hint);
		error->cursorpos = name.position;
	}
	else if (tells_type)
		asb_disclosure_say_type(error);
	else if (names_missing_alias(error))
	{
		/* all that it tells of stands in the text: FROM holds no such name */
		MemoryContextDelete(context);
		return;
	}
	else if ((type = type_of_naming_literal(role, error)) != NULL)
	{
		/* as it is of one that exists and is hidden */
		asb_disclosure_say(error, ERRCODE_INSUFFICIENT_PRIVILEGE,
			psprintf("values of type %s are not allowed", type), ASB_HINT_NAMES);
		error->cursorpos = 0;
	}

	switch (error->sqlerrcode)
	{
		case ERRCODE_UNDEFINED_TABLE:
			error->hint = pstrdup("agentsandbox.tables lists the relations that can be used.");
			break;
		case ERRCODE_UNDEFINED_COLUMN:
			/* the server's own hint would name columns that are alike */
			error->hint = pstrdup("agentsandbox.columns lists the columns that can be used.");
			break;
		case ERRCODE_UNDEFINED_FUNCTION:
			if (error->hint == NULL && strncmp(error->message, "function ", 9) == 0)
				error->hint = pstrdup("PostgreSQL's own functions can be called, and those that were granted to the profile.");
			break;
	}
	MemoryContextDelete(context);
}
