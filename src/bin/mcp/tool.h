/*
 * tool.h
 *		What the model can do: a table of tools, each a short sequence of
 *		statements.
 */
#ifndef ASB_MCP_TOOL_H
#define ASB_MCP_TOOL_H

#include "bin/mcp/request.h"

typedef struct AsbTool
{
	const char *name;
	const char *title;
	const char *description;
	const char *input;			/* JSON Schema of the arguments */
	const char *output;			/* ... and of the structured content */
	const char *const *arguments;	/* the names in input, then NULL */

	/* Sets the first statement; or returns what is wrong with the arguments. */
	const char *(*begin) (AsbRequest *request, AsbSlice arguments);

	/* After each statement: true with the answer, or false with a next statement. */
	bool		(*advance) (AsbRequest *request, AsbAnswer *answer);
} AsbTool;

extern const AsbTool asb_tool_call;
extern const AsbTool asb_tool_describe;
extern const AsbTool asb_tool_list; /* tools/list itself: the answer is its result */
extern const AsbTool asb_tool_query;
extern const AsbTool asb_tool_result;

/*
 * Begins a tools/call: finds the tool and judges the arguments.  Returns NULL,
 * or what is wrong; request->tool stays NULL if there is no such tool.
 */
extern const char *asb_tool_begin(AsbRequest *request, const char *name, AsbSlice arguments);

/*
 * The result of tools/list: the table of tools, told truly where the database
 * has said what the conversation may do (request->result), else cautiously.
 */
extern void asb_tool_write_list(const AsbRequest *request, AsbString *json);

#endif
