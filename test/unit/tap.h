/*
 * tap.h
 *	  The little of the Test Anything Protocol that the unit tests need.
 *
 * Each test is one program: any number of ok() and is_*(), then
 * "return tap_done();" from main.
 */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int	tap_count;
static int	tap_failures;

__attribute__((format(printf, 4, 5), unused))
static bool
tap_ok(bool passed, const char *file, int line, const char *fmt,...)
{
	va_list		args;

	printf("%s %d - ", passed ? "ok" : "not ok", ++tap_count);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	if (!passed)
	{
		tap_failures++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return passed;
}

/* ok(condition, format, ...) */
#define ok(condition, ...) tap_ok(condition, __FILE__, __LINE__, __VA_ARGS__)

#define is_int(got, want, ...) \
	do { \
		int64_t		got_ = (got), \
					want_ = (want); \
		if (!ok(got_ == want_, __VA_ARGS__)) \
			printf("# got %" PRId64 ", want %" PRId64 "\n", got_, want_); \
	} while (0)

#define is_str(got, want, ...) \
	do { \
		const char *got_ = (got), \
				   *want_ = (want); \
		if (!ok(got_ && strcmp(got_, want_) == 0, __VA_ARGS__)) \
			printf("# got \"%s\", want \"%s\"\n", got_ ? got_ : "(null)", want_); \
	} while (0)

static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures ? 1 : 0;
}

#endif							/* TAP_H */
