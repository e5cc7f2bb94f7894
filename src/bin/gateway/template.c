/*
 * template.c
 *		Path and body templates.
 *
 * Values reach a path as unreserved characters or %XX only, so they can end
 * neither a segment, nor the path, nor the URL.  Values reach a body as the
 * very bytes of the canonical arguments, so numbers keep all digits.
 */
#include "bin/gateway/template.h"

#include "bin/common/jsontext.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What stands between two braces, or outside of them. */
typedef struct Piece
{
	char	   *text;
	bool		is_placeholder;
} Piece;

struct AsbPathTemplate
{
	Piece	   *pieces;
	size_t		count;
};

static bool
is_unreserved(char c)
{
	return isalnum((unsigned char) c) || (c != '\0' && strchr("-._~", c) != NULL);
}

/* Names of members joined by dots, none empty. */
static bool
is_placeholder_name(const char *name, size_t length)
{
	bool		after_dot = true;

	for (size_t i = 0; i < length; i++)
	{
		if (name[i] == '.' ? after_dot : !(isalnum((unsigned char) name[i]) || name[i] == '_' || name[i] == '-'))
			return false;
		after_dot = name[i] == '.';
	}
	return !after_dot;
}

static bool
is_url_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '%')
		{
			if (i + 2 >= length || !isxdigit((unsigned char) text[i + 1]) ||
				!isxdigit((unsigned char) text[i + 2]))
				return false;
		}
		else if (!is_unreserved(text[i]) && strchr("/?:@!$&'()*+,;=", text[i]) == NULL)
			return false;
	}
	return true;
}

static void
add_piece(AsbPathTemplate *template, const char *text, size_t length, bool is_placeholder)
{
	if (length == 0)
		return;
	template->pieces = asb_realloc(template->pieces, (template->count + 1) * sizeof(Piece));
	template->pieces[template->count].text = asb_strndup(text, length);
	template->pieces[template->count].is_placeholder = is_placeholder;
	template->count++;
}

AsbPathTemplate *
asb_path_template_compile(const char *text, char **error)
{
	AsbPathTemplate *template = asb_alloc_zero(sizeof(*template));

	if (text[0] != '/')
		*error = asb_strdup("path does not start with \"/\"");
	while (*error == NULL && *text != '\0')
	{
		size_t		literal = strcspn(text, "{}");
		size_t		name = 0;

		if (!is_url_text(text, literal))
			*error = asb_strdup("path has a character that must be percent-encoded");
		else if (text[literal] == '{')
		{
			name = strcspn(text + literal + 1, "{}");
			if (text[literal + 1 + name] != '}' ||
				!is_placeholder_name(text + literal + 1, name))
				*error = asb_strdup("path has a malformed placeholder");
		}
		else if (text[literal] == '}')
			*error = asb_strdup("path has a \"}\" without \"{\"");
		if (*error != NULL)
			break;
		add_piece(template, text, literal, false);
		text += literal;
		if (*text == '{')
		{
			add_piece(template, text + 1, name, true);
			text += name + 2;
		}
	}
	if (*error == NULL)
		return template;
	asb_path_template_free(template);
	return NULL;
}

void
asb_path_template_free(AsbPathTemplate *template)
{
	if (template == NULL)
		return;
	for (size_t i = 0; i < template->count; i++)
		free(template->pieces[i].text);
	free(template->pieces);
	free(template);
}

/* Appends a scalar argument as plain text. */
static bool
append_scalar(const char *arguments, const char *name, AsbString *out, char **error)
{
	const char *value;
	size_t		length;

	if (!asb_json_find(arguments, strlen(arguments), name, &value, &length) || value[0] == 'n')
	{
		*error = asb_format("argument \"%s\" is missing", name);
		return false;
	}
	if (value[0] == '{' || value[0] == '[')
	{
		*error = asb_format("argument \"%s\" is not a scalar", name);
		return false;
	}
	if (value[0] == '"')
		asb_json_decode(value, length, out);
	else
		asb_string_append(out, value, length);
	return true;
}

/* Would anybody who splits the decoded path see a "." or ".." segment? */
static bool
has_dot_segment(const AsbString *path)
{
	size_t		start = 0;

	for (size_t i = 0; i <= path->length; i++)
	{
		/* a backslash is a separator to some servers, a ";" starts parameters */
		if (i < path->length && memchr("/\\;", path->data[i], 3) == NULL)
			continue;
		if ((i - start == 1 && path->data[start] == '.') ||
			(i - start == 2 && memcmp(path->data + start, "..", 2) == 0))
			return true;
		start = i + 1;
	}
	return false;
}

