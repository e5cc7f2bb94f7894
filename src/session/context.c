/*
 * context.c
 *	  agentsandbox.context(key), its typed form, and conversation_id().
 *
 * All three are STABLE and leakproof, and the planner folds them to a literal
 * (SupportRequestSimplify), so that a policy on them plans like one.
 *
 * A plan may outlive the conversation it was made for, in a session that an
 * administrator switches with SET ROLE or a pool with enter(): a prepared
 * statement, or the plans that a function's body keeps.  So we fold only
 * while the current user is the conversation's own role, and tell the plan
 * cache that the plan depends on the role: it plans again for any other.
 * Inside a SECURITY DEFINER function the current user is the function's owner,
 * whoever calls it: for the plan cache, conversations would all be one.  So
 * nothing is folded there; nor where no plan is being made (root is NULL), since
 * then nobody knows how long the expression is kept.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "core/contained.h"
#include "session/context.h"

/* set by asb_context_lend() */
static const AsbSession *lent = NULL;

void
asb_context_lend(const AsbSession *session)
{
	lent = session;
}

/* The conversation this session speaks for, or NULL. */
static const AsbSession *
conversation(void)
{
	const AsbSession *session = lent ? lent : asb_session();

	return session && session->kind == ASB_SESSION_CONVERSATION ? session : NULL;
}

