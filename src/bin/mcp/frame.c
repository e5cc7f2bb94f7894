/*
 * frame.c
 *		Cutting a stream into lines, with bounded memory.
 */
#include "bin/mcp/frame.h"

#include <string.h>

/* After a longer line its memory is given back. */
#define KEEP_BYTES 65536

static void
end_line(AsbFrames *frames, const char *text, size_t length, AsbFrameHandler handler, void *owner)
{
	if (frames->dropping)
		handler(owner, NULL, 0);
	else if (length > 0 && !(length == 1 && text[0] == '\r'))
		handler(owner, text, length);
	frames->dropping = false;
	if (frames->partial.capacity > KEEP_BYTES)
		asb_string_free(&frames->partial);
	else
		asb_string_reset(&frames->partial);
}

void
asb_frames_feed(AsbFrames *frames, const char *bytes, size_t length,
				AsbFrameHandler handler, void *owner)
{
	AsbString  *partial = &frames->partial;

	while (length > 0)
	{
		const char *newline = memchr(bytes, '\n', length);
		size_t		piece = newline != NULL ? (size_t) (newline - bytes) : length;

		if (!frames->dropping && partial->length + piece > ASB_FRAME_MAX_BYTES)
		{
			frames->dropping = true;
			asb_string_free(partial);
		}
		if (newline != NULL && partial->length == 0)
			end_line(frames, bytes, piece, handler, owner);
		else
		{
			if (!frames->dropping)
				asb_string_append(partial, bytes, piece);
			if (newline != NULL)
				end_line(frames, partial->data, partial->length, handler, owner);
		}
		piece += newline != NULL;
		bytes += piece;
		length -= piece;
	}
}

void
asb_frames_free(AsbFrames *frames)
{
	asb_string_free(&frames->partial);
	frames->dropping = false;
}
