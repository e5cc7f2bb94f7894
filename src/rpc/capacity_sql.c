/*
 * capacity_sql.c
 *	  schema_capacity for operators and authors.
 */
#include "postgres.h"

#include "core/compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "rpc/capacity.h"
#include "utils/builtins.h"

/* schema_capacity(schema jsonb, max_bytes integer) */
ASB_FUNCTION(asb_schema_capacity);

Datum
asb_schema_capacity(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AsbSchema  *schema;
	AsbCapacityRow *rows;
	int			nrows;

	if (PG_GETARG_INT32(1) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_bytes must be greater than zero")));
	InitMaterializedSRF(fcinfo, 0);
	schema = asb_schema_compile(PG_GETARG_JSONB_P(0), CurrentMemoryContext);
	(void) asb_capacity_of_schema(schema, PG_GETARG_INT32(1), &rows, &nrows);
	for (int i = 0; i < nrows; i++)
	{
		Datum		values[2] = {CStringGetTextDatum(rows[i].pointer),
		Float8GetDatum(rows[i].bits)};
		bool		nulls[2] = {0};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	asb_schema_free(schema);
	return (Datum) 0;
}
