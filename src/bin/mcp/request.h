/*
 * request.h
 *		A request that needs the database, from its arrival to its answer.
 *
 * It goes through one statement or several, each set up by its tool.  Requests
 * take turns: one that waits for a call queues again after each look at it.
 */
#ifndef ASB_MCP_REQUEST_H
#define ASB_MCP_REQUEST_H

#include "bin/mcp/database.h"
#include "bin/mcp/message.h"
#include "bin/mcp/revision.h"
#include "bin/mcp/table.h"

/* What the operator of the program chose; the model cannot. */
typedef struct AsbOptions
{
	int64_t		max_rows;
	int64_t		max_bytes;
	int64_t		max_wait_seconds;
	bool		methods_as_tools;
} AsbOptions;

/* What a tool says in the end. */
typedef struct AsbAnswer
{
	AsbString	text;			/* for the model */
	AsbString	json;			/* the same as a JSON object */
	bool		is_error;
} AsbAnswer;

typedef enum AsbStep
{
	ASB_STEP_FIRST,				/* the tool's first or only statement */
	ASB_STEP_AWAIT,				/* looking how a call is */
	ASB_STEP_TAKE_BACK			/* nobody wants the answer: cancel the call */
} AsbStep;

struct AsbTool;
struct AsbBatch;

typedef struct AsbRequest
{
	struct AsbRequest *next;
	const AsbOptions *options;
	const struct AsbTool *tool;
	AsbRevision revision;
	char	   *id;				/* JSON */
	char	   *progress_token; /* JSON, or NULL */
	struct AsbBatch *batch;		/* it came in one, or NULL */
	size_t		weight;			/* bytes it came in, or may hold */
	int64_t		received_at;
	bool		cancelled;		/* is not answered any more */
	int64_t		cancel_again_at;	/* while its statement still runs */
	char	   *lost;			/* why the connection broke under its statement, or NULL */

	/* the statement */
	AsbStep		step;
	char	   *sql;
	char	  **values;			/* NULL is a null */
	int			value_count;
	bool		streams;		/* its rows go to table */
	bool		repeatable;		/* it may run again if nobody knows whether it ran */

	/* what it returned */
	AsbTable	table;
	PGresult   *result;			/* the last one, or the error */
	bool		in_transaction; /* the session is, now */
	const char *notices;

	/* a call that is waited for */
	char	   *call;
	char	   *status;
	int64_t		wait_ms;
	int64_t		slice_ms;
	int64_t		wait_from;		/* 0: not yet */
} AsbRequest;

extern AsbRequest *asb_request_new(const AsbOptions *options, AsbRevision revision, AsbSlice id);
extern void asb_request_free(AsbRequest *request);

/* Sets the next statement; sql is copied, values are added one by one. */
extern void asb_request_statement(AsbRequest *request, AsbStep step, const char *sql);
extern void asb_request_value(AsbRequest *request, char *value);	/* taken */

/* Did the statement return a value there?  The value, or NULL. */
extern const char *asb_request_field(const AsbRequest *request, int column);

/* Did the statement fail?  Then the answer says what PostgreSQL said. */
extern bool asb_request_failed(const AsbRequest *request, AsbAnswer *answer);

/* An error that is not the server's: a sentence, and a word for programs. */
extern void asb_answer_problem(AsbAnswer *answer, const char *code, const char *problem);

/* A member of the answer's JSON object; the value is JSON, or is a text. */
extern void asb_answer_json(AsbAnswer *answer, const char *name, const char *json, size_t length);
extern void asb_answer_text(AsbAnswer *answer, const char *name, const char *text);

/* Both for the end of an answer: what the session or the server adds. */
extern void asb_answer_session(AsbAnswer *answer, const AsbRequest *request);

extern void asb_answer_free(AsbAnswer *answer);

#endif
