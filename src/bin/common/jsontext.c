/*
 * jsontext.c
 *		A finder, a decoder and an encoder of JSON text.
 *
 * They rely on text that the checker, or PostgreSQL, has accepted.
 */
#include "bin/common/jsontext.h"

#include "bin/common/jsoncursor.h"

static void
skip_string(AsbJsonCursor *cursor)
{
	cursor->at++;
	while (cursor->at < cursor->end && *cursor->at != '"')
		cursor->at += *cursor->at == '\\' ? 2 : 1;
	cursor->at++;
}

/* Steps over one value of valid JSON, without recursion. */
static void
skip_value(AsbJsonCursor *cursor)
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
enter_member(AsbJsonCursor *cursor, const char *name, size_t name_length)
{
	asb_json_skip_space(cursor);
	if (!asb_json_take(cursor, '{'))
		return false;
	asb_json_skip_space(cursor);
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

		asb_json_skip_space(cursor);
		(void) asb_json_take(cursor, ':');
		asb_json_skip_space(cursor);
		key = cursor->at;
		skip_value(cursor);
		if (found)
		{
			cursor->end = cursor->at;
			cursor->at = key;
			return true;
		}
		asb_json_skip_space(cursor);
		(void) asb_json_take(cursor, ',');
		asb_json_skip_space(cursor);
	}
	return false;
}

bool
asb_json_find(const char *text, size_t length, const char *path,
			  const char **value, size_t *value_length)
{
	AsbJsonCursor cursor = {.at = text, .end = text + length};

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
	AsbJsonCursor cursor = {.at = text, .end = text + length};

	if (!enter_member(&cursor, name, strlen(name)))
		return false;
	*value = cursor.at;
	*value_length = (size_t) (cursor.end - cursor.at);
	return true;
}

bool
asb_json_next(const char *text, size_t length, AsbJsonItem *item)
{
	AsbJsonCursor cursor = {.at = text, .end = text + length};
	bool		object;

	asb_json_skip_space(&cursor);
	object = cursor.at < cursor.end && *cursor.at == '{';
	if (!object && !(cursor.at < cursor.end && *cursor.at == '['))
		return false;
	cursor.at = item->value != NULL ? item->value + item->value_length : cursor.at + 1;
	asb_json_skip_space(&cursor);
	(void) asb_json_take(&cursor, ',');
	asb_json_skip_space(&cursor);
	if (cursor.at >= cursor.end || *cursor.at == '}' || *cursor.at == ']')
		return false;
	if (object)
	{
		item->key = cursor.at;
		skip_string(&cursor);
		item->key_length = (size_t) (cursor.at - item->key);
		asb_json_skip_space(&cursor);
		(void) asb_json_take(&cursor, ':');
		asb_json_skip_space(&cursor);
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
resolve_escapes(AsbJsonCursor *cursor, AsbString *out)
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
			long		code = asb_json_take_unicode(cursor);

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
	AsbJsonCursor cursor = {.at = text + 1, .end = text + length - 1};

	asb_string_append(out, "", 0);
	resolve_escapes(&cursor, out);
}

bool
asb_json_reveals(const char *text, size_t length, const char *secret)
{
	AsbJsonCursor cursor = {.at = text, .end = text + length};
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
