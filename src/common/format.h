/*
 * format.h
 *	  The values of the JSON Schema keyword "format" that are checked.
 *
 * Pure C, no allocation, time linear in the string.
 */
#ifndef ASB_COMMON_FORMAT_H
#define ASB_COMMON_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef bool (*AsbFormatCheck) (const char *s, size_t len);

extern bool asb_format_date(const char *s, size_t len); /* RFC 3339 full-date */
extern bool asb_format_time(const char *s, size_t len); /* RFC 3339 full-time */
extern bool asb_format_date_time(const char *s, size_t len);	/* RFC 3339 */
extern bool asb_format_uuid(const char *s, size_t len); /* RFC 4122 */
extern bool asb_format_ipv4(const char *s, size_t len); /* dotted quad */
extern bool asb_format_ipv6(const char *s, size_t len); /* RFC 4291 2.2 */
extern bool asb_format_email(const char *s, size_t len);	/* RFC 5321 Mailbox */
extern bool asb_format_hostname(const char *s, size_t len); /* RFC 1123, A-labels
															 * of RFC 5891 */
extern bool asb_format_uri(const char *s, size_t len);	/* RFC 3986 URI */

/* The check for a format's name, NULL for one that is not supported. */
extern AsbFormatCheck asb_format_find(const char *name, size_t len);

/*
 * How many strings of at most max_length characters a format accepts, in bits,
 * rounded up (common/bits.h).
 */
#define ASB_FORMAT_ANY_LENGTH INT64_MAX

extern double asb_format_bits(AsbFormatCheck check, int64_t max_length);

#endif							/* ASB_COMMON_FORMAT_H */
