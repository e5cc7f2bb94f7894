/*
 * compat.h
 *	  The only file that knows PostgreSQL versions.
 *
 * Each shim is headed by what changed upstream.  The rest of the source is
 * written against PostgreSQL 15.
 */
#ifndef ASB_COMPAT_H
#define ASB_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "agentsandbox needs PostgreSQL 15 or later"
#endif

/*
 * On 15 PGDLLEXPORT is empty outside Windows; the module is built with
 * -fvisibility=hidden, so an SQL-callable function says that it is one.
 * (From 16 on PG_FUNCTION_INFO_V1 declares the function PGDLLEXPORT itself.)
 */
#define ASB_FUNCTION(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/*
 * 16: an update says which indexes want the new version, and summarizing ones
 * (BRIN) alone may.
 */
#if PG_VERSION_NUM >= 160000
#define AsbUpdateIndexes TU_UpdateIndexes
#define asb_updates_indexes(which) ((which) != TU_None)
#define asb_insert_index_tuples(result, slot, estate, which) \
	ExecInsertIndexTuples(result, slot, estate, true, false, NULL, NIL, (which) == TU_Summarizing)
#else
#define AsbUpdateIndexes bool
#define asb_updates_indexes(which) (which)
#define asb_insert_index_tuples(result, slot, estate, which) \
	ExecInsertIndexTuples(result, slot, estate, true, false, NULL, NIL)
#endif

#endif							/* ASB_COMPAT_H */
