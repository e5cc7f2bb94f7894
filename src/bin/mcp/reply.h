/*
 * reply.h
 *		What goes out: JSON-RPC messages, and those of a batch together.
 */
#ifndef ASB_MCP_REPLY_H
#define ASB_MCP_REPLY_H

#include "bin/mcp/server.h"

#define ASB_META "io.modelcontextprotocol/"
#define ASB_SERVER_INFO "{\"name\":\"agentsandbox\",\"version\":\"" ASB_VERSION "\"}"

/* Requests of one batch are answered together. */
typedef struct AsbBatch
{
	int			open;			/* requests without an answer, and the reader */
	AsbString	answers;
} AsbBatch;

/* One less is open; the last one sends the batch.  NULL is none. */
extern void asb_batch_release(AsbServer *server, AsbBatch *batch);

/* Sends a message, or adds it to its batch; its text is freed. */
extern void asb_reply_send(AsbServer *server, AsbBatch *batch, AsbString *message);

/* Opens an answer; the rest of the object follows. */
extern void asb_reply_begin(AsbString *message, AsbSlice id);

/* Opens its result object; members and two braces follow. */
extern void asb_reply_begin_result(AsbString *message, AsbSlice id, AsbRevision revision);

/* data is JSON, or NULL. */
extern void asb_reply_error(AsbServer *server, AsbBatch *batch, AsbSlice id, int code,
							const char *problem, const char *data);

/* The answer to tools/call or tools/list. */
extern void asb_reply_answer(AsbServer *server, AsbRequest *request, AsbAnswer *answer);

#endif
