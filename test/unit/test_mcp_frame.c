/*
 * test_mcp_frame.c
 *		Cutting the client's bytes into messages, and what a message is.
 */
#include "bin/mcp/frame.h"
#include "bin/mcp/message.h"

#include "tap.h"

#include <stdlib.h>

static void
collect(void *owner, const char *text, size_t length)
{
	AsbString  *lines = owner;

	if (text == NULL)
		asb_string_text(lines, "<too long>");
	else
		asb_string_append(lines, text, length);
	asb_string_char(lines, ';');
}

/* The same bytes in pieces of each size give the same lines. */
static void
check_frames(const char *bytes, size_t length, const char *want)
{
	for (size_t piece = 1; piece <= length; piece++)
	{
		AsbFrames	frames = {0};
		AsbString	lines = {0};

		asb_string_text(&lines, "");
		for (size_t at = 0; at < length; at += piece)
		{
			size_t		n = length - at < piece ? length - at : piece;
			char	   *copy = malloc(n);

			memcpy(copy, bytes + at, n);
			asb_frames_feed(&frames, copy, n, collect, &lines);
			free(copy);
		}
		if (strcmp(lines.data, want) != 0)
			ok(false, "pieces of %zu bytes: \"%s\", not \"%s\"", piece, lines.data, want);
		asb_frames_free(&frames);
		asb_string_free(&lines);
	}
	ok(true, "lines in pieces of any size: %s", want);
}

static void
check_long_lines(void)
{
	size_t		length = ASB_FRAME_MAX_BYTES;
	char	   *line = malloc(length + 2);
	AsbFrames	frames = {0};
	AsbString	lines = {0};

	memset(line, 'x', length);
	line[length] = line[length + 1] = '\n';
	asb_frames_feed(&frames, line, length + 1, collect, &lines);
	is_int((int64_t) lines.length, (int64_t) length + 1, "the longest line comes through");
	asb_string_reset(&lines);

	asb_frames_feed(&frames, line, length, collect, &lines);
	asb_frames_feed(&frames, line, 1, collect, &lines);
	ok(frames.partial.capacity == 0, "a longer line is not kept");
	asb_frames_feed(&frames, line, length, collect, &lines);
	asb_frames_feed(&frames, "x\nshort\n", 8, collect, &lines);
	is_str(lines.data, "<too long>;short;", "it is told once, and the next one comes through");
	ok(frames.partial.capacity <= 65536, "memory is given back");
	asb_frames_free(&frames);
	asb_string_free(&lines);
	free(line);
}

static const char *const kinds[] = {"request", "notification", "response", "batch", "invalid"};

/* want: the kind, and for an invalid one the code */
static void
check_message(const char *text, const char *want, const char *id)
{
	size_t		length = strlen(text);
	char	   *copy = malloc(length + 1);
	AsbMessage	message;
	char	   *got;
	char	   *got_id;

	memcpy(copy, text, length);
	asb_message_read(copy, length, &message);
	got = message.kind == ASB_MESSAGE_INVALID ? asb_format("invalid %d", message.code) :
		asb_strdup(kinds[message.kind]);
	got_id = asb_strndup(message.id.text ? message.id.text : "", message.id.length);
	is_str(got, want, "%s: %.60s", want, text);
	if (strcmp(got_id, id) != 0)
		ok(false, "its id is \"%s\", not \"%s\"", got_id, id);
	free(got);
	free(got_id);
	free(copy);
}

static void
check_integer(const char *text, bool want, int64_t value)
{
	int64_t		got = 0;

	ok(asb_slice_integer((AsbSlice) {text, strlen(text)}, &got) == want && got == value, "integer: %s", text);
}

int
main(void)
{
	check_frames("a\nbc\n\n\r\nd", 10, "a;bc;");
	check_frames("\n\n\n", 3, "");
	check_frames("{\"a\":\"\0\"}\nx\n", 12, "{\"a\":\"");
	check_long_lines();

	check_message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}", "request", "1");
	check_message(" {\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"m\",\"params\":{}} \r", "request", "\"a\"");
	check_message("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}", "notification", "");
	check_message("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":[]}", "notification", "");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", "response", "1");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", "response", "1");
	check_message("[1]", "batch", "");
	check_message("[]", "invalid -32600", "");
	check_message("", "invalid -32700", "");
	check_message("{", "invalid -32700", "");
	check_message("{}", "invalid -32600", "");
	check_message("true", "invalid -32600", "");
	check_message("{\"jsonrpc\":2.0,\"id\":1,\"method\":\"m\"}", "invalid -32600", "1");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1}", "invalid -32600", "1");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"m\"}", "invalid -32600", "");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1e3,\"method\":\"m\"}", "invalid -32600", "");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1234567890123456789,\"method\":\"m\"}", "invalid -32600", "");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[]}", "invalid -32602", "1");
	check_message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":\"\\u0000\"}}", "invalid -32602", "1");
	check_message("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"a\":\"\\ud800\"}}", "notification", "");

	check_integer("0", true, 0);
	check_integer("-12", true, -12);
	check_integer("999999999999999999", true, INT64_C(999999999999999999));
	check_integer("1000000000000000000", false, 0);
	check_integer("1.0", false, 1);
	check_integer("\"1\"", false, 0);
	return tap_done();
}
