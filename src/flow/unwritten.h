/*
 * unwritten.h
 *	  What a column holds that no statement wrote: its default, or what it is
 *	  generated from.
 */
#ifndef ASB_UNWRITTEN_H
#define ASB_UNWRITTEN_H

#include "nodes/bitmapset.h"
#include "nodes/nodes.h"

typedef enum AsbUnwritten
{
	ASB_UNWRITTEN_NULL,
	ASB_UNWRITTEN_FRESH,		/* a number or a UUID that no other row has */
	ASB_UNWRITTEN_OTHER			/* may be what another row has */
} AsbUnwritten;

/*
 * What a column of a relation holds in a row that INSERT says nothing of it in.
 * The target is what INSERT names: this relation or one that it inherits from.
 */
extern AsbUnwritten asb_unwritten(Oid target, Oid relid, AttrNumber attnum);

/* The same of an expression, or of a list of which one that is NULL decides. */
extern AsbUnwritten asb_unwritten_expression(Oid target, Oid relid, Node *expression);

/*
 * The columns that a generated column is made of, offset as in a range table
 * entry; NULL if it is not generated.
 */
extern Bitmapset *asb_generated_from(Oid relid, AttrNumber attnum);

#endif							/* ASB_UNWRITTEN_H */
