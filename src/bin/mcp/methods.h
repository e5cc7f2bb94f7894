/*
 * methods.h
 *		The methods of the protocol.
 */
#ifndef ASB_MCP_METHODS_H
#define ASB_MCP_METHODS_H

#include "bin/mcp/reply.h"

/* Takes a request; batch is what it came in, or NULL. */
extern void asb_methods_take(AsbServer *server, const AsbMessage *message, AsbBatch *batch);

#endif
