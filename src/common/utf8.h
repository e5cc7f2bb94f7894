/*
 * utf8.h
 *	  The little that is needed of UTF-8.  Memory-safe on any bytes; exact on
 *	  valid UTF-8, which is all that jsonb in a UTF8 database can hold.
 */
#ifndef ASB_COMMON_UTF8_H
#define ASB_COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decode the character at *p, which is before end, and step over it. */
static inline uint32_t
asb_utf8_next(const char **p, const char *end)
{
	const unsigned char *s = (const unsigned char *) *p;
	size_t		left = end - *p;
	uint32_t	c = s[0];

	if (c >= 0xF0 && left >= 4)
	{
		*p += 4;
		return (c & 0x07) << 18 | (s[1] & 0x3F) << 12 |
			(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
	}
	if (c >= 0xE0 && left >= 3)
	{
		*p += 3;
		return (c & 0x0F) << 12 | (s[1] & 0x3F) << 6 | (s[2] & 0x3F);
	}
	if (c >= 0xC0 && left >= 2)
	{
		*p += 2;
		return (c & 0x1F) << 6 | (s[1] & 0x3F);
	}
	*p += 1;
	return c;
}

/* Number of characters in a string. */
static inline size_t
asb_utf8_length(const char *s, size_t len)
{
	size_t		n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char) s[i] & 0xC0) != 0x80;
	return n;
}

#endif							/* ASB_COMMON_UTF8_H */
