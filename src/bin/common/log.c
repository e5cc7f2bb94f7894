/*
 * log.c
 *		Structured log lines.  Single-threaded: one line is open at a time.
 */
#include "bin/common/log.h"

#include "bin/common/util.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_VALUE 2000

static const char *const level_names[] = {"debug", "info", "warning", "error"};

/* Set by asb_log_set_level() when a configuration is taken into use. */
static AsbLogLevel threshold = ASB_LOG_INFO;

/* The line being built; dropped tells that it is below the threshold. */
static AsbString line;
static bool dropped;

void
asb_log_set_level(AsbLogLevel level)
{
	threshold = level;
}

bool
asb_log_level_by_name(const char *name, AsbLogLevel *level)
{
	for (int i = ASB_LOG_DEBUG; i <= ASB_LOG_ERROR; i++)
	{
		if (strcmp(name, level_names[i]) == 0)
		{
			*level = (AsbLogLevel) i;
			return true;
		}
	}
	return false;
}

void
asb_log_begin(AsbLogLevel level, const char *event)
{
	struct timespec now;
	struct tm	parts;
	char		stamp[32];

	dropped = level < threshold;
	if (dropped)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &parts);
	asb_string_reset(&line);
	asb_string_format(&line, "ts=%s.%03ldZ level=%s event=%s",
					  stamp, now.tv_nsec / 1000000, level_names[level], event);
}

/* Does the value need no quotes?  Anything but plain printable ASCII does. */
static bool
is_plain(const char *value)
{
	if (*value == '\0')
		return false;
	for (; *value != '\0'; value++)
	{
		if (*value <= ' ' || *value > '~' || strchr("\"\\=", *value) != NULL)
			return false;
	}
	return true;
}

void
asb_log_text(const char *key, const char *value)
{
	size_t		length;

	if (dropped || value == NULL)
		return;
	asb_string_format(&line, " %s=", key);
	length = strnlen(value, MAX_VALUE);
	if (is_plain(value) && value[length] == '\0')
	{
		asb_string_append(&line, value, length);
		return;
	}
	asb_string_char(&line, '"');
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) value[i];

		if (c == '"' || c == '\\')
			asb_string_format(&line, "\\%c", c);
		else if (c == '\n')
			asb_string_text(&line, "\\n");
		else if (c < ' ' || c > '~')
			asb_string_format(&line, "\\x%02x", c);
		else
			asb_string_char(&line, (char) c);
	}
	asb_string_text(&line, value[length] == '\0' ? "\"" : "...\"");
}

void
asb_log_number(const char *key, long long value)
{
	if (!dropped)
		asb_string_format(&line, " %s=%lld", key, value);
}

void
asb_log_end(void)
{
	size_t		done = 0;

	if (dropped)
		return;
	asb_string_char(&line, '\n');
	while (done < line.length)
	{
		ssize_t		written = write(STDERR_FILENO, line.data + done, line.length - done);

		if (written <= 0)
			break;				/* nowhere left to complain to */
		done += (size_t) written;
	}
}

void
asb_log_event(AsbLogLevel level, const char *event, const char *key, const char *value)
{
	asb_log_begin(level, event);
	if (key != NULL)
		asb_log_text(key, value);
	asb_log_end();
}
