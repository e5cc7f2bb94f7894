/*
 * format.c
 *	  Checks for the JSON Schema keyword "format": names, times, identifiers.
 *	  Addresses are in format_net.c.
 */
#include "common/format.h"

#include <string.h>

/* Exactly n decimal digits at s; -1 if there are others. */
static int
digits(const char *s, int n)
{
	int			value = 0;

	for (int i = 0; i < n; i++)
	{
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

bool
asb_format_date(const char *s, size_t len)
{
	static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int			year,
				month,
				day;

	if (len != 10 || s[4] != '-' || s[7] != '-')
		return false;
	year = digits(s, 4);
	month = digits(s + 5, 2);
	day = digits(s + 8, 2);
	if (year < 0 || month < 1 || month > 12 ||
		day < 1 || day > month_days[month - 1])
		return false;
	return month != 2 || day < 29 ||
		(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* A leap second is only possible at 23:59:60 UTC. */
bool
asb_format_time(const char *s, size_t len)
{
	int			hour,
				minute,
				second;
	int			offset = 0;		/* minutes east of UTC */
	size_t		i = 8;

	if (len < 9 || s[2] != ':' || s[5] != ':')
		return false;
	hour = digits(s, 2);
	minute = digits(s + 3, 2);
	second = digits(s + 6, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 60)
		return false;
	if (s[i] == '.')
	{
		size_t		first = ++i;

		while (i < len && s[i] >= '0' && s[i] <= '9')
			i++;
		if (i == first)
			return false;
	}
	if (i + 1 == len && (s[i] == 'Z' || s[i] == 'z'))
		offset = 0;
	else if (i + 6 == len && (s[i] == '+' || s[i] == '-') && s[i + 3] == ':')
	{
		int			h = digits(s + i + 1, 2);
		int			m = digits(s + i + 4, 2);

		if (h < 0 || h > 23 || m < 0 || m > 59)
			return false;
		offset = (h * 60 + m) * (s[i] == '-' ? -1 : 1);
	}
	else
		return false;
	return second < 60 ||
		(hour * 60 + minute - offset + 2 * 1440) % 1440 == 23 * 60 + 59;
}

bool
asb_format_date_time(const char *s, size_t len)
{
	return len > 11 && (s[10] == 'T' || s[10] == 't') &&
		asb_format_date(s, 10) && asb_format_time(s + 11, len - 11);
}

bool
asb_format_uuid(const char *s, size_t len)
{
	if (len != 36)
		return false;
	for (int i = 0; i < 36; i++)
	{
		char		c = s[i];

		if (i == 8 || i == 13 || i == 18 || i == 23)
		{
			if (c != '-')
				return false;
		}
		else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
				   (c >= 'A' && c <= 'F')))
			return false;
	}
	return true;
}

AsbFormatCheck
asb_format_find(const char *name, size_t len)
{
	static const struct
	{
		const char *name;
		AsbFormatCheck check;
	}			formats[] = {
		{"date", asb_format_date},
		{"time", asb_format_time},
		{"date-time", asb_format_date_time},
		{"uuid", asb_format_uuid},
		{"ipv4", asb_format_ipv4},
		{"ipv6", asb_format_ipv6},
		{"email", asb_format_email},
		{"hostname", asb_format_hostname},
		{"uri", asb_format_uri},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strlen(formats[i].name) == len &&
			memcmp(formats[i].name, name, len) == 0)
			return formats[i].check;
	return NULL;
}
