/*
 * output.c
 *		Writing to the client.
 */
#include "bin/mcp/output.h"

#include "bin/common/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_UNREAD_ANSWERS (64 * 1024 * 1024)

/* Once all is written, memory beyond this is given back. */
#define KEEP_BYTES 65536

void
asb_output_line(AsbOutput *output, const AsbString *message)
{
	if (output->broken)
		return;
	asb_string_append(&output->waiting, message->data, message->length);
	asb_string_char(&output->waiting, '\n');
}

size_t
asb_output_pending(const AsbOutput *output)
{
	return output->waiting.length - output->sent;
}

bool
asb_output_full(const AsbOutput *output)
{
	return asb_output_pending(output) >= MAX_UNREAD_ANSWERS;
}

void
asb_output_flush(AsbOutput *output)
{
	while (asb_output_pending(output) > 0 && !output->broken)
	{
		ssize_t		written = write(output->fd, output->waiting.data + output->sent,
									asb_output_pending(output));

		if (written >= 0)
			output->sent += (size_t) written;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			break;
		else if (errno != EINTR)
		{
			asb_log_event(ASB_LOG_WARNING, "client_gone", "reason", strerror(errno));
			output->broken = true;
		}
	}
	if (asb_output_pending(output) > 0 && !output->broken)
	{
		/* move the rest to the front before the sent part outweighs it */
		if (output->sent > output->waiting.length / 2)
		{
			output->waiting.length -= output->sent;
			memmove(output->waiting.data, output->waiting.data + output->sent, output->waiting.length);
			output->sent = 0;
		}
		return;
	}
	output->sent = 0;
	if (output->waiting.capacity > KEEP_BYTES)
		asb_string_free(&output->waiting);
	else
		asb_string_reset(&output->waiting);
}
