/*
 * loop.h
 *		From the first byte of the client to the last.
 */
#ifndef ASB_MCP_LOOP_H
#define ASB_MCP_LOOP_H

#include "bin/mcp/request.h"

/* Serves standard input and output; token as in asb_server_open().  The exit status. */
extern int	asb_mcp_run(const AsbOptions *options, char *token);

#endif
