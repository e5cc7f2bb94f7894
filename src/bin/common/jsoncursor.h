/*
 * jsoncursor.h
 *		A place in JSON text, for the checker and for who reads checked text.
 */
#ifndef ASB_BIN_JSONCURSOR_H
#define ASB_BIN_JSONCURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct AsbJsonCursor
{
	const char *at;
	const char *end;
	bool		too_deep;		/* set by the checker */
	bool		not_text;
} AsbJsonCursor;

static inline void
asb_json_skip_space(AsbJsonCursor *cursor)
{
	while (cursor->at < cursor->end && memchr(" \t\r\n", *cursor->at, 4) != NULL)
		cursor->at++;
}

static inline bool
asb_json_take(AsbJsonCursor *cursor, char c)
{
	if (cursor->at >= cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static inline bool
asb_json_take_word(AsbJsonCursor *cursor, const char *word)
{
	size_t		length = strlen(word);

	if ((size_t) (cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/*
 * The code point of an escape after "\u"; -1 when it is none, 0 for NUL and
 * for a lone surrogate, which no text can hold.
 */
extern long asb_json_take_unicode(AsbJsonCursor *cursor);

#endif
