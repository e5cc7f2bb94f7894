/*
 * module.c
 *	  Calls the validator in a loop within a backend; for the benchmark only.
 *	  Linked with the extension's own object files, which export nothing.
 */
#include "postgres.h"

#include <time.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "rpc/canonical.h"
#include "rpc/schema.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT Datum bench_validate(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum bench_canonical(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(bench_validate);
PG_FUNCTION_INFO_V1(bench_canonical);

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * bench_validate(schema, instance, n, parse): validations per second of CPU
 * time, of the jsonb as it is or including its making from text.
 */
Datum
bench_validate(PG_FUNCTION_ARGS)
{
	AsbSchema  *schema = asb_schema_compile(PG_GETARG_JSONB_P(0), CurrentMemoryContext);
	char	   *json = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			n = PG_GETARG_INT32(2);
	bool		parse = PG_GETARG_BOOL(3);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "instance",
												  ALLOCSET_DEFAULT_SIZES);
	Jsonb	   *instance = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
	double		start = cpu_seconds();
	AsbSchemaError error;

	for (int i = 0; i < n; i++)
	{
		if (parse)
		{
			MemoryContext old = MemoryContextSwitchTo(scratch);

			MemoryContextReset(scratch);
			instance = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
			MemoryContextSwitchTo(old);
		}
		if (!asb_schema_validate(schema, instance, &error))
			elog(ERROR, "%s %s: %s", error.instance_pointer,
				 error.keyword_pointer, error.message);
	}
	PG_RETURN_FLOAT8(n / (cpu_seconds() - start));
}

/* bench_canonical(value, n): canonical texts per second of CPU time */
Datum
bench_canonical(PG_FUNCTION_ARGS)
{
	Jsonb	   *value = PG_GETARG_JSONB_P(0);
	int			n = PG_GETARG_INT32(1);
	double		start = cpu_seconds();

	for (int i = 0; i < n; i++)
	{
		int			len;

		CHECK_FOR_INTERRUPTS();
		pfree(asb_canonical_json(value, &len));
	}
	PG_RETURN_FLOAT8(n / (cpu_seconds() - start));
}
