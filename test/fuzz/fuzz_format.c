/*
 * fuzz_format.c
 *	  Any bytes through each format check: the first byte chooses it.
 */
#include <stdint.h>
#include <string.h>

#include "common/format.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {
		"date", "time", "date-time", "uuid", "ipv4", "ipv6", "email", "hostname", "uri"
	};

	if (size > 0)
	{
		const char *name = names[data[0] % (sizeof(names) / sizeof(names[0]))];

		asb_format_find(name, strlen(name)) ((const char *) data + 1, size - 1);
	}
	return 0;
}
