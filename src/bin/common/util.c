/*
 * util.c
 *		Memory, strings, time and files for the client programs.
 */
#include "bin/common/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/random.h>

void
asb_wrong_usage(const char *program, const char *problem)
{
	if (problem != NULL)
		fprintf(stderr, "%s: %s\n", program, problem);
	fprintf(stderr, "Try \"%s --help\".\n", program);
	exit(2);
}

/* They are opened the wrong way round: it is still an error to use them. */
void
asb_keep_standard_files(void)
{
	for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
	{
		if (fcntl(file, F_GETFD) < 0 &&
			open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY) != file)
			_exit(70);
	}
}

void
asb_out_of_memory(void)
{
	static const char line[] = "level=error event=out_of_memory\n";
	ssize_t		ignored;

	ignored = write(STDERR_FILENO, line, sizeof(line) - 1);
	(void) ignored;
	_exit(70);
}

void *
asb_realloc(void *pointer, size_t size)
{
	void	   *result = realloc(pointer, size ? size : 1);

	if (result == NULL)
		asb_out_of_memory();
	return result;
}

void *
asb_alloc(size_t size)
{
	return asb_realloc(NULL, size);
}

void *
asb_alloc_zero(size_t size)
{
	return memset(asb_alloc(size), 0, size);
}

char *
asb_strndup(const char *text, size_t length)
{
	char	   *copy = asb_alloc(length + 1);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *
asb_strdup(const char *text)
{
	return asb_strndup(text, strlen(text));
}

static void
reserve(AsbString *string, size_t more)
{
	size_t		capacity = string->capacity ? string->capacity : 64;

	while (capacity - string->length <= more)
	{
		if (capacity > SIZE_MAX / 2)
			asb_out_of_memory();
		capacity *= 2;
	}
	if (capacity != string->capacity)
	{
		string->data = asb_realloc(string->data, capacity);
		string->capacity = capacity;
	}
}

void
asb_string_append(AsbString *string, const char *data, size_t length)
{
	reserve(string, length);
	if (length > 0)
		memcpy(string->data + string->length, data, length);
	string->length += length;
	string->data[string->length] = '\0';
}

void
asb_string_text(AsbString *string, const char *text)
{
	asb_string_append(string, text, strlen(text));
}

void
asb_string_char(AsbString *string, char c)
{
	asb_string_append(string, &c, 1);
}

static void
append_format(AsbString *string, const char *format, va_list arguments)
{
	va_list		again;
	int			length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return;
	reserve(string, (size_t) length + 1);
	vsnprintf(string->data + string->length, (size_t) length + 1, format, arguments);
	string->length += (size_t) length;
}

void
asb_string_format(AsbString *string, const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	append_format(string, format, arguments);
	va_end(arguments);
}

char *
asb_format(const char *format,...)
{
	AsbString	string = {0};
	va_list		arguments;

	va_start(arguments, format);
	append_format(&string, format, arguments);
	va_end(arguments);
	return string.data;
}

void
asb_string_element(AsbString *array, const char *text)
{
	asb_string_text(array, array->length == 0 ? "{\"" : ",\"");
	for (; *text != '\0'; text++)
	{
		if (*text == '"' || *text == '\\')
			asb_string_char(array, '\\');
		asb_string_char(array, *text);
	}
	asb_string_char(array, '"');
}

void
asb_string_reset(AsbString *string)
{
	string->length = 0;
	if (string->data != NULL)
		string->data[0] = '\0';
}

void
asb_string_free(AsbString *string)
{
	free(string->data);
	memset(string, 0, sizeof(*string));
}

void
asb_wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

int64_t
asb_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
asb_backoff_ms(int failures, int64_t base, int64_t limit)
{
	int64_t		wait = base;
	uint32_t	noise = 0;

	while (failures-- > 0 && wait < limit)
		wait *= 2;
	if (wait > limit)
		wait = limit;
	if (getrandom(&noise, sizeof(noise), GRND_NONBLOCK) != (ssize_t) sizeof(noise))
		noise = (uint32_t) getpid() * 2654435761u;
	return wait - (int64_t) (noise % (uint32_t) (wait / 2 + 1));
}

char *
asb_read_file(const char *path, size_t limit, size_t *length)
{
	FILE	   *file = fopen(path, "re");
	char	   *content;
	int			problem = 0;

	if (file == NULL)
		return NULL;
	content = asb_alloc(limit + 2);
	*length = fread(content, 1, limit + 1, file);
	if (ferror(file))
		problem = errno ? errno : EIO;
	else if (*length > limit)
		problem = EFBIG;
	fclose(file);
	content[*length] = '\0';
	if (problem != 0)
	{
		explicit_bzero(content, *length);
		free(content);
		errno = problem;
		return NULL;
	}
	return asb_realloc(content, *length + 1);
}
