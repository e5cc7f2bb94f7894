/*
 * query.h
 *	  Prepared statements that the module itself runs, through SPI.
 */
#ifndef ASB_QUERY_H
#define ASB_QUERY_H

#include "executor/spi.h"

#define ASB_QUERY_MAX_ARGS 12

/*
 * A statement, planned at its first use and kept.  Static storage; every name
 * in the text is qualified, or the caller has fixed the search path.
 */
typedef struct AsbQuery
{
	const char *sql;
	int			nargs;
	Oid			types[ASB_QUERY_MAX_ARGS];
	SPIPlanPtr	plan;			/* NULL: not prepared yet */
	bool		planned;		/* has run since */
} AsbQuery;

/*
 * Runs it in the caller's SPI connection; the rows are in SPI_tuptable.  An
 * argument is null where "nulls" (may be NULL) has an 'n'.  Returns
 * SPI_processed.
 *
 * The plan always uses indexes: our tables can grow a thousandfold between
 * two ANALYZEs, and a plan made for an empty table would be kept.
 */
extern uint64 asb_query(AsbQuery *query, Datum *values, const char *nulls);

/* A column (from 1) of a row (from 0) of the last result. */
extern Datum asb_query_datum(uint64 row, int column, bool *isnull);

/* An array of values of a type, none of them null, to be an argument. */
extern Datum asb_query_array(Datum *values, int n, Oid type);

#endif							/* ASB_QUERY_H */
