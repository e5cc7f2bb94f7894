/*
 * server.h
 *		The MCP server: takes messages, answers them, and gives what needs the
 *		database its turn there, one after the other.
 */
#ifndef ASB_MCP_SERVER_H
#define ASB_MCP_SERVER_H

#include "bin/mcp/output.h"
#include "bin/mcp/request.h"

typedef struct AsbServer
{
	AsbOptions	options;
	AsbDatabase database;
	AsbOutput	output;
	AsbRevision revision;		/* agreed by initialize */
	AsbRequest *running;		/* its statement is */
	AsbRequest *waiting;		/* in the order of their turns */
	AsbRequest **last;			/* where the next one is hung */
	size_t		weight;			/* bytes of all requests held */
	bool		over;			/* the conversation is closed, and that was said */
} AsbServer;

/* token is taken; NULL where the login is the conversation's. */
extern void asb_server_open(AsbServer *server, const AsbOptions *options, char *token, int fd);

/* An AsbFrameHandler: takes a line. */
extern void asb_server_line(void *server, const char *text, size_t length);

/* Does what can be done now. */
extern void asb_server_step(AsbServer *server, int64_t now);

/* When the next step is due if nothing happens. */
extern int64_t asb_server_due(const AsbServer *server, int64_t now);

/* Does the server still work for requests? */
extern bool asb_server_has_requests(const AsbServer *server);

extern void asb_server_close(AsbServer *server);

#endif
