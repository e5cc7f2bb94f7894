/*
 * fuzz_regex.c
 *	  A pattern, a line end, a string.  What compiles must match without fault,
 *	  and a match must not depend on what matching is for: (?:P) finds the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/regex.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *pattern = (const char *) data;
	const char *end = memchr(pattern, '\n', size);
	size_t		len = end ? (size_t) (end - pattern) : size;
	const char *s = end ? end + 1 : pattern + size;
	size_t		slen = pattern + size - s;
	const char *why = NULL;
	AsbRegex   *re = asb_regex_compile(pattern, len, &why);

	if ((re == NULL) != (why != NULL))
		abort();
	if (re != NULL)
	{
		char	   *group = malloc(len + 4);
		AsbRegex   *again;

		memcpy(group, "(?:", 3);
		memcpy(group + 3, pattern, len);
		group[len + 3] = ')';
		again = asb_regex_compile(group, len + 4, &why);
		/* its own limits may refuse the longer one */
		if (again != NULL && asb_regex_match(re, s, slen) != asb_regex_match(again, s, slen))
			abort();
		free(again);
		free(group);
		free(re);
	}
	return 0;
}
