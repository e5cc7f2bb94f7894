/*
 * idna.h
 *	  Host name labels in other scripts: IDNA 2008 (RFC 5891 to 5893).
 */
#ifndef ASB_COMMON_IDNA_H
#define ASB_COMMON_IDNA_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is "xn--" followed by these bytes (letters, digits, hyphens; at most 59) a
 * valid A-label: Punycode in its one canonical spelling of a label that
 * RFC 5892 permits?
 */
extern bool asb_idna_valid_alabel(const char *s, size_t len);

#endif							/* ASB_COMMON_IDNA_H */
