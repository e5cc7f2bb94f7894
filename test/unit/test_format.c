/*
 * test_format.c
 *	  Checks for "format": the cases that the JSON Schema test suite lacks.
 *	  Each string lives in memory of exactly its size, so that the address
 *	  sanitizer sees a read beyond it.
 */
#include <stdlib.h>

#include "common/format.h"
#include "common/merge_sort.h"
#include "tap.h"

static bool
check(const char *format, const char *s, size_t len)
{
	char	   *exact = malloc(len);
	AsbFormatCheck f = asb_format_find(format, strlen(format));
	bool		result;

	memcpy(exact, s, len);
	result = f != NULL && f(exact, len);
	free(exact);
	return result;
}

static const struct
{
	const char *format;
	const char *valid[10];
	const char *invalid[14];
}			cases[] = {
	{"date", {"2024-02-29", "0000-01-01", "9999-12-31"},
		{"", "2023-02-29", "1900-02-29", "2024-13-01", "2024-1-01", "2024-01-011", "2024_01_01", "١٢٣٤-01-01"}},
	{"time", {"00:00:00Z", "23:59:59.1+23:59", "23:59:60Z", "22:59:60-01:00"},
		{"", "00:00:00", "00:00:00.Z", "00:00:00z ", "0:00:00Z", "23:59:60.5+01:00", "00:00:00+1:00", "00:00:00+01", "00:00:00.", "00:00:00+"}},
	{"date-time", {"2024-02-29T12:00:00Z", "2024-02-29t12:00:00.123456789-07:00"},
		{"", "2024-02-29", "2024-02-29 12:00:00Z", "2024-02-30T12:00:00Z", "2024-02-29T12:00:00", "2024-02-29T"}},
	{"uuid", {"123e4567-e89b-12d3-a456-426614174000"},
		{"", "123e4567-e89b-12d3-a456-42661417400g", "{123e4567-e89b-12d3-a456-426614174000}", "123e4567e89b-12d3-a456-4266141740000"}},
	{"ipv4", {"0.0.0.0", "255.255.255.255", "1.2.3.4"},
		{"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ", "0x1.2.3.4", "1.2.3.1000"}},
	{"ipv6", {"::", "::1", "1::", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "FE80::abCD", "::1.2.3.4"},
		{"", ":", ":::", "1:", ":1", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::2::3", "12345::", "::g", "1:2:3:4:5:6:7:1.2.3.4", "::1%eth0", "1.2.3.4"}},
	{"hostname", {"a", "a.b", "A-1.example", "123", "xn--bcher-kva.example"},
		{"", ".", "a.", ".a", "a..b", "-a", "a-", "a_b", "a b", "xn--", "xn--a", "xn---", "xn--bcher-kva-", "xn--99999999"}},
	{"email", {"a@b", "a.b+c@example.com", "\"a b\"@c", "\"\\\"\"@c", "a@[1.2.3.4]", "a@[IPv6:::1]"},
		{"", "@", "a", "a@", "@b", "a@b@c", "a b@c", ".a@b", "a.@b", "\"a@b", "a@[1.2.3]", "a@[]", "a@[IPv6:]", "\"\\"}},
	{"uri", {"a:", "http://a", "http://a:80/b?c#d", "urn:x:y", "http://[::1]:8/", "http://[v1.a:b]/", "a://", "http://%41/", "x:/", "mailto:a@b"},
		{"", "a", ":a", "1a:b", "http://[::1", "http://[v1.]/", "http://a:b/", "http://a b", "a:%4", "a:%zz", "a:#b#c", "http://a[b]", "a:\\", "http://[vx.a]/"}},
};

static int
compare_ints(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

static void
test_merge_sort(void)
{
	static int	values[1000];
	const void *items[2000];
	unsigned	seed = 1;

	for (int n = 0; n < 1000; n = n * 3 / 2 + 1)
	{
		bool		sorted = true;

		for (int i = 0; i < n; i++)
		{
			seed = seed * 1103515245 + 12345;
			values[i] = seed >> 20;
			items[i] = &values[i];
		}
		asb_merge_sort(items, items + n, n, compare_ints);
		for (int i = 1; i < n; i++)
		{
			int			order = compare_ints(items[i - 1], items[i]);

			/* stable: equal ones in the order they came */
			sorted &= order < 0 || (order == 0 && items[i - 1] < items[i]);
		}
		ok(sorted, "merge sort of %d", n);
	}
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		for (int j = 0; j < 10 && cases[i].valid[j]; j++)
			ok(check(cases[i].format, cases[i].valid[j], strlen(cases[i].valid[j])),
			   "%s: \"%s\" is valid", cases[i].format, cases[i].valid[j]);
		for (int j = 0; j < 14 && cases[i].invalid[j]; j++)
			ok(!check(cases[i].format, cases[i].invalid[j], strlen(cases[i].invalid[j])),
			   "%s: \"%s\" is not valid", cases[i].format, cases[i].invalid[j]);
		/* every beginning of a valid string, for the sanitizer */
		for (int j = 0; j < 10 && cases[i].valid[j]; j++)
			for (size_t len = 0; len < strlen(cases[i].valid[j]); len++)
				check(cases[i].format, cases[i].valid[j], len);
	}
	ok(!check("ipv4", "1.2.3.4\0", 8), "a NUL is not the end");
	ok(asb_format_find("idn-email", 9) == NULL && asb_format_find("dat", 3) == NULL &&
	   asb_format_find("", 0) == NULL, "unknown formats are unknown");
	test_merge_sort();
	return tap_done();
}
