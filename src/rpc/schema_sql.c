/*
 * schema_sql.c
 *	  schema_check, schema_errors and canonical for operators and authors.
 */
#include "postgres.h"

#include "core/compat.h"
#include "fmgr.h"
#include "funcapi.h"
#include "rpc/canonical.h"
#include "rpc/schema.h"
#include "utils/builtins.h"

ASB_FUNCTION(asb_schema_check);

Datum
asb_schema_check(PG_FUNCTION_ARGS)
{
	asb_schema_free(asb_schema_compile(PG_GETARG_JSONB_P(0), CurrentMemoryContext));
	PG_RETURN_VOID();
}

ASB_FUNCTION(asb_schema_errors);

Datum
asb_schema_errors(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AsbSchema  *schema;
	AsbSchemaError error;

	InitMaterializedSRF(fcinfo, 0);
	schema = asb_schema_compile(PG_GETARG_JSONB_P(0), CurrentMemoryContext);
	if (!asb_schema_validate(schema, PG_GETARG_JSONB_P(1), &error))
	{
		Datum		values[3] = {CStringGetTextDatum(error.instance_pointer),
			CStringGetTextDatum(error.keyword_pointer),
		CStringGetTextDatum(error.message)};
		bool		nulls[3] = {0};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	asb_schema_free(schema);
	return (Datum) 0;
}

ASB_FUNCTION(asb_canonical);

Datum
asb_canonical(PG_FUNCTION_ARGS)
{
	int			len;
	char	   *text = asb_canonical_json(PG_GETARG_JSONB_P(0), &len);

	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, len));
}
