/*
 * fuzz_mcp.c
 *	  Any bytes from a client to the MCP server, in two pieces, up to where a
 *	  statement would be sent.  Whatever comes, each line of the output is JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bin/common/jsontext.h"
#include "bin/common/log.h"
#include "bin/mcp/frame.h"
#include "bin/mcp/server.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_output(const AsbString *output)
{
	const char *line = output->data;
	size_t		left = output->length;

	while (left > 0)
	{
		const char *newline = memchr(line, '\n', left);

		/* an id may be a lone surrogate, which comes back as it came */
		if (newline == NULL || asb_json_check(line, (size_t) (newline - line)) < ASB_JSON_NOT_TEXT)
			abort();
		left -= (size_t) (newline + 1 - line);
		line = newline + 1;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AsbOptions	options = {.max_rows = 10, .max_bytes = 1000, .max_wait_seconds = 1, .methods_as_tools = true};
	AsbFrames	frames = {0};
	AsbServer	server;
	const char *bytes = (const char *) data;
	size_t		first;

	if (size == 0)
		return 0;
	asb_log_set_level(ASB_LOG_ERROR);
	asb_server_open(&server, &options, NULL, -1);
	/* the first byte agrees on a revision and cuts the rest in two */
	server.revision = (AsbRevision) (bytes[0] % ASB_REVISION_COUNT) - 1;
	first = (unsigned char) bytes[0] % size;
	asb_frames_feed(&frames, bytes + 1, first, asb_server_line, &server);
	asb_frames_feed(&frames, bytes + 1 + first, size - 1 - first, asb_server_line, &server);

	check_output(&server.output.waiting);

	/* whoever still waits is told that the conversation is closed */
	server.database.closed = true;
	asb_server_step(&server, asb_now_ms());
	asb_server_close(&server);
	asb_frames_free(&frames);
	return 0;
}
