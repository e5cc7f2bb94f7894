/*
 * query.c
 *	  Prepared statements that the module itself runs, through SPI.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "core/query.h"

/*
 * Until AtEOXact_GUC() of the level that this returns.  What has no index to
 * use then seems to cost so much that the server would compile it.
 */
static int
prefer_indexes(void)
{
	static const char *const settings[] = {
		"enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_bitmapscan", "jit"
	};
	int			nestlevel = NewGUCNestLevel();

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return nestlevel;
}

uint64
asb_query(AsbQuery *query, Datum *values, const char *nulls)
{
	int			nestlevel = -1;
	int			result;

	/* settings cost more than the statement: only where it will be planned */
	if (query->plan == NULL || !query->planned || !SPI_plan_is_valid(query->plan))
		nestlevel = prefer_indexes();
	if (query->plan == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare_cursor(query->sql, query->nargs, query->types,
											  CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare \"%s\": %s", query->sql,
				 SPI_result_code_string(SPI_result));
		query->plan = plan;
	}
	result = SPI_execute_plan(query->plan, values, nulls, false, 0);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", query->sql,
			 SPI_result_code_string(result));
	query->planned = true;
	if (nestlevel >= 0)
		AtEOXact_GUC(true, nestlevel);
	return SPI_processed;
}

Datum
asb_query_datum(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

Datum
asb_query_array(Datum *values, int n, Oid type)
{
	int16		length;
	bool		byval;
	char		align;

	get_typlenbyvalalign(type, &length, &byval, &align);
	return PointerGetDatum(construct_array(values, n, type, length, byval, align));
}
