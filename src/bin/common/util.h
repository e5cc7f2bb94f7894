/*
 * util.h
 *		What every client program needs before it can do anything: memory that
 *		never comes back NULL, a growing string, a clock that never jumps.
 */
#ifndef ASB_BIN_UTIL_H
#define ASB_BIN_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASB_PRINTF(f, a) __attribute__((format(printf, f, a)))

/*
 * A growing string.  data is NUL-terminated whenever it is not NULL; length
 * does not count that byte, and the content may itself hold NULs.
 */
typedef struct AsbString
{
	char	   *data;
	size_t		length;
	size_t		capacity;
} AsbString;

/* Tells of wrong options (NULL: getopt has), and ends the program. */
extern void asb_wrong_usage(const char *program, const char *problem) __attribute__((noreturn));

/*
 * Comes first in main(): no connection takes the place of a standard file that
 * is closed, where the next line of a log would be sent to the server.
 */
extern void asb_keep_standard_files(void);

/* Ends the program (leases lapse, nothing is lost). */
extern void asb_out_of_memory(void) __attribute__((noreturn));

/* Allocation; never NULL. */
extern void *asb_alloc(size_t size);
extern void *asb_alloc_zero(size_t size);
extern void *asb_realloc(void *pointer, size_t size);
extern char *asb_strdup(const char *text);
extern char *asb_strndup(const char *text, size_t length);
extern char *asb_format(const char *format,...) ASB_PRINTF(1, 2);

/* Append to a string; a zeroed AsbString is an empty one. */
extern void asb_string_append(AsbString *string, const char *data, size_t length);
extern void asb_string_text(AsbString *string, const char *text);
extern void asb_string_char(AsbString *string, char c);
extern void asb_string_format(AsbString *string, const char *format,...) ASB_PRINTF(2, 3);

/* One more element of an array in SQL's text form, whose last brace is left to the caller. */
extern void asb_string_element(AsbString *array, const char *text);

/* Forgets the content, keeps the memory. */
extern void asb_string_reset(AsbString *string);
extern void asb_string_free(AsbString *string);

/* Overwrites the text before freeing it: for secrets.  NULL is fine. */
extern void asb_wipe(char *secret);

/* Milliseconds of a clock that only goes forward; its zero means nothing. */
extern int64_t asb_now_ms(void);

/*
 * How long to wait before attempt number failures + 1: doubles from base to
 * limit, then a random half is taken off so that many clients do not return
 * at the same moment.
 */
extern int64_t asb_backoff_ms(int failures, int64_t base, int64_t limit);

/*
 * The content of a file of at most limit bytes, NUL-terminated; NULL with
 * errno set, EFBIG when it is longer.
 */
extern char *asb_read_file(const char *path, size_t limit, size_t *length);

#endif
