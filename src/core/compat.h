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

#endif							/* ASB_COMPAT_H */
