/*
 * turns.h
 *		Requests that need the database take turns on the one connection.
 */
#ifndef ASB_MCP_TURNS_H
#define ASB_MCP_TURNS_H

#include "bin/mcp/server.h"

/* What to do about the database's events. */
extern void asb_turns_events(AsbServer *server, AsbDatabaseEvents *events);

/* Queues a request, which is taken. */
extern void asb_turns_add(AsbServer *server, AsbRequest *request);

/* Is a request of this id held that has to be answered? */
extern bool asb_turns_hold(const AsbServer *server, AsbSlice id);

/* Nobody wants the answer to the request of this id any more, if it is held. */
extern void asb_turns_cancel(AsbServer *server, AsbSlice id);

/* Does what can be done now, and tells when there may be more. */
extern void asb_turns_step(AsbServer *server, int64_t now);
extern int64_t asb_turns_due(const AsbServer *server, int64_t now);

/* Forgets all requests. */
extern void asb_turns_close(AsbServer *server);

#endif
