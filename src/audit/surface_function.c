/*
 * surface_function.c
 *	  The part of the surface that is functions and operators.
 *
 * The function gate says what may be executed.  What it allows can be called
 * if the server and the type gate agree: a procedure needs CALL, and nobody
 * can pass or get a value of a type that may not be handled.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "audit/follow.h"
#include "audit/grant.h"
#include "audit/surface.h"
#include "audit/surface_label.h"
#include "audit/world.h"
#include "confine/describe.h"
#include "confine/function.h"
#include "confine/server_functions.h"
#include "confine/statement.h"
#include "confine/type.h"
#include "core/catalog.h"

/* Can the agent give a value of the type, or take one? */
static bool
type_can_be_given(Oid role, Oid typid)
{
	if (IsPolymorphicType(typid) || typid == ANYOID)
		return true;
	return asb_type_names_objects(typid) || asb_type_decide(role, typid);
}

static bool
type_can_be_taken(Oid role, Oid typid)
{
	return IsPolymorphicType(typid) || asb_type_decide(role, typid);
}

typedef struct TypesContext
{
	Oid			role;
	HeapTuple	row;
	bool		open;
} TypesContext;

static void
ask_types(void *argument)
{
	TypesContext *context = argument;
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(context->row);
	int			required = form->pronargs - form->pronargdefaults;
	/* of OUT arguments; NULL if it has none */
	TupleDesc	result = build_function_result_tupdesc_t(context->row);

	context->open = type_can_be_taken(context->role, form->prorettype) ||
		(form->pronamespace == asb_schema_oid() && asb_describes_type(form->prorettype));
	for (int i = 0; context->open && i < required; i++)
		context->open = type_can_be_given(context->role, form->proargtypes.values[i]);
	for (int i = 0; context->open && result && i < result->natts; i++)
		context->open = type_can_be_taken(context->role, TupleDescAttr(result, i)->atttypid);
}

static bool
types_open(AsbSurface *surface, AsbFunction *function)
{
	TypesContext context = {surface->role, function->row};

	return asb_surface_survives(ask_types, &context) && context.open;
}

/* Is CALL of it allowed, if it is a procedure? */
static bool
can_be_named(AsbSurface *surface, AsbFunction *function)
{
	CallStmt   *call = makeNode(CallStmt);

	if (function->form->prokind != PROKIND_PROCEDURE)
		return true;
	call->funcexpr = makeFuncExpr(function->oid, VOIDOID, NIL, InvalidOid, InvalidOid,
								  COERCE_EXPLICIT_CALL);
	return asb_statement_decide(surface->profile, (Node *) call) == ASB_STATEMENT_ALLOWED;
}

static bool
server_allows(AsbSurface *surface, AsbFunction *function)
{
	return asb_world_server_privileges(surface->world, function->row, Anum_pg_proc_proacl,
									   OBJECT_FUNCTION, function->form->proowner,
									   surface->role, ACL_EXECUTE) != 0;
}

typedef struct Call
{
	AsbSurface *surface;
	Oid			funcid;
	const char *class;
	const char *identity;
	const char *notes;
} Call;

static void
add_call(AsbPath *via, AclMode mask, void *argument)
{
	Call	   *call = argument;

	asb_surface_add(call->surface, call->class, call->identity, "EXECUTE", NULL, via, call->notes);
	asb_surface_label_function(call->surface, call->funcid, call->identity, via);
}

/* Adds a row for each way that the function gate lets the function be called. */
static void
add_ways(Call *call, AsbFunction *function, AsbFunctionVerdict verdict)
{
	AsbSurface *surface = call->surface;
	const char *reason = asb_server_function_reason(function->row);
	AsbPath    *list = asb_path(NULL, psprintf("server function list: %s", reason ? reason : ""));
	AclMode		granted = asb_grants(surface, function->row, Anum_pg_proc_proacl, ACL_EXECUTE,
									 add_call, call);

	switch (verdict)
	{
		case ASB_FUNCTION_LISTED:
		case ASB_FUNCTION_DESCRIBES:
			add_call(list, ACL_EXECUTE, call);
			break;
		case ASB_FUNCTION_INNER:
			add_call(asb_path(asb_path(NULL, ASB_THROUGH "a listed operator, aggregate or cast"),
							  list->steps[0]),
					 ACL_EXECUTE, call);
			break;
		case ASB_FUNCTION_SETTING:
			if (!granted)
				add_call(asb_path(NULL, "setting gate: name and value must be constants that the setting list allows"),
						 ACL_EXECUTE, call);
			break;
		default:
			break;
	}
}

