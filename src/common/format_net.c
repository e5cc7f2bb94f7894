/*
 * format_net.c
 *	  Checks for the JSON Schema keyword "format": addresses, host names, URIs.
 */
#include "common/format.h"

#include <string.h>

#include "common/idna.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_alnum(char c)
{
	return is_alpha(c) || is_digit(c);
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Is c one of a list of ASCII characters? */
static bool
is_one_of(char c, const char *list)
{
	return c != '\0' && strchr(list, c) != NULL;
}

/* Four decimal numbers of 0 to 255, without leading zeros. */
bool
asb_format_ipv4(const char *s, size_t len)
{
	int			parts = 0;
	size_t		i = 0;

	for (;;)
	{
		size_t		first = i;
		int			value = 0;

		while (i < len && i - first < 3 && is_digit(s[i]))
			value = value * 10 + (s[i++] - '0');
		if (i == first || value > 255 || (s[first] == '0' && i - first > 1))
			return false;
		parts++;
		if (i == len)
			return parts == 4;
		if (s[i++] != '.' || parts == 4)
			return false;
	}
}

/* Eight groups, "::" for one or more of zeros, IPv4 for the last two. */
bool
asb_format_ipv6(const char *s, size_t len)
{
	int			groups = 0;
	bool		gap = false;
	size_t		i = 0;

	if (len >= 2 && s[0] == ':' && s[1] == ':')
	{
		gap = true;
		i = 2;
		if (i == len)
			return true;
	}
	for (;;)
	{
		size_t		first = i;

		while (i < len && i - first < 4 && is_hex(s[i]))
			i++;
		if (i == first)
			return false;
		if (i < len && s[i] == '.')
		{
			if (!asb_format_ipv4(s + first, len - first))
				return false;
			groups += 2;
			break;
		}
		groups++;
		if (i == len)
			break;
		if (s[i++] != ':' || groups > 8)
			return false;
		if (i < len && s[i] == ':')
		{
			if (gap)
				return false;
			gap = true;
			if (++i == len)
				break;
		}
	}
	return gap ? groups <= 7 : groups == 8;
}

/* One label of a host name: letters, digits, inner hyphens. */
static bool
is_label(const char *s, size_t len)
{
	if (len < 1 || len > 63 || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(s[i]) && s[i] != '-')
			return false;
	if (len >= 4 && s[2] == '-' && s[3] == '-' &&
		(s[0] == 'x' || s[0] == 'X') && (s[1] == 'n' || s[1] == 'N'))
		return asb_idna_valid_alabel(s + 4, len - 4);
	return true;
}

bool
asb_format_hostname(const char *s, size_t len)
{
	size_t		first = 0;

	if (len > 253)
		return false;
	for (size_t i = 0; i <= len; i++)
		if (i == len || s[i] == '.')
		{
			if (!is_label(s + first, i - first))
				return false;
			first = i + 1;
		}
	return true;
}

/* Length of a local part before its "@": dot-atom or quoted string; 0 if none. */
static size_t
local_part(const char *s, size_t len)
{
	size_t		i = 0;

	if (len > 0 && s[0] == '"')
	{
		for (i = 1; i < len && s[i] != '"'; i++)
		{
			if (s[i] == '\\' && ++i == len)
				return 0;
			if (s[i] < ' ' || s[i] > '~')
				return 0;
		}
		return i < len ? i + 1 : 0;
	}
	for (; i < len && s[i] != '@'; i++)
	{
		if (s[i] == '.')
		{
			if (i == 0 || s[i - 1] == '.')
				return 0;
		}
		else if (!is_alnum(s[i]) && !is_one_of(s[i], "!#$%&'*+-/=?^_`{|}~"))
			return 0;
	}
	return i > 0 && s[i - 1] != '.' ? i : 0;
}

bool
asb_format_email(const char *s, size_t len)
{
	size_t		local = local_part(s, len);
	const char *domain = s + local + 1;
	size_t		n;

	if (local == 0 || local > 64 || local + 1 >= len || s[local] != '@')
		return false;
	n = len - local - 1;
	if (domain[0] != '[')
		return asb_format_hostname(domain, n);
	if (n < 3 || domain[n - 1] != ']')
		return false;
	if (n > 7 && memcmp(domain, "[IPv6:", 6) == 0)
		return asb_format_ipv6(domain + 6, n - 7);
	return asb_format_ipv4(domain + 1, n - 2);
}

/*
 * Step over characters of a URI's component: unreserved, percent-encoded,
 * sub-delims and those in `more`.
 */
static size_t
uri_span(const char *s, size_t i, size_t len, const char *more)
{
	for (; i < len; i++)
	{
		if (s[i] == '%')
		{
			if (len - i < 3 || !is_hex(s[i + 1]) || !is_hex(s[i + 2]))
				break;
			i += 2;
		}
		else if (!is_alnum(s[i]) && !is_one_of(s[i], "-._~!$&'()*+,;=") &&
				 !is_one_of(s[i], more))
			break;
	}
	return i;
}

/* [IPv6 address] or [vX.future] from s[i] on: the place after it; 0 if none. */
static size_t
ip_literal(const char *s, size_t i, size_t len)
{
	const char *close = memchr(s + i, ']', len - i);
	size_t		end;
	size_t		j = i + 2;

	if (close == NULL)
		return 0;
	end = close - s;
	if (asb_format_ipv6(s + i + 1, end - i - 1))
		return end + 1;
	if (s[i + 1] != 'v' && s[i + 1] != 'V')
		return 0;
	while (j < end && is_hex(s[j]))
		j++;
	if (j == i + 2 || s[j] != '.' || j + 1 == end ||
		memchr(s + j, '%', end - j) != NULL)
		return 0;
	return uri_span(s, j + 1, end, ":") == end ? end + 1 : 0;
}

/* [userinfo@]host[:port] from s[i] on: the place after it; 0 if malformed. */
static size_t
uri_authority(const char *s, size_t i, size_t len)
{
	size_t		userinfo = uri_span(s, i, len, ":");

	if (userinfo < len && s[userinfo] == '@')
		i = userinfo + 1;
	if (i < len && s[i] == '[')
	{
		i = ip_literal(s, i, len);
		if (i == 0)
			return 0;
	}
	else
		i = uri_span(s, i, len, "");
	if (i < len && s[i] == ':')
		for (i++; i < len && is_digit(s[i]); i++)
			;
	return i == len || is_one_of(s[i], "/?#") ? i : 0;
}

bool
asb_format_uri(const char *s, size_t len)
{
	size_t		i = 0;

	if (len == 0 || !is_alpha(s[0]))
		return false;
	while (i < len && (is_alnum(s[i]) || is_one_of(s[i], "+-.")))
		i++;
	if (i == len || s[i++] != ':')
		return false;
	if (len - i >= 2 && s[i] == '/' && s[i + 1] == '/')
	{
		i = uri_authority(s, i + 2, len);
		if (i == 0)
			return false;
	}
	i = uri_span(s, i, len, ":@/");
	if (i < len && s[i] == '?')
		i = uri_span(s, i + 1, len, ":@/?");
	if (i < len && s[i] == '#')
		i = uri_span(s, i + 1, len, ":@/?");
	return i == len;
}
