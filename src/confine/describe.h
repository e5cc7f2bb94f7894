/*
 * describe.h
 *	  Calls and casts that tell of an object by its number or name.
 */
#ifndef ASB_DESCRIBE_H
#define ASB_DESCRIBE_H

#include "nodes/primnodes.h"

/*
 * Has a call of a server function of ASB_CLASS_DESCRIPTION call its namesake in
 * schema agentsandbox instead.
 */
extern void asb_describe_call(FuncExpr *call);

/* Is it one of the types that show names, of which a cast of a number gives those that the agent knows? */
extern bool asb_describes_type(Oid typid);

/* Is it a cast of a number, or of a name, to one of them? */
extern bool asb_describes_by_cast(const Node *node);

/* Makes the number or name that such a cast is given NULL unless the agent knows what it stands for. */
extern void asb_describe_cast(Node *node);

/* The number of a function, of type regproc, or NULL if the agent does not know the function. */
extern Expr *asb_describe_known(Expr *function);

/* Whether a relation has an index that the agent knows, from whether it has one. */
extern Expr *asb_describe_has_index(Expr *has_index, Expr *relation);

/* Is there such a cast in an expression, changed or not? */
extern bool asb_describes(Node *node);

#endif							/* ASB_DESCRIBE_H */