static void
add_function(AsbSurface *surface, AsbFunction *function)
{
	AsbFunctionVerdict verdict = asb_function_decide_row(surface->role, function->row);
	Call		call = {.surface = surface, .funcid = function->oid, .class = "function"};

	if (verdict < ASB_FUNCTION_SETTING ||
		!asb_world_namespace_usable(surface->world, function->form->pronamespace, surface->role) ||
		!server_allows(surface, function) ||
		!can_be_named(surface, function))
		return;

	/* the server's list was judged with its types */
	if ((verdict == ASB_FUNCTION_GRANTED || verdict == ASB_FUNCTION_SETTING) &&
		!types_open(surface, function))
		return;

	call.identity = asb_world_function_identity(surface->world, function);
	if (function->oid >= FirstNormalObjectId)
		call.notes = asb_function_notes(surface, function, ASB_AGENT);
	add_ways(&call, function, verdict);
	if (verdict == ASB_FUNCTION_GRANTED && function->oid >= FirstNormalObjectId)
		asb_follow_function(surface, function);
}

static void
add_operator(HeapTuple row, TupleDesc desc, void *argument)
{
	AsbSurface *surface = argument;
	Form_pg_operator form = (Form_pg_operator) GETSTRUCT(row);
	AsbFunction *function;
	AsbFunctionVerdict verdict;
	Call		call = {.surface = surface, .funcid = form->oprcode, .class = "operator"};

	/* those of the server are what their functions are */
	if (form->oid < FirstNormalObjectId)
		return;
	function = asb_world_function(surface->world, form->oprcode);
	if (function == NULL ||
		!asb_world_namespace_usable(surface->world, form->oprnamespace, surface->role))
		return;
	verdict = asb_function_decide_row(surface->role, function->row);
	if ((verdict != ASB_FUNCTION_GRANTED && verdict != ASB_FUNCTION_LISTED) ||
		!server_allows(surface, function) || !types_open(surface, function))
		return;

	call.identity = psprintf("%s.%s(%s,%s)",
							 asb_world_namespace(surface->world, form->oprnamespace),
							 NameStr(form->oprname),
							 form->oprleft ? asb_world_type(surface->world, form->oprleft) : "NONE",
							 asb_world_type(surface->world, form->oprright));
	call.notes = psprintf("calls %s", asb_world_function_identity(surface->world, function));
	add_ways(&call, function, verdict);

	/* an operator needs no USAGE of the schema of its function */
	if (verdict == ASB_FUNCTION_GRANTED)
		asb_follow_function(surface, function);
}

static int
compare_functions(const ListCell *a, const ListCell *b)
{
	return strcmp(((AsbFunction *) lfirst(a))->identity, ((AsbFunction *) lfirst(b))->identity);
}

void
asb_surface_functions(AsbSurface *surface)
{
	HASH_SEQ_STATUS status;
	AsbFunction *function;
	List	   *functions = NIL;
	ListCell   *cell;

	/* in an order that does not depend on numbers: paths are found in it */
	hash_seq_init(&status, surface->world->functions);
	while ((function = hash_seq_search(&status)) != NULL)
	{
		if (asb_function_decide_row(surface->role, function->row) < ASB_FUNCTION_SETTING)
			continue;
		(void) asb_world_function_identity(surface->world, function);
		functions = lappend(functions, function);
	}
	list_sort(functions, compare_functions);
	foreach(cell, functions)
	{
		CHECK_FOR_INTERRUPTS();
		add_function(surface, lfirst(cell));
	}
	asb_world_scan(surface->world, OperatorRelationId, add_operator, surface);
}
