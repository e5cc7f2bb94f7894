/*
 * output.h
 *		Standard output: whole lines, each a JSON-RPC message, and nothing else.
 *
 * Lines wait in memory while the client does not read.  It is for the others to
 * make no more of them when it is full.
 */
#ifndef ASB_MCP_OUTPUT_H
#define ASB_MCP_OUTPUT_H

#include "bin/common/util.h"

typedef struct AsbOutput
{
	int			fd;
	AsbString	waiting;
	size_t		sent;			/* bytes at its start that are gone */
	bool		broken;			/* nobody will ever read again */
} AsbOutput;

/* Takes a message, which has no line end. */
extern void asb_output_line(AsbOutput *output, const AsbString *message);

/* Writes what the client takes now, without blocking where fd does not block. */
extern void asb_output_flush(AsbOutput *output);

extern size_t asb_output_pending(const AsbOutput *output);

/* Should the client read first? */
extern bool asb_output_full(const AsbOutput *output);

#endif
