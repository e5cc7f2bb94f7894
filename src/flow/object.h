/*
 * object.h
 *	  Labels of tables, columns and functions, as SECURITY LABEL gave them.
 */
#ifndef ASB_OBJECT_H
#define ASB_OBJECT_H

#include "nodes/bitmapset.h"

#include "flow/label.h"

typedef struct AsbColumnLabels
{
	AttrNumber	attnum;			/* 0: of columns that only relations below have */
	AsbLabelSet set;
	Bitmapset  *checked;		/* columns that decide a check of it and others */
} AsbColumnLabels;

/*
 * What a relation's rows carry.  A relation has the labels of those it
 * inherits from or is a partition of as well; "below" are those that only
 * relations that inherit from it have, which reading it reads too.  Columns
 * have labels of their own besides, with all of that counted in.
 */
typedef struct AsbRelationLabels
{
	Oid			relid;			/* hash key */
	AsbLabelSet own;
	AsbLabelSet below;
	int			ncolumns;
	AsbColumnLabels *columns;
	bool		compared;		/* the next four, and "checked" of columns, are filled */
	Bitmapset  *keys;			/* see compared.h */
	Bitmapset  *makers;
	bool		inserts;
	Bitmapset  *shown;
	bool		undefined;		/* has a label that is not defined: must not be used */
} AsbRelationLabels;

/* What SECURITY LABEL gave to anything in this database; object.c alone writes it. */
typedef struct AsbObjectsLabelled
{
	bool		known;			/* the rest holds */
	bool		relations;		/* or columns */
	bool		functions;
	AsbLabelSet all;
} AsbObjectsLabelled;

extern AsbObjectsLabelled asb_objects_labelled;
extern void asb_objects_read(void);

static inline const AsbObjectsLabelled *
asb_objects(void)
{
	if (unlikely(!asb_objects_labelled.known))
		asb_objects_read();
	return &asb_objects_labelled;
}

/*
 * Labels of a relation, or NULL if it has none.  Kept until a relation
 * changes; valid until the next call.
 */
extern const AsbRelationLabels *asb_relation_labels(Oid relid);

/* Fills what is needed only where a relation is written; valid as long. */
extern void asb_relation_compare(const AsbRelationLabels *relation);

/* Is a column, or the whole row, among these, offset as in a range table entry? */
extern bool asb_has_column(const Bitmapset *columns, AttrNumber attnum);

/* Labels of a column beyond its relation's. */
extern AsbLabelSet asb_column_labels(const AsbRelationLabels *relation, AttrNumber attnum);

/* Labels of a function; true in *undefined as above.  Cheap if none has any. */
extern AsbLabelSet asb_function_labels(Oid funcid, bool *undefined);

/* Has SECURITY LABEL given it any, as far as that is known? */
extern bool asb_function_given_labels(Oid funcid);

/*
 * May no plan hide that the function runs?  True as well when that is not
 * known at the moment: reads no catalog.
 */
static inline bool
asb_function_may_have_labels(Oid funcid)
{
	return !asb_objects_labelled.known ||
		(asb_objects_labelled.functions && asb_function_given_labels(funcid));
}

extern void asb_object_init(void);

#endif							/* ASB_OBJECT_H */
