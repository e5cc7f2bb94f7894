/*
 * tool_describe.c
 *		The conversation's own world, told by the database: for the model
 *		(describe) and for the client (tools/list).
 */
#include "bin/mcp/tool.h"

#include <stdlib.h>
#include <string.h>

static const char *const arguments_of_describe[] = {"table", "method", NULL};

/*
 * $1 table, $2 method, $3 bytes.  One value: all of it, or names only where
 * that would be too long.
 */
static const char describe_sql[] =
"WITH c AS (SELECT schema, \"table\", jsonb_agg(jsonb_strip_nulls(jsonb_build_object("
"   'name', name, 'type', type, 'nullable', nullable, 'has_default', has_default, 'description', description,"
"   'allows', array_remove(ARRAY[CASE WHEN can_select THEN 'SELECT' END, CASE WHEN can_insert THEN 'INSERT' END,"
"                                CASE WHEN can_update THEN 'UPDATE' END], NULL))) ORDER BY position) AS list"
"  FROM agentsandbox.columns GROUP BY schema, \"table\"),"
" t AS (SELECT t.schema, t.name, c.list, jsonb_strip_nulls(jsonb_build_object("
"   'schema', t.schema, 'name', t.name, 'kind', t.kind, 'description', t.description,"
"   'allows', array_remove(ARRAY[CASE WHEN can_select THEN 'SELECT' END, CASE WHEN can_insert THEN 'INSERT' END,"
"                                CASE WHEN can_update THEN 'UPDATE' END, CASE WHEN can_delete THEN 'DELETE' END], NULL))) AS about"
"  FROM agentsandbox.tables t LEFT JOIN c ON c.schema = t.schema AND c.\"table\" = t.name"
"  WHERE $1::text IN (t.name, t.schema || '.' || t.name)"
"   OR ($1 IS NULL AND $2::text IS NULL AND (t.schema <> 'agentsandbox' OR t.name = 'remoteprocedurecalls'))),"
" m AS (SELECT method, jsonb_build_object('method', method, 'description', description) AS about,"
"   jsonb_strip_nulls(jsonb_build_object('request', request, 'response', response, 'time_limit', time_limit,"
"   'max_request_bytes', max_request_bytes, 'max_response_bytes', max_response_bytes,"
"   'rate_calls', rate_calls, 'rate_interval', rate_interval)) AS rest"
"  FROM agentsandbox.methods WHERE method = $2 OR ($1 IS NULL AND $2 IS NULL)),"
" whole AS (SELECT jsonb_build_object('conversation', agentsandbox.conversation_id(),"
"   'limits', (SELECT jsonb_strip_nulls(to_jsonb(l)) FROM agentsandbox.my_limits() l),"
"   'tables', (SELECT coalesce(jsonb_agg(about || jsonb_build_object('columns', coalesce(list, '[]')) ORDER BY schema, name), '[]') FROM t),"
"   'methods', (SELECT coalesce(jsonb_agg(about || rest ORDER BY method), '[]') FROM m)) AS value)"
" SELECT CASE WHEN octet_length(value::text) <= $3::int THEN value ELSE jsonb_build_object("
"   'conversation', agentsandbox.conversation_id(),"
"   'note', 'Names only, for all would be too long: give a table or a method for more.',"
"   'tables', (SELECT coalesce(jsonb_agg(about ORDER BY schema, name), '[]') FROM t),"
"   'methods', (SELECT coalesce(jsonb_agg(about ORDER BY method), '[]') FROM m)) END FROM whole";

static const char *
begin_describe(AsbRequest *request, AsbSlice arguments)
{
	AsbSlice	table = asb_slice_member(arguments, "table");
	AsbSlice	method = asb_slice_member(arguments, "method");

	if (table.text != NULL && asb_slice_type(table) != '"')
		return "\"table\" must be a string";
	if (method.text != NULL && asb_slice_type(method) != '"')
		return "\"method\" must be a string";
	asb_request_statement(request, ASB_STEP_FIRST, describe_sql);
	asb_request_value(request, asb_slice_text(table));
	asb_request_value(request, asb_slice_text(method));
	asb_request_value(request, asb_format("%lld", (long long) request->options->max_bytes));
	request->repeatable = true;
	return NULL;
}

static bool
advance_describe(AsbRequest *request, AsbAnswer *answer)
{
	const char *value;

	if (asb_request_failed(request, answer))
	{
		asb_answer_session(answer, request);
		return true;
	}
	value = asb_request_field(request, 0);
	if (value == NULL || strlen(value) > (size_t) request->options->max_bytes)
	{
		asb_answer_problem(answer, "too_long", "That is too long to show: query agentsandbox.tables,"
						   " agentsandbox.columns and agentsandbox.methods with LIMIT.");
		return true;
	}
	asb_string_text(&answer->text, value);
	/* the object goes on where an answer's does */
	asb_string_append(&answer->json, value, strlen(value) - 1);
	return true;
}