/* Appends literal template text with its %XX resolved. */
static void
append_decoded(AsbString *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '%')
		{
			char		hex[3] = {text[i + 1], text[i + 2], '\0'};

			asb_string_char(out, (char) strtol(hex, NULL, 16));
			i += 2;
		}
		else
			asb_string_char(out, text[i]);
	}
}

bool
asb_path_template_expand(const AsbPathTemplate *template, const char *arguments,
						 AsbString *out, char **error)
{
	AsbString	value = {0};
	AsbString	decoded = {0};	/* the path before "?", as a server reads it */
	bool		in_path = true;

	for (size_t i = 0; i < template->count && *error == NULL; i++)
	{
		const Piece *piece = &template->pieces[i];

		if (!piece->is_placeholder)
		{
			size_t		path_part = strcspn(piece->text, "?");

			if (in_path)
				append_decoded(&decoded, piece->text, path_part);
			in_path = in_path && piece->text[path_part] == '\0';
			asb_string_text(out, piece->text);
			continue;
		}
		asb_string_reset(&value);
		if (!append_scalar(arguments, piece->text, &value, error))
			break;
		if (in_path && value.length == 0)
			*error = asb_format("argument \"%s\" is empty", piece->text);
		if (in_path)
			asb_string_append(&decoded, value.data, value.length);
		for (size_t j = 0; j < value.length; j++)
		{
			if (is_unreserved(value.data[j]))
				asb_string_char(out, value.data[j]);
			else
				asb_string_format(out, "%%%02X", (unsigned char) value.data[j]);
		}
	}
	if (*error == NULL && has_dot_segment(&decoded))
		*error = asb_strdup("arguments make a \".\" or \"..\" segment");
	asb_string_free(&value);
	asb_string_free(&decoded);
	return *error == NULL;
}

/* The name in a string that is one placeholder, else NULL; free it. */
static char *
placeholder_of(const char *text)
{
	size_t		length = strlen(text);

	if (length < 3 || text[0] != '{' || text[length - 1] != '}' ||
		!is_placeholder_name(text + 1, length - 2))
		return NULL;
	return asb_strndup(text + 1, length - 2);
}

char *
asb_body_template_check(const cJSON *template)
{
	const cJSON *child;

	if (cJSON_IsString(template) && strpbrk(template->valuestring, "{}") != NULL)
	{
		char	   *name = placeholder_of(template->valuestring);

		if (name == NULL)
			return asb_strdup("a string with braces is not exactly one placeholder");
		free(name);
	}
	cJSON_ArrayForEach(child, template)
	{
		char	   *error = asb_body_template_check(child);

		if (error != NULL)
			return error;
	}
	return NULL;
}

static void
append_json_string(AsbString *out, const char *text)
{
	cJSON	   *node = cJSON_CreateStringReference(text);
	char	   *printed = cJSON_PrintUnformatted(node);

	asb_string_text(out, printed);
	cJSON_free(printed);
	cJSON_Delete(node);
}

static bool
append_argument(const char *arguments, const char *name, AsbString *out, char **error)
{
	const char *value;
	size_t		length;

	if (!asb_json_find(arguments, strlen(arguments), name, &value, &length))
	{
		*error = asb_format("argument \"%s\" is missing", name);
		return false;
	}
	asb_string_append(out, value, length);
	return true;
}

bool
asb_body_template_expand(const cJSON *template, const char *arguments,
						 AsbString *out, char **error)
{
	bool		is_object = cJSON_IsObject(template);
	const cJSON *child;
	char	   *text;

	if (is_object || cJSON_IsArray(template))
	{
		asb_string_char(out, is_object ? '{' : '[');
		cJSON_ArrayForEach(child, template)
		{
			if (child != template->child)
				asb_string_char(out, ',');
			if (is_object)
			{
				append_json_string(out, child->string);
				asb_string_char(out, ':');
			}
			if (!asb_body_template_expand(child, arguments, out, error))
				return false;
		}
		asb_string_char(out, is_object ? '}' : ']');
		return true;
	}
	text = cJSON_IsString(template) ? placeholder_of(template->valuestring) : NULL;
	if (text != NULL)
	{
		bool		found = append_argument(arguments, text, out, error);

		free(text);
		return found;
	}
	text = cJSON_PrintUnformatted(template);
	asb_string_text(out, text);
	cJSON_free(text);
	return true;
}
