/*
 * describe.c
 *	  Calls and casts that tell of an object by its number or name.
 *
 * Tools describe tables with format_type(), pg_get_constraintdef(), ::regclass
 * and their kin, which tell of whatever they are asked.  An agent's call goes
 * to a function of schema agentsandbox with the same name and arguments
 * (src/sql/api/describe.sql), and its cast is given numbers only of what the
 * agent knows.  Other ways to these functions are closed.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "confine/describe.h"
#include "confine/function.h"
#include "core/catalog.h"

static Oid
own_function(const char *name, int nargs, const Oid *types, bool missing_ok)
{
	return LookupFuncName(list_make2(makeString(ASB_SCHEMA_NAME), makeString(pstrdup(name))),
						  nargs, types, missing_ok);
}

void
asb_describe_call(FuncExpr *call)
{
	Oid		   *types;
	int			ntypes;
	Oid			own;

	(void) get_func_signature(call->funcid, &types, &ntypes);
	own = own_function(get_func_name(call->funcid), ntypes, types, true);
	if (!OidIsValid(own))
		asb_function_refuse(ASB_FUNCTION_UNLISTED, call->funcid, 0);
	call->funcid = own;
}

/* The catalog of what a type shows the names of, if some are shown. */
static Oid
catalog_of(Oid type)
{
	switch (type)
	{
		case REGCLASSOID:
			return RelationRelationId;
		case REGNAMESPACEOID:
			return NamespaceRelationId;
		case REGTYPEOID:
			return TypeRelationId;
		default:
			return InvalidOid;
	}
}

bool
asb_describes_type(Oid typid)
{
	return OidIsValid(catalog_of(typid));
}

bool
asb_describes_by_cast(const Node *node)
{
	if (IsA(node, RelabelType))
		return asb_describes_type(((const RelabelType *) node)->resulttype) &&
			exprType((const Node *) ((const RelabelType *) node)->arg) == OIDOID;
	return IsA(node, CoerceViaIO) && ((const CoerceViaIO *) node)->resulttype == REGTYPEOID &&
		exprType((const Node *) ((const CoerceViaIO *) node)->arg) == TEXTOID;
}

static Const *
constant(Oid type, Datum value)
{
	return makeConst(type, -1, InvalidOid, sizeof(int32), value, false, true);
}

static Expr *
known_number(Oid catalog, Expr *number)
{
	static const Oid types[] = {OIDOID, OIDOID, INT4OID};

	return (Expr *) makeFuncExpr(own_function("known_object", lengthof(types), types, false), OIDOID,
								 list_make3(constant(OIDOID, ObjectIdGetDatum(catalog)), number,
											constant(INT4OID, Int32GetDatum(0))),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

Expr *
asb_describe_known(Expr *function)
{
	return (Expr *) makeRelabelType(known_number(ProcedureRelationId,
												 (Expr *) makeRelabelType(function, OIDOID, -1, InvalidOid,
																		  COERCE_IMPLICIT_CAST)),
									REGPROCOID, -1, InvalidOid, COERCE_EXPLICIT_CAST);
}

Expr *
asb_describe_has_index(Expr *has_index, Expr *relation)
{
	static const Oid types[] = {OIDOID};
	FuncExpr   *known = makeFuncExpr(own_function("reaches_index_of", lengthof(types), types, false), BOOLOID,
									 list_make1(relation), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);

	return makeBoolExpr(AND_EXPR, list_make2(has_index, known), -1);
}

static Expr *
known_type_name(Expr *name)
{
	static const Oid types[] = {TEXTOID};

	return (Expr *) makeFuncExpr(own_function("known_type_name", lengthof(types), types, false), TEXTOID,
								 list_make1(name), DEFAULT_COLLATION_OID, DEFAULT_COLLATION_OID,
								 COERCE_EXPLICIT_CALL);
}

void
asb_describe_cast(Node *node)
{
	if (IsA(node, RelabelType))
	{
		RelabelType *cast = (RelabelType *) node;

		cast->arg = known_number(catalog_of(cast->resulttype), cast->arg);
	}
	else
		((CoerceViaIO *) node)->arg = known_type_name(((CoerceViaIO *) node)->arg);
}

static bool
describes(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return asb_describes_by_cast(node) || expression_tree_walker(node, describes, context);
}

bool
asb_describes(Node *node)
{
	return describes(node, NULL);
}
