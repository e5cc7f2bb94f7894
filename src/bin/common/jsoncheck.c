/*
 * jsoncheck.c
 *		A strict JSON checker.
 *
 * It recurses at most ASB_JSON_MAX_DEPTH times.
 */
#include "bin/common/jsoncursor.h"
#include "bin/common/jsontext.h"

static bool check_value(AsbJsonCursor *cursor, int depth);

/* Reads four hexadecimal digits; -1 when there are none. */
static long
take_hex4(AsbJsonCursor *cursor)
{
	long		code = 0;

	for (int i = 0; i < 4; i++)
	{
		char		c = cursor->at < cursor->end ? *cursor->at++ : '\0';

		if (c >= '0' && c <= '9')
			code = code * 16 + (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			code = code * 16 + ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return code;
}

long
asb_json_take_unicode(AsbJsonCursor *cursor)
{
	long		code = take_hex4(cursor);
	long		low;
	const char *next = cursor->at;

	if (code < 0xD800 || code > 0xDFFF)
		return code;
	if (code > 0xDBFF || !asb_json_take_word(cursor, "\\u"))
		return 0;
	low = take_hex4(cursor);
	if (low < 0xDC00 || low > 0xDFFF)
	{
		cursor->at = next;
		return 0;
	}
	return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

static size_t
take_digits(AsbJsonCursor *cursor)
{
	const char *start = cursor->at;

	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
		cursor->at++;
	return (size_t) (cursor->at - start);
}

static bool
check_number(AsbJsonCursor *cursor)
{
	(void) asb_json_take(cursor, '-');
	if (!asb_json_take(cursor, '0') && take_digits(cursor) == 0)
		return false;
	if (asb_json_take(cursor, '.') && take_digits(cursor) == 0)
		return false;
	if (asb_json_take(cursor, 'e') || asb_json_take(cursor, 'E'))
	{
		if (!asb_json_take(cursor, '+'))
			(void) asb_json_take(cursor, '-');
		return take_digits(cursor) > 0;
	}
	return true;
}

/* One UTF-8 sequence of two bytes or more: no overlong form, no surrogate. */
static bool
check_utf8(AsbJsonCursor *cursor)
{
	const unsigned char *s = (const unsigned char *) cursor->at;
	size_t		left = (size_t) (cursor->end - cursor->at);
	size_t		length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;

	if (s[0] < 0xC2 || s[0] > 0xF4 || left < length)
		return false;
	for (size_t i = 1; i < length; i++)
	{
		if ((s[i] & 0xC0) != 0x80)
			return false;
	}
	if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ||
		(s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
		return false;
	cursor->at += length;
	return true;
}

static bool
check_string(AsbJsonCursor *cursor)
{
	if (!asb_json_take(cursor, '"'))
		return false;
	while (cursor->at < cursor->end)
	{
		unsigned char c = (unsigned char) *cursor->at;

		if (c == '"')
		{
			cursor->at++;
			return true;
		}
		if (c < ' ')
			return false;
		if (c >= 0x80)
		{
			if (!check_utf8(cursor))
				return false;
			continue;
		}
		cursor->at++;
		if (c != '\\')
			continue;
		if (asb_json_take(cursor, 'u'))
		{
			long		code = asb_json_take_unicode(cursor);

			if (code < 0)
				return false;
			cursor->not_text |= code == 0;
		}
		else if (cursor->at >= cursor->end || memchr("\"\\/bfnrt", *cursor->at++, 8) == NULL)
			return false;
	}
	return false;
}

/* The members of an array or object, after its opening bracket. */
static bool
check_members(AsbJsonCursor *cursor, char closing, int depth)
{
	if (depth > ASB_JSON_MAX_DEPTH)
	{
		cursor->too_deep = true;
		return false;
	}
	asb_json_skip_space(cursor);
	if (asb_json_take(cursor, closing))
		return true;
	for (;;)
	{
		if (closing == '}')
		{
			asb_json_skip_space(cursor);
			if (!check_string(cursor))
				return false;
			asb_json_skip_space(cursor);
			if (!asb_json_take(cursor, ':'))
				return false;
		}
		if (!check_value(cursor, depth))
			return false;
		if (asb_json_take(cursor, closing))
			return true;
		if (!asb_json_take(cursor, ','))
			return false;
	}
}

static bool
check_value(AsbJsonCursor *cursor, int depth)
{
	bool		valid;

	asb_json_skip_space(cursor);
	if (cursor->at >= cursor->end)
		return false;
	switch (*cursor->at)
	{
		case '{':
			cursor->at++;
			valid = check_members(cursor, '}', depth + 1);
			break;
		case '[':
			cursor->at++;
			valid = check_members(cursor, ']', depth + 1);
			break;
		case '"':
			valid = check_string(cursor);
			break;
		case 't':
			valid = asb_json_take_word(cursor, "true");
			break;
		case 'f':
			valid = asb_json_take_word(cursor, "false");
			break;
		case 'n':
			valid = asb_json_take_word(cursor, "null");
			break;
		default:
			valid = check_number(cursor);
	}
	if (valid)
		asb_json_skip_space(cursor);
	return valid;
}

AsbJsonVerdict
asb_json_check(const char *text, size_t length)
{
	AsbJsonCursor cursor = {.at = text, .end = text + length};

	if (!check_value(&cursor, 0) || cursor.at != cursor.end)
		return cursor.too_deep ? ASB_JSON_TOO_DEEP : ASB_JSON_BROKEN;
	return cursor.not_text ? ASB_JSON_NOT_TEXT : ASB_JSON_VALID;
}

bool
asb_json_valid(const char *text, size_t length)
{
	return asb_json_check(text, length) == ASB_JSON_VALID;
}
