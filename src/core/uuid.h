/*
 * uuid.h
 *	  What is asked of uuids here and there.
 */
#ifndef ASB_UUID_H
#define ASB_UUID_H

#include "fmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/uuid.h"

/* Stands for "none" where there is no room for a null. */
static inline bool
asb_uuid_is_zero(const pg_uuid_t *uuid)
{
	static const pg_uuid_t zero = {{0}};

	return memcmp(uuid, &zero, UUID_LEN) == 0;
}

/* palloc'd */
static inline char *
asb_uuid_text(const pg_uuid_t *uuid)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(uuid)));
}

#endif							/* ASB_UUID_H */