/* The text of a value of the context, palloc'd; NULL if there is none. */
static char *
context_value(const AsbSession *session, text *key)
{
	JsonbValue	value;

	if (session == NULL ||
		getKeyJsonValueFromContainer(&session->context->root, VARDATA_ANY(key),
									 VARSIZE_ANY_EXHDR(key), &value) == NULL)
		return NULL;

	switch (value.type)
	{
		case jbvString:
			return pnstrdup(value.val.string.val, value.val.string.len);
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out,
													   NumericGetDatum(value.val.numeric)));
		case jbvBool:
			return pstrdup(value.val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

/*
 * Whether an error says something about the value that was converted, and not
 * about the server: those are never hidden.
 */
static bool
is_about_value(int sqlerrcode)
{
	int			category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category != ERRCODE_INSUFFICIENT_RESOURCES &&
		category != ERRCODE_OPERATOR_INTERVENTION &&
		category != ERRCODE_SYSTEM_ERROR &&
		category != ERRCODE_INTERNAL_ERROR;
}

/*
 * What the context says must not depend on what the agent has set: dates are
 * read as ISO has them, times without a zone as UTC.
 */
static Datum
input_as_everybody(Oid input, char *text, Oid ioparam)
{
	int			style = DateStyle;
	int			order = DateOrder;
	int			interval_style = IntervalStyle;
	pg_tz	   *zone = session_timezone;
	Datum		result;

	PG_TRY();
	{
		DateStyle = USE_ISO_DATES;
		DateOrder = DATEORDER_MDY;
		IntervalStyle = INTSTYLE_POSTGRES;
		session_timezone = pg_tzset("GMT");
		result = OidInputFunctionCall(input, text, ioparam, -1);
	}
	PG_FINALLY();
	{
		DateStyle = style;
		DateOrder = order;
		IntervalStyle = interval_style;
		session_timezone = zone;
	}
	PG_END_TRY();
	return result;
}

typedef struct Conversion
{
	const char *text;
	Oid			input;
	Oid			ioparam;
	Datum		result;
} Conversion;

static void
run_input(void *arg)
{
	Conversion *conversion = arg;

	conversion->result = input_as_everybody(conversion->input, pstrdup(conversion->text),
											conversion->ioparam);
}

/* asb_contained_if() where there can be no subtransaction, with a resource owner. */
static bool
owned_if(void (*run) (void *arg), void *arg, bool (*expected) (int sqlerrcode))
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ResourceOwner ours = ResourceOwnerCreate(owner, "agentsandbox context");
	volatile bool done = false;

	CurrentResourceOwner = ours;
	PG_TRY();
	{
		run(arg);
		done = true;
	}
	PG_CATCH();
	{
		if (!expected(geterrcode()))
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();

	ResourceOwnerRelease(ours, RESOURCE_RELEASE_BEFORE_LOCKS, done, false);
	ResourceOwnerRelease(ours, RESOURCE_RELEASE_LOCKS, done, false);
	ResourceOwnerRelease(ours, RESOURCE_RELEASE_AFTER_LOCKS, done, false);
	/* the current one cannot be deleted */
	CurrentResourceOwner = owner;
	ResourceOwnerDelete(ours);
	return done;
}

/*
 * Runs a type's input function; false if it does not accept the text.
 *
 * The error is trapped by a subtransaction.  There can be none while a
 * parallel query runs; there a resource owner of our own does, which is
 * enough for an input function that runs no SQL.  A domain's can, by its
 * CHECK, so protect() compares in the base type.
 */
static bool
convert(const char *text, Oid type, Datum *result)
{
	Conversion	conversion = {text};
	bool		accepted;

	getTypeInputInfo(type, &conversion.input, &conversion.ioparam);
	accepted = IsInParallelMode() ? owned_if(run_input, &conversion, is_about_value) :
		asb_contained_if(run_input, &conversion, is_about_value);
	*result = conversion.result;
	return accepted;
}

/* A value of the context in a type; false (NULL) if absent or malformed. */
static bool
typed_value(const AsbSession *session, text *key, Oid type, Datum *result)
{
	char	   *value = context_value(session, key);

	if (value == NULL)
		return false;
	if (type == TEXTOID)
	{
		*result = CStringGetTextDatum(value);
		return true;
	}
	return convert(value, type, result);
}

/*
 * context(key text) RETURNS text, strict
 */
ASB_FUNCTION(asb_context);

Datum
asb_context(PG_FUNCTION_ARGS)
{
	Datum		result;

	if (!typed_value(conversation(), PG_GETARG_TEXT_PP(0), TEXTOID, &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* What asb_context_typed() keeps from one row to the next, of the first key it is asked for. */
typedef struct TypedCache
{
	bool		valid;
	bool		isnull;
	Oid			type;
	int16		typlen;
	bool		typbyval;
	pg_uuid_t	conversation;	/* whose context never changes */
	text	   *key;
	Datum		value;
} TypedCache;

static TypedCache *
typed_cache(FmgrInfo *flinfo)
{
	TypedCache *cache = flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(TypedCache));
		cache->type = get_fn_expr_argtype(flinfo, 1);
		if (!OidIsValid(cache->type))
			elog(ERROR, "could not determine the type of argument 2");
		get_typlenbyval(cache->type, &cache->typlen, &cache->typbyval);
		flinfo->fn_extra = cache;
	}
	return cache;
}

static void
fill_typed_cache(TypedCache *cache, const AsbSession *session, text *key, MemoryContext context)
{
	MemoryContext oldcontext;
	Datum		value = (Datum) 0;

	/* first: a domain's CHECK may have the session looked at anew */
	cache->valid = false;
	cache->conversation = session->conversation;
	cache->isnull = !typed_value(session, key, cache->type, &value);

	oldcontext = MemoryContextSwitchTo(context);
	cache->key = DatumGetTextPCopy(PointerGetDatum(key));
	if (!cache->isnull)
		cache->value = datumCopy(value, cache->typbyval, cache->typlen);
	MemoryContextSwitchTo(oldcontext);
	cache->valid = true;
}

static bool
same_key(text *a, text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * context(key text, type anyelement) RETURNS anyelement
 */
ASB_FUNCTION(asb_context_typed);

Datum
asb_context_typed(PG_FUNCTION_ARGS)
{
	const AsbSession *session = conversation();
	TypedCache *cache;
	text	   *key;

	if (session == NULL || PG_ARGISNULL(0))
		PG_RETURN_NULL();

	key = PG_GETARG_TEXT_PP(0);
	cache = typed_cache(fcinfo->flinfo);
	if (!cache->valid || memcmp(&cache->conversation, &session->conversation, UUID_LEN) != 0)
		fill_typed_cache(cache, session, key, fcinfo->flinfo->fn_mcxt);
	if (!same_key(cache->key, key))
	{
		Datum		value;

		/* keys vary by row; keeping each would fill the memory of the statement */
		if (!typed_value(session, key, cache->type, &value))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(value);
	}
	if (cache->isnull)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(cache->value);
}

/*
 * conversation_id() RETURNS uuid
 */
ASB_FUNCTION(asb_conversation_id);

Datum
asb_conversation_id(PG_FUNCTION_ARGS)
{
	const AsbSession *session = conversation();
	pg_uuid_t  *id;

	if (session == NULL)
		PG_RETURN_NULL();
	id = palloc(sizeof(pg_uuid_t));
	*id = session->conversation;
	PG_RETURN_UUID_P(id);
}

/* Whether a value of this session may become part of a plan; see above. */
static bool
may_fold(const AsbSession *session)
{
	Oid			user = GetUserId();

	return user == GetOuterUserId() && (session == NULL || session->role == user);
}

bool
asb_context_function(Oid funcid)
{
	Oid			support = get_func_support(funcid);

	return OidIsValid(support) && get_func_namespace(support) == asb_schema_oid() &&
		get_func_namespace(funcid) == asb_schema_oid() &&
		strcmp(get_func_name(support), "context_support") == 0;
}

Const *
asb_context_constant(const FuncExpr *call, const AsbSession *session)
{
	Datum		value = (Datum) 0;
	bool		found = session != NULL;
	int16		typlen;
	bool		typbyval;

	if (call->args == NIL)		/* conversation_id() */
	{
		if (found)
			value = UUIDPGetDatum(&session->conversation);
	}
	else
	{
		Const	   *key = linitial(call->args);

		if (!IsA(key, Const))
			return NULL;
		found = found && !key->constisnull &&
			typed_value(session, DatumGetTextPP(key->constvalue),
						call->funcresulttype, &value);
	}

	get_typlenbyval(call->funcresulttype, &typlen, &typbyval);
	if (found)
		value = datumCopy(value, typbyval, typlen);
	return makeConst(call->funcresulttype, -1, call->funccollid,
					 typlen, value, !found, typbyval);
}

static Node *
fold(SupportRequestSimplify *request)
{
	const AsbSession *session = conversation();
	Const	   *constant;

	if (!may_fold(session))
		return NULL;
	constant = asb_context_constant(request->fcall, session);
	if (constant)
		request->root->glob->dependsOnRole = true;
	return (Node *) constant;
}

/*
 * Planner support function of all three.
 */
ASB_FUNCTION(asb_context_support);

Datum
asb_context_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	Node	   *result = NULL;

	if (IsA(request, SupportRequestSimplify) &&
		((SupportRequestSimplify *) request)->root != NULL)
		result = fold((SupportRequestSimplify *) request);
	PG_RETURN_POINTER(result);
}
