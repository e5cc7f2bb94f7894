/*
 * format_bits.c
 *	  How many strings each "format" accepts, in bits, rounded up: exact where
 *	  that is simple, else all strings over the characters it allows.
 *
 * These follow format.c and format_net.c, spelling by spelling: "a" and "A"
 * are two strings.
 */
#include <stddef.h>

#include "common/bits.h"
#include "common/format.h"

/* Strings of `from` to `to` characters out of n. */
static double
strings(uint64_t n, int64_t from, int64_t to)
{
	return asb_bits_sequences(asb_bits_count(n), from, to);
}

/* The days from 0000-01-01 to 9999-12-31: 2,425 of the years are leap years. */
static double
date_bits(int64_t max_length)
{
	return max_length < 10 ? ASB_BITS_NONE : asb_bits_count(10000 * 365 + 2425);
}

/*
 * 24 hours, 60 minutes, 61 seconds; a fraction of any length; Z, z or an
 * offset.  HH:MM:SS.Z without the digits has ten characters.
 */
static double
time_bits(int64_t max_length)
{
	double		fraction;
	double		clock = asb_bits_count(24 * 60 * 61);

	if (max_length < 9)
		return ASB_BITS_NONE;
	fraction = strings(10, 0, max_length > 10 ? max_length - 10 : 0);
	return asb_bits_product(asb_bits_product(clock, fraction),
							asb_bits_count(2 + 2 * 24 * 60));
}

static double
date_time_bits(int64_t max_length)
{
	if (max_length < 20)
		return ASB_BITS_NONE;
	return asb_bits_product(asb_bits_product(date_bits(10), 1),
							time_bits(max_length - 11));
}

/* 32 hexadecimal digits, 22 spellings each */
static double
uuid_bits(int64_t max_length)
{
	return max_length < 36 ? ASB_BITS_NONE : strings(22, 32, 32);
}

static double
ipv4_bits(int64_t max_length)
{
	return max_length < 7 ? ASB_BITS_NONE : 32;
}

/*
 * A group has one to four digits.  Either eight groups stand there, or fewer and
 * a gap in one of the places before, between and after them; for the last two
 * there may be an IPv4 address.
 */
static double
ipv6_bits(int64_t max_length)
{
	double		group = strings(22, 1, 4);
	double		all = ASB_BITS_NONE;

	for (int tail = 0; tail <= 2 && max_length >= 2; tail += 2)
		for (int n = 0; n <= 8 - tail; n++)
		{
			double		places = n + tail == 8 ? 0 : asb_bits_count(n + 1);
			double		end = tail ? 32 : 0;
			double		groups = asb_bits_product(asb_bits_sequences(group, n, n), end);

			all = asb_bits_sum(all, asb_bits_product(groups, places));
		}
	return all;
}

/* letters, digits, "-" and "." */
static double
hostname_bits(int64_t max_length)
{
	return strings(64, 1, max_length < 253 ? max_length : 253);
}

/* 64 printable characters at most, "@", a host name or an address in brackets */
static double
email_bits(int64_t max_length)
{
	double		local = strings(95, 1, max_length < 64 ? max_length : 64);
	double		domain = asb_bits_sum(hostname_bits(max_length),
									  asb_bits_sum(ipv4_bits(max_length), ipv6_bits(max_length)));

	return fmin(asb_bits_product(local, domain), strings(95, 1, max_length));
}

/* letters, digits and -._~ !$&'()*+,;= :@/?#[] % */
static double
uri_bits(int64_t max_length)
{
	return strings(62 + 4 + 11 + 7 + 1, 1, max_length);
}

double
asb_format_bits(AsbFormatCheck check, int64_t max_length)
{
	static const struct
	{
		AsbFormatCheck check;
		double		(*bits) (int64_t max_length);
		bool		endless;	/* strings may be of any length */
	}			formats[] = {
		{asb_format_date, date_bits, false},
		{asb_format_time, time_bits, true},
		{asb_format_date_time, date_time_bits, true},
		{asb_format_uuid, uuid_bits, false},
		{asb_format_ipv4, ipv4_bits, false},
		{asb_format_ipv6, ipv6_bits, false},
		{asb_format_email, email_bits, false},
		{asb_format_hostname, hostname_bits, false},
		{asb_format_uri, uri_bits, true},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].check == check)
		{
			if (max_length == ASB_FORMAT_ANY_LENGTH)
				return formats[i].endless ? ASB_BITS_UNBOUNDED : formats[i].bits(max_length);
			return formats[i].bits(max_length);
		}
	return ASB_BITS_UNBOUNDED;
}
