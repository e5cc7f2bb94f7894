/*
 * pointer.c
 *	  The values at a JSON pointer (RFC 6901), whose segment "*" stands for each
 *	  element of an array.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/compat.h"
#include "rpc/pointer.h"

typedef struct Visit
{
	void		(*visit) (Jsonb *value, void *arg);
	void	   *arg;
} Visit;

/* The segment behind a slash, unescaped; *rest is what follows it. */
static char *
next_segment(const char *pointer, const char **rest)
{
	const char *p = pointer + 1;
	char	   *segment = palloc(strlen(p) + 1);
	char	   *to = segment;

	while (*p != '\0' && *p != '/')
	{
		if (p[0] == '~' && (p[1] == '0' || p[1] == '1'))
		{
			*to++ = p[1] == '0' ? '~' : '/';
			p += 2;
		}
		else
			*to++ = *p++;
	}
	*to = '\0';
	*rest = p;
	return segment;
}

/* An element's number as RFC 6901 writes it; -1 if it is none. */
static int64
element_number(const char *segment)
{
	int			digits = strspn(segment, "0123456789");

	if (digits == 0 || digits > 9 || segment[digits] != '\0' ||
		(segment[0] == '0' && digits > 1))
		return -1;
	return atoi(segment);
}

static void
walk(JsonbValue *value, const char *pointer, const Visit *visit)
{
	JsonbContainer *container;
	const char *rest;
	char	   *segment;
	JsonbValue *member;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (*pointer == '\0')
	{
		visit->visit(JsonbValueToJsonb(value), visit->arg);
		return;
	}
	if (*pointer != '/' || value->type != jbvBinary)
		return;

	container = value->val.binary.data;
	segment = next_segment(pointer, &rest);
	if (JsonContainerIsObject(container))
	{
		member = getKeyJsonValueFromContainer(container, segment, strlen(segment), NULL);
		if (member)
			walk(member, rest, visit);
	}
	else if (JsonContainerIsArray(container) && !JsonContainerIsScalar(container))
	{
		bool		each = strcmp(segment, "*") == 0;
		int64		first = each ? 0 : element_number(segment);
		int64		size = JsonContainerSize(container);

		for (int64 i = first; i >= 0 && i < size && (each || i == first); i++)
			walk(getIthJsonbValueFromContainer(container, i), rest, visit);
	}
	pfree(segment);
}

void
asb_pointer_visit(Jsonb *value, const char *pointer,
				  void (*visit) (Jsonb *value, void *arg), void *arg)
{
	Visit		what = {visit, arg};
	JsonbValue	root;

	root.type = jbvBinary;
	root.val.binary.data = &value->root;
	root.val.binary.len = VARSIZE(value) - VARHDRSZ;
	walk(&root, pointer, &what);
}

static void
put_value(Jsonb *value, void *arg)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		values[1] = {JsonbPGetDatum(value)};
	bool		isnull[1] = {false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, isnull);
}

/*
 * pointer_values(value jsonb, pointer text) RETURNS SETOF jsonb
 */
ASB_FUNCTION(asb_pointer_values);

Datum
asb_pointer_values(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	asb_pointer_visit(PG_GETARG_JSONB_P(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
					  put_value, fcinfo->resultinfo);
	return (Datum) 0;
}
