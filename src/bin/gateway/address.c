/*
 * address.c
 *		The address policy, as two tables from the IANA special-purpose
 *		address registries.
 *
 * IPv4 is public unless listed.  IPv6 is refused unless listed: only global
 * unicast (2000::/3) without its special blocks is public.  That refuses, with
 * no line of its own, every form that carries an IPv4 address inside (mapped,
 * compatible, NAT64) as well as link-local, multicast and the unspecified
 * address; Teredo and 6to4 are listed.
 *
 * Link-local addresses are refused even where private ones are allowed: that is
 * where clouds serve credentials to whoever asks.
 */
#include "bin/gateway/address.h"

#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>

typedef enum Kind
{
	PUBLIC,						/* the open Internet: always allowed */
	PRIVATE,					/* loopback, RFC 1918, shared, unique local */
	NEVER						/* everything else, cloud metadata included */
} Kind;

typedef struct Range4
{
	uint8_t		prefix[4];
	int			bits;
	Kind		kind;
} Range4;

typedef struct Range6
{
	uint8_t		prefix[16];
	int			bits;
	Kind		kind;
} Range6;

static const Range4 ranges4[] = {
	{{0}, 8, NEVER},	/* this network */
	{{10}, 8, PRIVATE},
	{{100, 64}, 10, PRIVATE},	/* shared, carrier NAT */
	{{127}, 8, PRIVATE},	/* loopback */
	{{168, 63, 129, 16}, 32, NEVER},	/* Azure's host agent */
	{{169, 254}, 16, NEVER},	/* link-local, metadata */
	{{172, 16}, 12, PRIVATE},
	{{192, 0, 0}, 24, NEVER},	/* protocol assignments */
	{{192, 0, 2}, 24, NEVER},	/* documentation */
	{{192, 31, 196}, 24, NEVER},	/* AS112 */
	{{192, 52, 193}, 24, NEVER},	/* AMT */
	{{192, 88, 99}, 24, NEVER}, /* 6to4 relays */
	{{192, 168}, 16, PRIVATE},
	{{192, 175, 48}, 24, NEVER},	/* AS112 */
	{{198, 18}, 15, NEVER}, /* benchmarks */
	{{198, 51, 100}, 24, NEVER},	/* documentation */
	{{203, 0, 113}, 24, NEVER}, /* documentation */
	{{224}, 4, NEVER},	/* multicast */
	{{240}, 4, NEVER},	/* reserved, broadcast */
};

/* First match decides. */
static const Range6 ranges6[] = {
	{{[15] = 1}, 128, PRIVATE}, /* ::1 */
	{{0xfd, 0x00, 0x0e, 0xc2}, 32, NEVER},	/* AWS metadata */
	{{0xfd, 0x20, 0x00, 0xce}, 32, NEVER},	/* Google metadata */
	{{0xfc}, 7, PRIVATE},	/* unique local */
	{{0x20, 0x01}, 23, NEVER},	/* protocol assignments, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32, NEVER},	/* documentation */
	{{0x20, 0x02}, 16, NEVER},	/* 6to4 */
	{{0x26, 0x20, 0x00, 0x4f, 0x80}, 48, NEVER},	/* AS112 */
	{{0x3f, 0xff}, 20, NEVER},	/* documentation */
	{{0x20}, 3, PUBLIC},	/* global unicast */
};

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool
has_prefix(const uint8_t *address, const uint8_t *prefix, int bits)
{
	int			bytes = bits / 8;
	int			mask = 0xFF00 >> (bits % 8);

	if (memcmp(address, prefix, (size_t) bytes) != 0)
		return false;
	return bits % 8 == 0 || ((address[bytes] ^ prefix[bytes]) & mask & 0xFF) == 0;
}

/* Unknown families and whatever no list names are NEVER. */
static Kind
kind_of(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
	{
		uint8_t		bytes[4];

		memcpy(bytes, &((const struct sockaddr_in *) (const void *) address)->sin_addr, 4);
		for (size_t i = 0; i < LENGTH_OF(ranges4); i++)
		{
			if (has_prefix(bytes, ranges4[i].prefix, ranges4[i].bits))
				return ranges4[i].kind;
		}
		return PUBLIC;
	}
	if (address->sa_family == AF_INET6)
	{
		uint8_t		bytes[16];

		memcpy(bytes, &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr, 16);
		for (size_t i = 0; i < LENGTH_OF(ranges6); i++)
		{
			if (has_prefix(bytes, ranges6[i].prefix, ranges6[i].bits))
				return ranges6[i].kind;
		}
	}
	return NEVER;
}

bool
asb_address_allowed(const struct sockaddr *address, bool allow_private)
{
	Kind		kind = kind_of(address);

	return kind == PUBLIC || (kind == PRIVATE && allow_private);
}

bool
asb_address_text_allowed(const char *text, bool allow_private)
{
	union
	{
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	}			address = {.in6 = {0}};

	if (inet_pton(AF_INET, text, &address.in.sin_addr) == 1)
		address.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &address.in6.sin6_addr) == 1)
		address.any.sa_family = AF_INET6;
	else
		return false;
	return asb_address_allowed(&address.any, allow_private);
}
