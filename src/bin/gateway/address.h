/*
 * address.h
 *		Which network addresses a handler may talk to.
 */
#ifndef ASB_GATEWAY_ADDRESS_H
#define ASB_GATEWAY_ADDRESS_H

#include <stdbool.h>

#include <sys/socket.h>

/*
 * Is it an address of the open Internet, or a private one (loopback, RFC 1918,
 * shared, unique local) where those are allowed?  Nothing else ever is: unknown
 * families, link-local addresses, cloud metadata services.
 */
extern bool asb_address_allowed(const struct sockaddr *address, bool allow_private);

/* The same for an address in numeric text; unreadable text is not allowed. */
extern bool asb_address_text_allowed(const char *text, bool allow_private);

#endif
