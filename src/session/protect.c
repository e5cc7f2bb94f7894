/*
 * protect.c
 *	  What agentsandbox.protect() needs to know of types.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "core/compat.h"

/*
 * equality_operator(type regtype) RETURNS regoperator: the operator that
 * indexes and DISTINCT use for a type, whatever the search_path; NULL if the
 * type has none.
 */
ASB_FUNCTION(asb_equality_operator);

Datum
asb_equality_operator(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *entry = lookup_type_cache(PG_GETARG_OID(0), TYPECACHE_EQ_OPR);

	if (!OidIsValid(entry->eq_opr))
		PG_RETURN_NULL();
	PG_RETURN_OID(entry->eq_opr);
}
