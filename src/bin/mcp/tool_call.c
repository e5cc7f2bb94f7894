/*
 * tool_call.c
 *		Remote procedures: made and waited for (call), looked at later (result).
 *
 * Waiting is done in slices, each a statement of its own, so that other
 * requests get their turn and progress can be told.
 */
#include "bin/mcp/tool.h"

#include "common/call_state.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLICE_MS 1000
#define LONGEST_SLICE_MS 4000
#define DEFAULT_WAIT_SECONDS 30

static const char *const arguments_of_call[] = {"method", "arguments", "wait_seconds", NULL};
static const char *const arguments_of_result[] = {"id", "wait_seconds", NULL};

static const char submit_sql[] =
"INSERT INTO agentsandbox.remoteprocedurecalls (method, arguments) VALUES ($1, $2) RETURNING id";
static const char look_sql[] =
"SELECT status, response, error FROM agentsandbox.remoteprocedurecalls WHERE id = $1";
static const char await_sql[] =
"SELECT status, response, error FROM agentsandbox.await($1, $2)";

static const char *
read_wait(AsbRequest *request, AsbSlice arguments, int64_t seconds)
{
	AsbSlice	wait = asb_slice_member(arguments, "wait_seconds");
	int64_t		limit = request->options->max_wait_seconds;

	if (wait.text != NULL && (!asb_slice_integer(wait, &seconds) || seconds < 0))
		return "\"wait_seconds\" must be an integer, 0 or more";
	request->wait_ms = 1000 * (seconds < limit ? seconds : limit);
	request->slice_ms = FIRST_SLICE_MS;
	return NULL;
}

static void
begin_submit(AsbRequest *request, char *method, AsbSlice call_arguments)
{
	asb_request_statement(request, ASB_STEP_FIRST, submit_sql);
	asb_request_value(request, method);
	asb_request_value(request, call_arguments.text == NULL ? asb_strdup("{}") :
					  asb_strndup(call_arguments.text, call_arguments.length));
}

static const char *
begin_call(AsbRequest *request, AsbSlice arguments)
{
	char	   *method = asb_slice_text(asb_slice_member(arguments, "method"));

	if (method == NULL)
		return "\"method\" must be a string";
	begin_submit(request, method, asb_slice_member(arguments, "arguments"));
	return read_wait(request, arguments, DEFAULT_WAIT_SECONDS);
}

/* --methods-as-tools: the tool's name is the method's, its arguments are the method's. */
static const char *
begin_method(AsbRequest *request, const char *method, AsbSlice arguments)
{
	begin_submit(request, asb_strdup(method), arguments);
	return read_wait(request, (AsbSlice) {NULL, 0}, DEFAULT_WAIT_SECONDS);
}

/* Looks again, or for the first time: for the rest of the time, but not long. */
static void
await_slice(AsbRequest *request)
{
	int64_t		now = asb_now_ms();
	int64_t		left;

	if (request->wait_from == 0)
		request->wait_from = now;
	left = request->wait_from + request->wait_ms - now;
	if (left > request->slice_ms)
		left = request->slice_ms;
	if (left < 0)
		left = 0;
	if (request->slice_ms < LONGEST_SLICE_MS)
		request->slice_ms *= 2;
	asb_request_statement(request, ASB_STEP_AWAIT, request->wait_ms > 0 ? await_sql : look_sql);
	asb_request_value(request, asb_strdup(request->call));
	if (request->wait_ms > 0)
		asb_request_value(request, asb_format("%lld milliseconds", (long long) left));
	request->repeatable = true;
}

static const char *
begin_result(AsbRequest *request, AsbSlice arguments)
{
	const char *problem = read_wait(request, arguments, 0);

	request->call = asb_slice_text(asb_slice_member(arguments, "id"));
	if (request->call == NULL)
		return "\"id\" must be a string";
	await_slice(request);
	return problem;
}

static bool
has_ended(const char *status)
{
	AsbCallState state;

	return asb_call_state_parse(status, (int) strlen(status), &state) &&
		asb_call_state_is_terminal(state);
}

/* A column of jsonb in the answer, unless it is too long for the model. */
static void
add_outcome(AsbRequest *request, AsbAnswer *answer, const char *name, int column)
{
	const char *value = asb_request_field(request, column);
	size_t		length;

	if (value == NULL)
		return;
	length = strlen(value);
	if (length <= (size_t) request->options->max_bytes)
	{
		asb_answer_json(answer, name, value, length);
		asb_string_format(&answer->text, "%s: %s\n", name, value);
		return;
	}
	asb_answer_json(answer, "truncated", "true", 4);
	asb_string_format(&answer->text, "The %s has %zu bytes, which is more than can be shown. Read parts of it:"
					  " SELECT %s -> ... FROM RemoteProcedureCalls WHERE id = '%s'\n",
					  name, length, name, request->call);
}

