/*
 * log.h
 *		Log lines on standard error, one event each, as logfmt:
 *
 *			ts=2026-01-31T12:00:00.123Z level=info event=call_completed call=...
 *
 * A line is begun, gets its fields, and is written with one write(2).  Values
 * are quoted and escaped, so what a server or a database says can never forge
 * a line or a field.  What must not be logged is decided by not logging it:
 * no caller passes a secret, arguments, a response or a URL with arguments.
 */
#ifndef ASB_BIN_LOG_H
#define ASB_BIN_LOG_H

#include <stdbool.h>

typedef enum AsbLogLevel
{
	ASB_LOG_DEBUG,
	ASB_LOG_INFO,
	ASB_LOG_WARNING,
	ASB_LOG_ERROR
} AsbLogLevel;

/* Lines below this level are dropped; the default is ASB_LOG_INFO. */
extern void asb_log_set_level(AsbLogLevel level);

/* false when name is not one of debug, info, warning, error */
extern bool asb_log_level_by_name(const char *name, AsbLogLevel *level);

extern void asb_log_begin(AsbLogLevel level, const char *event);
extern void asb_log_text(const char *key, const char *value);	/* NULL: no field */
extern void asb_log_number(const char *key, long long value);
extern void asb_log_end(void);

/* begin, at most one field, end */
extern void asb_log_event(AsbLogLevel level, const char *event,
						  const char *key, const char *value);

#endif
