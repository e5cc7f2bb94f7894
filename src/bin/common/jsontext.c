/*
 * jsontext.c
 *		A strict JSON checker, a finder and a decoder over text.
 *
 * The checker recurses at most ASB_JSON_MAX_DEPTH times.  Finder and decoder
 * rely on text that the checker, or PostgreSQL, has accepted.
 */
#include "bin/common/jsontext.h"

#include <string.h>

typedef struct Cursor
{
	const char *at;
	const char *end;
	bool		too_deep;		/* set by the checker */
	bool		not_text;
} Cursor;

static bool check_value(Cursor *cursor, int depth);

static void
skip_space(Cursor *cursor)
{
	while (cursor->at < cursor->end && memchr(" \t\r\n", *cursor->at, 4) != NULL)
		cursor->at++;
}

static bool
take(Cursor *cursor, char c)
{
	if (cursor->at >= cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static bool
take_word(Cursor *cursor, const char *word)
{
	size_t		length = strlen(word);

	if ((size_t) (cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

static size_t
take_digits(Cursor *cursor)
{
	const char *start = cursor->at;

	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9')
		cursor->at++;
	return (size_t) (cursor->at - start);
}

static bool
check_number(Cursor *cursor)
{
	(void) take(cursor, '-');
	if (!take(cursor, '0') && take_digits(cursor) == 0)
		return false;
	if (take(cursor, '.') && take_digits(cursor) == 0)
		return false;
	if (take(cursor, 'e') || take(cursor, 'E'))
	{
		if (!take(cursor, '+'))
			(void) take(cursor, '-');
		return take_digits(cursor) > 0;
	}
	return true;
}

/* Reads four hexadecimal digits; -1 when there are none. */
static long
take_hex4(Cursor *cursor)
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

/*
 * The code point of an escape after "\u"; -1 when it is none, 0 for NUL and
 * for a lone surrogate, which no text can hold.
 */
static long
take_unicode(Cursor *cursor)
{
	long		code = take_hex4(cursor);
	long		low;
	const char *next = cursor->at;

	if (code < 0xD800 || code > 0xDFFF)
		return code;
	if (code > 0xDBFF || !take_word(cursor, "\\u"))
		return 0;
	low = take_hex4(cursor);
	if (low < 0xDC00 || low > 0xDFFF)
	{
		cursor->at = next;
		return 0;
	}
	return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

/* One UTF-8 sequence of two bytes or more: no overlong form, no surrogate. */
static bool
check_utf8(Cursor *cursor)
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
check_string(Cursor *cursor)
{
	if (!take(cursor, '"'))
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
		if (take(cursor, 'u'))
		{
			long		code = take_unicode(cursor);

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
check_members(Cursor *cursor, char closing, int depth)
{
	if (depth > ASB_JSON_MAX_DEPTH)
	{
		cursor->too_deep = true;
		return false;
	}
	skip_space(cursor);
	if (take(cursor, closing))
		return true;
	for (;;)
	{
		if (closing == '}')
		{
			skip_space(cursor);
			if (!check_string(cursor))
				return false;
			skip_space(cursor);
			if (!take(cursor, ':'))
				return false;
		}
		if (!check_value(cursor, depth))
			return false;
		if (take(cursor, closing))
			return true;
		if (!take(cursor, ','))
			return false;
	}
}

static bool
check_value(Cursor *cursor, int depth)
{
	bool		valid;

	skip_space(cursor);
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
			valid = take_word(cursor, "true");
			break;
		case 'f':
			valid = take_word(cursor, "false");
			break;
		case 'n':
			valid = take_word(cursor, "null");
			break;
		default:
			valid = check_number(cursor);
	}
	if (valid)
		skip_space(cursor);
	return valid;
}

AsbJsonVerdict
asb_json_check(const char *text, size_t length)
{
	Cursor		cursor = {.at = text, .end = text + length};

	if (!check_value(&cursor, 0) || cursor.at != cursor.end)
		return cursor.too_deep ? ASB_JSON_TOO_DEEP : ASB_JSON_BROKEN;
	return cursor.not_text ? ASB_JSON_NOT_TEXT : ASB_JSON_VALID;
}

bool
asb_json_valid(const char *text, size_t length)
{
	return asb_json_check(text, length) == ASB_JSON_VALID;
}

static void
skip_string(Cursor *cursor)
{
	cursor->at++;
	while (cursor->at < cursor->end && *cursor->at != '"')
		cursor->at += *cursor->at == '\\' ? 2 : 1;
	cursor->at++;
}

/* Steps over one value of valid JSON, without recursion. */
static void
skip_value(Cursor *cursor)
{
	int			depth = 0;

	do
	{
		char		c = *cursor->at;

		if (c == '"')
		{
			skip_string(cursor);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		cursor->at++;
		if (depth == 0 && c != '}' && c != ']')
		{
			while (cursor->at < cursor->end && memchr(",}] \t\r\n", *cursor->at, 7) == NULL)
				cursor->at++;
		}
	} while (depth > 0 && cursor->at < cursor->end);
}

/* Narrows the cursor from an object to the value of one of its members. */
static bool
enter_member(Cursor *cursor, const char *name, size_t name_length)
{
	skip_space(cursor);
	if (!take(cursor, '{'))
		return false;
	skip_space(cursor);
	while (cursor->at < cursor->end && *cursor->at == '"')
	{
		const char *key = cursor->at;
		AsbString	decoded = {0};
		bool		found;

		skip_string(cursor);
		asb_json_decode(key, (size_t) (cursor->at - key), &decoded);
		found = decoded.length == name_length &&
			(name_length == 0 || memcmp(decoded.data, name, name_length) == 0);
		asb_string_free(&decoded);

		skip_space(cursor);
		(void) take(cursor, ':');
		skip_space(cursor);
		key = cursor->at;
		skip_value(cursor);
		if (found)
		{
			cursor->end = cursor->at;
			cursor->at = key;
			return true;
		}
		skip_space(cursor);
		(void) take(cursor, ',');
		skip_space(cursor);
	}
	return false;
}

bool
asb_json_find(const char *text, size_t length, const char *path,
			  const char **value, size_t *value_length)
{
	Cursor		cursor = {.at = text, .end = text + length};

	for (;;)
	{
		size_t		name_length = strcspn(path, ".");

		if (!enter_member(&cursor, path, name_length))
			return false;
		if (path[name_length] == '\0')
			break;
		path += name_length + 1;
	}
	*value = cursor.at;
	*value_length = (size_t) (cursor.end - cursor.at);
	return true;
}

bool
asb_json_member(const char *text, size_t length, const char *name,
				const char **value, size_t *value_length)
{
	Cursor		cursor = {.at = text, .end = text + length};

	if (!enter_member(&cursor, name, strlen(name)))
		return false;
	*value = cursor.at;
	*value_length = (size_t) (cursor.end - cursor.at);
	return true;
}

bool
asb_json_next(const char *text, size_t length, AsbJsonItem *item)
{
	Cursor		cursor = {.at = text, .end = text + length};
	bool		object;

	skip_space(&cursor);
	object = cursor.at < cursor.end && *cursor.at == '{';
	if (!object && !(cursor.at < cursor.end && *cursor.at == '['))
		return false;
	cursor.at = item->value != NULL ? item->value + item->value_length : cursor.at + 1;
	skip_space(&cursor);
	(void) take(&cursor, ',');
	skip_space(&cursor);
	if (cursor.at >= cursor.end || *cursor.at == '}' || *cursor.at == ']')
		return false;
	if (object)
	{
		item->key = cursor.at;
		skip_string(&cursor);
		item->key_length = (size_t) (cursor.at - item->key);
		skip_space(&cursor);
		(void) take(&cursor, ':');
		skip_space(&cursor);
	}
	item->value = cursor.at;
	skip_value(&cursor);
	item->value_length = (size_t) (cursor.at - item->value);
	return true;
}

void
asb_json_quote(AsbString *out, const char *text, size_t length)
{
	const char *end = text + length;
	const char *plain = text;

	asb_string_char(out, '"');
	for (; text < end; text++)
	{
		unsigned char c = (unsigned char) *text;

		if (c >= ' ' && c != '"' && c != '\\' && c != 0x7F)
			continue;
		asb_string_append(out, plain, (size_t) (text - plain));
		plain = text + 1;
		if (c == '"' || c == '\\')
			asb_string_format(out, "\\%c", c);
		else if (c == '\n')
			asb_string_text(out, "\\n");
		else
			asb_string_format(out, "\\u%04x", c);
	}
	asb_string_append(out, plain, (size_t) (end - plain));
	asb_string_char(out, '"');
}

static void
append_utf8(AsbString *out, long code)
{
	if (code < 0x80)
		asb_string_char(out, (char) code);
	else if (code < 0x800)
		asb_string_char(out, (char) (0xC0 | (code >> 6)));
	else if (code < 0x10000)
	{
		asb_string_char(out, (char) (0xE0 | (code >> 12)));
		asb_string_char(out, (char) (0x80 | ((code >> 6) & 0x3F)));
	}
	else
	{
		asb_string_char(out, (char) (0xF0 | (code >> 18)));
		asb_string_char(out, (char) (0x80 | ((code >> 12) & 0x3F)));
		asb_string_char(out, (char) (0x80 | ((code >> 6) & 0x3F)));
	}
	if (code >= 0x80)
		asb_string_char(out, (char) (0x80 | (code & 0x3F)));
}

/* Copies the rest of the cursor with escapes resolved. */
static void
resolve_escapes(Cursor *cursor, AsbString *out)
{
	static const char names[] = "bfnrt";
	static const char meanings[] = "\b\f\n\r\t";

	while (cursor->at < cursor->end)
	{
		const char *backslash = memchr(cursor->at, '\\', (size_t) (cursor->end - cursor->at));
		const char *stop = backslash != NULL ? backslash : cursor->end;
		char		c;

		asb_string_append(out, cursor->at, (size_t) (stop - cursor->at));
		cursor->at = stop + 1;
		if (backslash == NULL || cursor->at >= cursor->end)
			return;
		c = *cursor->at++;
		if (c == 'u')
		{
			long		code = take_unicode(cursor);

			if (code > 0)
				append_utf8(out, code);
		}
		else
		{
			const char *name = strchr(names, c);

			asb_string_char(out, name != NULL ? meanings[name - names] : c);
		}
	}
}

void
asb_json_decode(const char *text, size_t length, AsbString *out)
{
	Cursor		cursor = {.at = text + 1, .end = text + length - 1};

	asb_string_append(out, "", 0);
	resolve_escapes(&cursor, out);
}

bool
asb_json_reveals(const char *text, size_t length, const char *secret)
{
	Cursor		cursor = {.at = text, .end = text + length};
	AsbString	plain = {0};
	bool		found = memmem(text, length, secret, strlen(secret)) != NULL;

	if (!found && memchr(text, '\\', length) != NULL)
	{
		asb_string_append(&plain, "", 0);
		resolve_escapes(&cursor, &plain);
		found = memmem(plain.data, plain.length, secret, strlen(secret)) != NULL;
		asb_string_free(&plain);
	}
	return found;
}
