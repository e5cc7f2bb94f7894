/*
 * server_functions.c
 *	  Lookup in the list of server functions that an agent may reach.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "confine/server_functions.h"
#include "core/compat.h"

typedef struct AsbServerFunction
{
	AsbFunctionClass class;
	const char *signature;		/* NULL: not on the list */
} AsbServerFunction;

/* Indexed by OID; a number given twice does not compile (-Woverride-init). */
static const AsbServerFunction functions[FirstGenbkiObjectId] = {
#include "confine/server_function_list.h"
};

/*
 * And one of information_schema, whose number is not fixed: JDBC finds the
 * columns of keys with it.
 */
static const AsbServerFunction expand_array = {
	ASB_CLASS_DESCRIPTION, "information_schema._pg_expandarray(anyarray)"
};

static Oid
expand_array_oid(void)
{
	Oid			arguments[] = {ANYARRAYOID};

	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("_pg_expandarray"),
						   PointerGetDatum(buildoidvector(arguments, lengthof(arguments))),
						   ObjectIdGetDatum(get_namespace_oid("information_schema", true)));
}

static const char *const reasons[] = {
	[ASB_CLASS_COMPARISON] = "Compares, orders or hashes its arguments.",
	[ASB_CLASS_NUMBER] = "Computes a number from its arguments.",
	[ASB_CLASS_STRING] = "Computes from text; the limit on memory bounds the result.",
	[ASB_CLASS_SEARCH] = "Searches one argument for another, or makes such a search; cannot be cancelled, so only the limit on value sizes bounds its time.",
	[ASB_CLASS_REGEXP] = "Matches a regular expression; can be cancelled.",
	[ASB_CLASS_BINARY] = "Computes from bytes or bits, or converts their encoding.",
	[ASB_CLASS_DATETIME] = "Computes dates and times; reads only the clock and the session's time zone.",
	[ASB_CLASS_FORMAT] = "Formats or parses by a template; reads only the session's locale and time zone.",
	[ASB_CLASS_JSON] = "Takes apart, searches or builds JSON from its arguments.",
	[ASB_CLASS_ARRAY] = "Takes apart or builds arrays from its arguments.",
	[ASB_CLASS_RANGE] = "Computes from ranges.",
	[ASB_CLASS_ENUM] = "Reads the labels of an enum type that the query names.",
	[ASB_CLASS_TEXT_SEARCH] = "Computes from text search values; reads only the configuration named.",
	[ASB_CLASS_GEOMETRY] = "Computes from geometric values in linear time.",
	[ASB_CLASS_NETWORK] = "Computes from network addresses.",
	[ASB_CLASS_ROWS] = "Returns rows made of its arguments; can be cancelled.",
	[ASB_CLASS_RANDOM] = "Draws a random value; keeps nothing that another session sees.",
	[ASB_CLASS_SESSION] = "Tells or resets what the session has from its own login.",
	[ASB_CLASS_TYPE_OF] = "Names the type of its argument, which the query uses anyway.",
	[ASB_CLASS_AGGREGATE] = "Aggregates rows that the query reads anyway.",
	[ASB_CLASS_EXECUTOR_STEP] = "Step of a listed aggregate or operator; only the executor reaches it.",
	[ASB_CLASS_TYPE_TEXT] = "Text form of a type; only casts reach it.",
	[ASB_CLASS_SAMPLING] = "Samples a table that the query reads anyway; only TABLESAMPLE reaches it.",
	[ASB_CLASS_DESCRIPTION] = "Describes an object; a call goes to the function of that name in schema agentsandbox, which tells of what the agent knows.",
};

/* Does a signature such as "left"(text,integer) begin with this name? */
static bool
has_name(const char *signature, const char *name)
{
	size_t		length = strlen(name);

	if (signature[0] == '"')
		return strncmp(signature + 1, name, length) == 0 &&
			strncmp(signature + 1 + length, "\"(", 2) == 0;
	return strncmp(signature, name, length) == 0 && signature[length] == '(';
}

/*
 * What the list says of a row of pg_proc, or NULL.  The server's source may
 * give the number of a function that it drops to a new one: then the names
 * differ.
 */
static const AsbServerFunction *
find(HeapTuple row)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(row);

	if (form->oid >= FirstUnpinnedObjectId && form->oid < FirstNormalObjectId &&
		form->oid == expand_array_oid())
		return &expand_array;
	if (form->oid >= lengthof(functions) || functions[form->oid].signature == NULL ||
		!has_name(functions[form->oid].signature, NameStr(form->proname)))
		return NULL;
	return &functions[form->oid];
}

bool
asb_server_function_allowed(HeapTuple row)
{
	const AsbServerFunction *function = find(row);

	return function != NULL && function->class < ASB_CLASS_EXECUTOR_STEP;
}

bool
asb_server_function_reachable(HeapTuple row)
{
	const AsbServerFunction *function = find(row);

	return function != NULL && function->class != ASB_CLASS_DESCRIPTION;
}

bool
asb_server_function_describes(HeapTuple row)
{
	const AsbServerFunction *function = find(row);

	return function != NULL && function->class == ASB_CLASS_DESCRIPTION;
}

bool
asb_server_function_searches(Oid funcid)
{
	HeapTuple	row;
	bool		same;

	/* asked of every operator that an agent writes: few have to be looked up */
	if (funcid >= lengthof(functions) || functions[funcid].class != ASB_CLASS_SEARCH)
		return false;
	row = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	if (!HeapTupleIsValid(row))
		return false;
	same = find(row) != NULL;
	ReleaseSysCache(row);
	return same;
}

const char *
asb_server_function_reason(HeapTuple row)
{
	const AsbServerFunction *function = find(row);

	return function != NULL ? reasons[function->class] : NULL;
}

ASB_FUNCTION(asb_server_functions);

static void
put_row(ReturnSetInfo *result, Oid funcid, const AsbServerFunction *function)
{
	Datum		values[] = {
		ObjectIdGetDatum(funcid),
		CStringGetTextDatum(function->signature),
		CStringGetTextDatum(reasons[function->class])
	};
	bool		nulls[lengthof(values)] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* server_functions() returns table (function oid, signature text, reason text) */
Datum
asb_server_functions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			expand = expand_array_oid();

	InitMaterializedSRF(fcinfo, 0);

	for (Oid funcid = 0; funcid < lengthof(functions); funcid++)
	{
		if (functions[funcid].signature != NULL)
			put_row(result, funcid, &functions[funcid]);
	}
	if (OidIsValid(expand))
		put_row(result, expand, &expand_array);
	return (Datum) 0;
}
