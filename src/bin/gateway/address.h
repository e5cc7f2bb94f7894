/*
 * address.h
 *		Which network addresses a handler may talk to.
 */
#ifndef ASB_GATEWAY_ADDRESS_H
#define ASB_GATEWAY_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

typedef enum AsbAddressKind
{
	ASB_ADDRESS_PUBLIC,			/* the open Internet: always allowed */
	ASB_ADDRESS_PRIVATE,		/* loopback, RFC 1918, shared, unique local */
	ASB_ADDRESS_NEVER			/* everything else, cloud metadata included */
} AsbAddressKind;

/* Unknown families and whatever no list names are ASB_ADDRESS_NEVER. */
extern AsbAddressKind asb_address_kind(const struct sockaddr *address);

extern bool asb_address_allowed(const struct sockaddr *address, bool allow_private);

/* The same for an address in numeric text; unreadable text is not allowed. */
extern bool asb_address_text_allowed(const char *text, bool allow_private);

#endif
