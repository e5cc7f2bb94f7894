/*
 * frame.h
 *		The stdio transport: bytes come in as they come, messages are lines.
 */
#ifndef ASB_MCP_FRAME_H
#define ASB_MCP_FRAME_H

#include "bin/common/util.h"

/* A longer message is dropped as it comes in; its bytes are not kept. */
#define ASB_FRAME_MAX_BYTES (4 * 1024 * 1024)

/* A zeroed one has seen nothing. */
typedef struct AsbFrames
{
	AsbString	partial;		/* the line that has no end yet */
	bool		dropping;		/* that line is too long */
} AsbFrames;

/* Gets each line without its end; text is NULL for one that was too long. */
typedef void (*AsbFrameHandler) (void *owner, const char *text, size_t length);

extern void asb_frames_feed(AsbFrames *frames, const char *bytes, size_t length,
							AsbFrameHandler handler, void *owner);
extern void asb_frames_free(AsbFrames *frames);

#endif
