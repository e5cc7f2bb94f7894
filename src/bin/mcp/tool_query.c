/*
 * tool_query.c
 *		One statement of the model's, with parameters.
 */
#include "bin/mcp/tool.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PARAMETERS 1000

static const char *const arguments_of_query[] = {"sql", "parameters", "max_rows", NULL};

/* A parameter as text whose type the server infers; NULL is a null. */
static char *
parameter_value(AsbSlice value)
{
	switch (asb_slice_type(value))
	{
		case 'n':
			return NULL;
		case '"':
			return asb_slice_text(value);
		default:
			/* numbers keep their digits; arrays and objects are JSON */
			return asb_strndup(value.text, value.length);
	}
}

static const char *
begin_query(AsbRequest *request, AsbSlice arguments)
{
	char	   *sql = asb_slice_text(asb_slice_member(arguments, "sql"));
	AsbSlice	parameters = asb_slice_member(arguments, "parameters");
	AsbSlice	rows = asb_slice_member(arguments, "max_rows");
	AsbJsonItem item = {0};
	int64_t		max_rows = request->options->max_rows;

	if (sql == NULL)
		return "\"sql\" must be a string";
	asb_request_statement(request, ASB_STEP_FIRST, sql);
	free(sql);
	if (parameters.text != NULL && asb_slice_type(parameters) != '[')
		return "\"parameters\" must be an array";
	if (rows.text != NULL && (!asb_slice_integer(rows, &max_rows) || max_rows < 0))
		return "\"max_rows\" must be an integer, 0 or more";

	while (parameters.text != NULL && asb_json_next(parameters.text, parameters.length, &item))
	{
		if (request->value_count >= MAX_PARAMETERS)
			return "\"parameters\" has more than 1000 elements";
		asb_request_value(request, parameter_value((AsbSlice) {item.value, item.value_length}));
	}
	request->streams = true;
	request->table.max_rows = max_rows < request->options->max_rows ? max_rows : request->options->max_rows;
	request->table.max_bytes = (size_t) request->options->max_bytes;
	return NULL;
}

static void
note_cut(const AsbRequest *request, AsbAnswer *answer)
{
	const AsbTable *table = &request->table;
	char	   *note;

	if (!table->cut)
		return;
	note = asb_format("Cut: %lld of %lld rows are shown (at most %lld rows and %zu bytes of values)."
					  " To page, order by a unique key and ask for the rows after the last one shown"
					  " (WHERE key > ... ORDER BY key LIMIT ...); of long values ask for parts (substr).",
					  (long long) table->shown, (long long) table->rows,
					  (long long) table->max_rows, table->max_bytes);
	asb_answer_json(answer, "truncated", "true", 4);
	asb_answer_text(answer, "note", note);
	asb_string_format(&answer->text, "%s\n", note);
	free(note);
}

static bool
advance_query(AsbRequest *request, AsbAnswer *answer)
{
	const AsbTable *table = &request->table;
	ExecStatusType status = PQresultStatus(request->result);

	if (asb_request_failed(request, answer))
	{
		asb_answer_session(answer, request);
		return true;
	}
	if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
	{
		asb_answer_problem(answer, "copy", "COPY from or to the client is not possible through this tool: use SELECT or INSERT.");
		return true;
	}

	asb_answer_text(answer, "command", PQcmdStatus(request->result));
	if (table->has_columns)
	{
		char	   *count = asb_format("%lld", (long long) table->rows);

		asb_answer_json(answer, "columns", "[", 1);
		asb_string_append(&answer->json, table->columns.data, table->columns.length);
		asb_string_text(&answer->json, "]");
		asb_answer_json(answer, "rows", "[", 1);
		asb_string_append(&answer->json, table->json.data, table->json.length);
		asb_string_text(&answer->json, "]");
		asb_answer_json(answer, "row_count", count, strlen(count));
		asb_string_append(&answer->text, table->text.data, table->text.length);
		asb_string_format(&answer->text, "(%s row%s)\n", count, table->rows == 1 ? "" : "s");
		free(count);
	}
	else
		asb_string_format(&answer->text, "%s\n", status == PGRES_EMPTY_QUERY ? "(empty statement)" :
						  PQcmdStatus(request->result));
	note_cut(request, answer);
	asb_answer_session(answer, request);
	return true;
}

const AsbTool asb_tool_query = {
	.name = "query",
	.title = "Run one SQL statement",
	.description = "Runs one SQL statement (PostgreSQL) in this conversation's database and returns its rows."
	" Give values as $1, $2 ... in \\\"parameters\\\" instead of writing them into the statement."
	" Each statement is its own transaction unless BEGIN, COMMIT or ROLLBACK are used as statements."
	" What is not allowed is refused with an error that says so: use describe to see what is.",
	.input = "{\"type\":\"object\",\"properties\":{"
	"\"sql\":{\"type\":\"string\",\"description\":\"one SQL statement\"},"
	"\"parameters\":{\"type\":\"array\",\"items\":{},\"maxItems\":1000,"
	"\"description\":\"values of $1, $2 ...: strings, numbers, booleans, null; arrays and objects are passed as JSON text\"},"
	"\"max_rows\":{\"type\":\"integer\",\"minimum\":0,\"description\":\"show at most so many rows; cannot exceed the server's own limit\"}},"
	"\"required\":[\"sql\"],\"additionalProperties\":false}",
	.output = "{\"type\":\"object\",\"properties\":{"
	"\"command\":{\"type\":\"string\"},"
	"\"columns\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":"
	"{\"name\":{\"type\":\"string\"},\"type\":{\"type\":\"string\"}},\"required\":[\"name\"]}},"
	"\"rows\":{\"type\":\"array\",\"items\":{\"type\":\"array\"}},"
	"\"row_count\":{\"type\":\"integer\"},"
	"\"truncated\":{\"type\":\"boolean\"},\"note\":{\"type\":\"string\"},\"notices\":{\"type\":\"string\"},"
	"\"transaction\":{\"type\":\"string\"},\"error\":{\"type\":\"object\"}}}",
	.arguments = arguments_of_query,
	.begin = begin_query,
	.advance = advance_query,
};