const AsbTool asb_tool_describe = {
	.name = "describe",
	.title = "Describe what is here",
	.description = "Lists the tables and columns of this conversation with what it may do with them (allows),"
	" and the methods that call can call with the JSON Schemas of their arguments and responses."
	" Row-level rules apply besides: of a table, only this conversation's rows are seen.",
	.input = "{\"type\":\"object\",\"properties\":{"
	"\"table\":{\"type\":\"string\",\"description\":\"only this table: name or schema.name\"},"
	"\"method\":{\"type\":\"string\",\"description\":\"only this method\"}},\"additionalProperties\":false}",
	.output = "{\"type\":\"object\",\"properties\":{\"conversation\":{\"type\":[\"string\",\"null\"]},\"note\":{\"type\":\"string\"},"
	"\"tables\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
	"\"methods\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
	"\"error\":{\"type\":\"object\"}}}",
	.arguments = arguments_of_describe,
	.begin = begin_describe,
	.advance = advance_describe,
};

/*
 * Can it write, can it destroy, is there a way out; and the methods, if $1.
 * What a function does is not known.
 */
static const char list_sql[] =
"SELECT calls OR coalesce(bool_or(can_insert OR can_update OR can_delete), false),"
" calls OR coalesce(bool_or(can_update OR can_delete), false),"
" EXISTS (SELECT FROM agentsandbox.methods),"
" (SELECT jsonb_agg(jsonb_build_object('method', method, 'description', description, 'request', request) ORDER BY method)"
"  FROM agentsandbox.methods WHERE $1::boolean)"
" FROM (SELECT agentsandbox.reaches_volatile_function() AS calls OFFSET 0) f"
" LEFT JOIN agentsandbox.tables ON schema <> 'agentsandbox' GROUP BY calls";

static const char *
begin_list(AsbRequest *request, AsbSlice arguments)
{
	asb_request_statement(request, ASB_STEP_FIRST, list_sql);
	asb_request_value(request, asb_strdup(request->options->methods_as_tools ? "true" : "false"));
	request->repeatable = true;
	return NULL;
}

static bool
advance_list(AsbRequest *request, AsbAnswer *answer)
{
	asb_tool_write_list(request, &answer->json);
	return true;
}

const AsbTool asb_tool_list = {
	.begin = begin_list,
	.advance = advance_list,
};

/* What a tool does to the world, as far as the revision has words for it. */
static void
write_annotations(AsbString *json, AsbRevision revision, bool read_only, bool destructive, bool open_world)
{
	if (revision < ASB_REVISION_2025_03)
		return;
	asb_string_format(json, ",\"annotations\":{\"readOnlyHint\":%s,\"destructiveHint\":%s,\"idempotentHint\":%s,\"openWorldHint\":%s}",
					  read_only ? "true" : "false", destructive ? "true" : "false",
					  read_only ? "true" : "false", open_world ? "true" : "false");
}

static void
write_tool(AsbString *json, const AsbTool *tool, AsbRevision revision)
{
	asb_string_format(json, "{\"name\":\"%s\",\"description\":\"%s\",\"inputSchema\":%s",
					  tool->name, tool->description, tool->input);
	if (revision >= ASB_REVISION_2025_06)
		asb_string_format(json, ",\"title\":\"%s\",\"outputSchema\":%s", tool->title, tool->output);
}

/* MCP asks that a tool takes an object; other methods are left to call. */
static bool
takes_object(AsbSlice schema)
{
	char	   *type = asb_slice_text(asb_slice_member(schema, "type"));
	bool		is = type != NULL && strcmp(type, "object") == 0;

	free(type);
	return is;
}

static void
write_methods(AsbString *json, const char *methods, AsbRevision revision)
{
	AsbJsonItem item = {0};

	while (asb_json_next(methods, strlen(methods), &item))
	{
		AsbSlice	about = {item.value, item.value_length};
		AsbSlice	schema = asb_slice_member(about, "request");
		char	   *method = asb_slice_text(asb_slice_member(about, "method"));
		AsbSlice	description = asb_slice_member(about, "description");

		if (method != NULL && description.text != NULL && takes_object(schema))
		{
			asb_string_format(json, ",{\"name\":\"call_%s\",\"description\":%.*s,\"inputSchema\":%.*s", method,
							  (int) description.length, description.text, (int) schema.length, schema.text);
			if (revision >= ASB_REVISION_2025_06)
				asb_string_format(json, ",\"outputSchema\":%s", asb_tool_call.output);
			write_annotations(json, revision, false, true, true);
			asb_string_char(json, '}');
		}
		free(method);
	}
}

void
asb_tool_write_list(const AsbRequest *request, AsbString *json)
{
	const char *field[4];
	bool		writes;
	bool		destroys;
	bool		leaves;

	for (int i = 0; i < 4; i++)
		field[i] = asb_request_field(request, i);
	writes = field[0] == NULL || field[0][0] == 't';
	destroys = field[1] == NULL || field[1][0] == 't';
	leaves = field[2] == NULL || field[2][0] == 't';

	asb_string_text(json, "\"tools\":[");
	write_tool(json, &asb_tool_call, request->revision);
	write_annotations(json, request->revision, !leaves, leaves, leaves);
	asb_string_text(json, "},");
	write_tool(json, &asb_tool_describe, request->revision);
	write_annotations(json, request->revision, true, false, false);
	asb_string_text(json, "},");
	write_tool(json, &asb_tool_query, request->revision);
	write_annotations(json, request->revision, !writes && !leaves, destroys || leaves, leaves);
	asb_string_text(json, "},");
	write_tool(json, &asb_tool_result, request->revision);
	write_annotations(json, request->revision, true, false, false);
	asb_string_char(json, '}');
	if (field[3] != NULL)
		write_methods(json, field[3], request->revision);
	asb_string_char(json, ']');
}