static void
answer_state(AsbRequest *request, AsbAnswer *answer, const char *note)
{
	asb_answer_text(answer, "id", request->call);
	asb_answer_text(answer, "status", request->status);
	asb_string_format(&answer->text, "call %s: %s\n", request->call, request->status);
	if (request->step == ASB_STEP_AWAIT)
	{
		add_outcome(request, answer, "response", 1);
		add_outcome(request, answer, "error", 2);
	}
	if (note != NULL)
	{
		asb_answer_text(answer, "note", note);
		asb_string_format(&answer->text, "%s\n", note);
	}
	answer->is_error = has_ended(request->status) && strcmp(request->status, "completed") != 0;
}

static bool
advance_call(AsbRequest *request, AsbAnswer *answer)
{
	const char *status;

	if (asb_request_failed(request, answer))
	{
		if (request->call != NULL)
			asb_answer_text(answer, "id", request->call);
		return true;
	}
	/* to read it would be to read how calls ended */
	status = request->step == ASB_STEP_FIRST ? "submitted" : asb_request_field(request, 0);
	if (status == NULL)
	{
		asb_answer_problem(answer, "not_found", "This conversation has no such call.");
		return true;
	}
	if (request->step == ASB_STEP_FIRST)
	{
		request->call = asb_strdup(asb_request_field(request, 0));
		request->wait_from = asb_now_ms();
	}
	free(request->status);
	request->status = asb_strdup(status);

	if (has_ended(status))
		answer_state(request, answer, NULL);
	else if (request->step == ASB_STEP_FIRST && request->in_transaction)
		answer_state(request, answer, "A transaction is open: the call is made when it commits. Then use result with this id.");
	else if (asb_now_ms() >= request->wait_from + request->wait_ms)
		answer_state(request, answer, "It has not ended yet. Use result with this id.");
	else
	{
		await_slice(request);
		return false;
	}
	return true;
}

#define OUTCOME_SCHEMA "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"status\":{\"type\":\"string\"}," \
	"\"response\":{},\"error\":{},\"truncated\":{\"type\":\"boolean\"},\"note\":{\"type\":\"string\"}}}"

const AsbTool asb_tool_call = {
	.name = "call",
	.title = "Call a remote procedure",
	.description = "Calls one of the methods that describe lists, the only way to reach the world outside the database."
	" Waits for the outcome up to wait_seconds; if it takes longer, returns the id for the tool result.",
	.input = "{\"type\":\"object\",\"properties\":{"
	"\"method\":{\"type\":\"string\",\"description\":\"a method that describe lists\"},"
	"\"arguments\":{\"type\":\"object\",\"description\":\"as the method's request schema says\"},"
	"\"wait_seconds\":{\"type\":\"integer\",\"minimum\":0,\"default\":30}},"
	"\"required\":[\"method\"],\"additionalProperties\":false}",
	.output = OUTCOME_SCHEMA,
	.arguments = arguments_of_call,
	.begin = begin_call,
	.advance = advance_call,
};

const AsbTool asb_tool_result = {
	.name = "result",
	.title = "Look at a call",
	.description = "Tells how a call made earlier stands, with its response once it has completed."
	" Waits for the outcome up to wait_seconds.",
	.input = "{\"type\":\"object\",\"properties\":{"
	"\"id\":{\"type\":\"string\",\"format\":\"uuid\",\"description\":\"the id that call returned\"},"
	"\"wait_seconds\":{\"type\":\"integer\",\"minimum\":0,\"default\":0}},"
	"\"required\":[\"id\"],\"additionalProperties\":false}",
	.output = OUTCOME_SCHEMA,
	.arguments = arguments_of_result,
	.begin = begin_result,
	.advance = advance_call,
};

static bool
has_argument(const AsbTool *tool, const AsbJsonItem *item)
{
	char	   *name = asb_slice_text((AsbSlice) {item->key, item->key_length});
	bool		found = false;

	for (int i = 0; tool->arguments[i] != NULL && !found; i++)
		found = strcmp(name, tool->arguments[i]) == 0;
	free(name);
	return found;
}

const char *
asb_tool_begin(AsbRequest *request, const char *name, AsbSlice arguments)
{
	static const AsbTool *const tools[] = {&asb_tool_call, &asb_tool_describe, &asb_tool_query, &asb_tool_result};
	AsbJsonItem item = {0};

	if (request->options->methods_as_tools && strncmp(name, "call_", 5) == 0)
	{
		request->tool = &asb_tool_call;
		return begin_method(request, name + 5, arguments);
	}
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
	{
		if (strcmp(name, tools[i]->name) == 0)
			request->tool = tools[i];
	}
	if (request->tool == NULL)
		return "there is no such tool";
	while (arguments.text != NULL && asb_json_next(arguments.text, arguments.length, &item))
	{
		if (!has_argument(request->tool, &item))
			return "an argument is not one that the tool has";
	}
	return request->tool->begin(request, arguments);
}
