/*
 * idna.c
 *	  Host name labels in other scripts are not accepted yet.
 */
#include "common/idna.h"

bool
asb_idna_valid_alabel(const char *s, size_t len)
{
	return false;
}
