/*
 * request.c
 *		Requests and answers.
 */
#include "bin/mcp/request.h"

#include <stdlib.h>
#include <string.h>

AsbRequest *
asb_request_new(const AsbOptions *options, AsbRevision revision, AsbSlice id)
{
	AsbRequest *request = asb_alloc_zero(sizeof(AsbRequest));

	request->options = options;
	request->revision = revision;
	request->id = asb_strndup(id.text, id.length);
	request->received_at = asb_now_ms();
	return request;
}

static void
forget_statement(AsbRequest *request)
{
	for (int i = 0; i < request->value_count; i++)
		free(request->values[i]);
	free(request->values);
	free(request->sql);
	request->sql = NULL;
	request->values = NULL;
	request->value_count = 0;
	request->streams = request->repeatable = false;
}

void
asb_request_statement(AsbRequest *request, AsbStep step, const char *sql)
{
	forget_statement(request);
	request->step = step;
	request->sql = asb_strdup(sql);
}

void
asb_request_value(AsbRequest *request, char *value)
{
	request->values = asb_realloc(request->values, (size_t) (request->value_count + 1) * sizeof(char *));
	request->values[request->value_count++] = value;
}

void
asb_request_free(AsbRequest *request)
{
	forget_statement(request);
	asb_table_free(&request->table);
	PQclear(request->result);
	free(request->lost);
	free(request->call);
	free(request->status);
	free(request->progress_token);
	free(request->id);
	free(request);
}

const char *
asb_request_field(const AsbRequest *request, int column)
{
	const PGresult *result = request->result;

	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) < 1 ||
		column >= PQnfields(result) || PQgetisnull(result, 0, column))
		return NULL;
	return PQgetvalue(result, 0, column);
}

void
asb_answer_json(AsbAnswer *answer, const char *name, const char *json, size_t length)
{
	asb_string_format(&answer->json, "%s\"%s\":", answer->json.length > 0 ? "," : "{", name);
	asb_string_append(&answer->json, json, length);
}

void
asb_answer_text(AsbAnswer *answer, const char *name, const char *text)
{
	asb_answer_json(answer, name, "", 0);
	asb_json_quote(&answer->json, text, strlen(text));
}

void
asb_answer_free(AsbAnswer *answer)
{
	asb_string_free(&answer->text);
	asb_string_free(&answer->json);
}

void
asb_answer_problem(AsbAnswer *answer, const char *code, const char *problem)
{
	AsbAnswer	error = {0};

	asb_answer_text(&error, "code", code);
	asb_answer_text(&error, "message", problem);
	asb_string_char(&error.json, '}');
	asb_answer_json(answer, "error", error.json.data, error.json.length);
	asb_answer_free(&error);
	asb_string_text(&answer->text, problem);
	asb_string_char(&answer->text, '\n');
	answer->is_error = true;
}

bool
asb_request_failed(const AsbRequest *request, AsbAnswer *answer)
{
	static const struct
	{
		int			field;
		const char *name;		/* in JSON */
		const char *label;		/* in the text */
	}			fields[] = {
		{PG_DIAG_SQLSTATE, "sqlstate", NULL},
		{PG_DIAG_MESSAGE_PRIMARY, "message", NULL},
		{PG_DIAG_MESSAGE_DETAIL, "detail", "DETAIL"},
		{PG_DIAG_MESSAGE_HINT, "hint", "HINT"},
		{PG_DIAG_STATEMENT_POSITION, "position", "POSITION"},
		{PG_DIAG_CONTEXT, "context", "CONTEXT"},
	};
	AsbAnswer	error = {0};
	const char *sqlstate;
	const char *message;

	if (request->result == NULL || PQresultStatus(request->result) != PGRES_FATAL_ERROR)
		return false;
	sqlstate = PQresultErrorField(request->result, PG_DIAG_SQLSTATE);
	message = PQresultErrorField(request->result, PG_DIAG_MESSAGE_PRIMARY);
	asb_string_format(&answer->text, "ERROR %s: %s\n", sqlstate ? sqlstate : "",
					  message ? message : PQresultErrorMessage(request->result));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
	{
		const char *value = PQresultErrorField(request->result, fields[i].field);

		if (value == NULL)
			continue;
		asb_answer_text(&error, fields[i].name, value);
		if (fields[i].label != NULL)
			asb_string_format(&answer->text, "%s: %s\n", fields[i].label, value);
	}
	asb_string_text(&error.json, error.json.length > 0 ? "}" : "{}");
	asb_answer_json(answer, "error", error.json.data, error.json.length);
	asb_answer_free(&error);
	answer->is_error = true;
	return true;
}

void
asb_answer_session(AsbAnswer *answer, const AsbRequest *request)
{
	if (request->notices != NULL && request->notices[0] != '\0')
	{
		asb_answer_text(answer, "notices", request->notices);
		asb_string_text(&answer->text, request->notices);
	}
	if (request->in_transaction)
	{
		asb_answer_json(answer, "transaction", "\"open\"", 6);
		asb_string_text(&answer->text, "A transaction is open: end it with COMMIT or ROLLBACK.\n");
	}
}
