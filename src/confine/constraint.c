/*
 * constraint.c
 *	  Which constraints and indexes of relations a role knows.
 *
 * A name says little, and errors say it: all columns must be known.  A
 * definition says all: expressions are never told, as they can name what is
 * hidden.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_opclass.h"
#include "commands/defrem.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/constraint.h"
#include "confine/known.h"
#include "confine/relation.h"

/*
 * Are the first "n" columns of an array of their numbers known?  An expression
 * has the number 0: of what it uses all columns of the relation are asked for.
 */
static bool
columns_known(Oid role, Oid relid, ArrayType *columns, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (!asb_relation_column_granted(role, relid, ((int16 *) ARR_DATA_PTR(columns))[i], ASB_OF_COLUMNS))
			return false;
	}
	return true;
}

/* The columns in an attribute of a constraint; NULL if it has none. */
static ArrayType *
constraint_columns(HeapTuple row, AttrNumber attribute)
{
	bool		isnull;
	Datum		columns = SysCacheGetAttr(CONSTROID, row, attribute, &isnull);

	return isnull ? NULL : DatumGetArrayTypeP(columns);
}

/* The same of an index, which shares its name with the constraint that it is for. */
static bool
index_known(Oid role, HeapTuple row)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(row);

	return columns_known(role, index->indrelid, (ArrayType *) &index->indkey, index->indnkeyatts) &&
		(heap_attisnull(row, Anum_pg_index_indpred, NULL) ||
		 asb_relation_column_granted(role, index->indrelid, InvalidAttrNumber, ASB_OF_COLUMNS));
}

static bool
constraint_known(Oid role, Oid relid, HeapTuple row)
{
	ArrayType  *columns = constraint_columns(row, Anum_pg_constraint_conkey);

	/* of none, or of the whole row */
	if (columns == NULL)
		return asb_relation_column_granted(role, relid, InvalidAttrNumber, ASB_OF_COLUMNS);
	return columns_known(role, relid, columns, ARR_DIMS(columns)[0]);
}

bool
asb_constraint_known(Oid role, Oid relid, const char *name)
{
	HeapTuple	row;
	bool		known = false;

	row = SearchSysCache1(INDEXRELID,
						  ObjectIdGetDatum(get_relname_relid(name, get_rel_namespace(relid))));
	if (HeapTupleIsValid(row))
	{
		bool		of_relation = ((Form_pg_index) GETSTRUCT(row))->indrelid == relid;

		known = of_relation && index_known(role, row);
		ReleaseSysCache(row);
		if (of_relation)
			return known;
	}

	row = SearchSysCache1(CONSTROID,
						  ObjectIdGetDatum(get_relation_constraint_oid(relid, name, true)));
	if (HeapTupleIsValid(row))
	{
		known = constraint_known(role, relid, row);
		ReleaseSysCache(row);
	}
	return known;
}

static bool
operator_class_known(Oid role, Oid opclass, Oid type)
{
	HeapTuple	row;
	bool		known;

	if (opclass < FirstNormalObjectId)
		return true;
	row = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	if (!HeapTupleIsValid(row))
		return false;
	known = asb_knows_schema(role, ((Form_pg_opclass) GETSTRUCT(row))->opcnamespace) ||
		GetDefaultOpClass(type, ((Form_pg_opclass) GETSTRUCT(row))->opcmethod) == opclass;
	ReleaseSysCache(row);
	return known;
}

static bool
collation_known(Oid role, Oid collation, Oid of_column)
{
	HeapTuple	row;
	bool		known;

	if (collation < FirstNormalObjectId || collation == of_column)
		return true;
	row = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	if (!HeapTupleIsValid(row))
		return false;
	known = asb_knows_schema(role, ((Form_pg_collation) GETSTRUCT(row))->collnamespace);
	ReleaseSysCache(row);
	return known;
}

static const Oid *
index_objects(HeapTuple row, AttrNumber attribute)
{
	bool		isnull;
	Datum		objects = SysCacheGetAttr(INDEXRELID, row, attribute, &isnull);

	Assert(!isnull);
	return ((oidvector *) DatumGetPointer(objects))->values;
}

/*
 * Does the definition name no operator class and no collation of a hidden
 * schema?  It names them where they are not those of the column.
 */
static bool
order_known(Oid role, HeapTuple row)
{
	Form_pg_index index = (Form_pg_index) GETSTRUCT(row);
	const Oid  *opclasses = index_objects(row, Anum_pg_index_indclass);
	const Oid  *collations = index_objects(row, Anum_pg_index_indcollation);

	for (int i = 0; i < index->indnkeyatts; i++)
	{
		Oid			type;
		int32		modifier;
		Oid			collation;

		get_atttypetypmodcoll(index->indrelid, index->indkey.values[i], &type, &modifier, &collation);
		if (!operator_class_known(role, opclasses[i], type) ||
			!collation_known(role, collations[i], collation))
			return false;
	}
	return true;
}

bool
asb_index_describable(Oid role, Oid indexrelid)
{
	HeapTuple	row = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(indexrelid));
	Form_pg_index index;
	bool		describable;

	if (!HeapTupleIsValid(row))
		return false;
	index = (Form_pg_index) GETSTRUCT(row);
	describable = heap_attisnull(row, Anum_pg_index_indexprs, NULL) &&
		heap_attisnull(row, Anum_pg_index_indpred, NULL) &&
		asb_knows_relation(role, index->indrelid) &&
		columns_known(role, index->indrelid, (ArrayType *) &index->indkey, index->indnatts) &&
		order_known(role, row);
	ReleaseSysCache(row);
	return describable;
}

/* A foreign key without what it refers to tells too little, and that tells of another relation. */
static bool
referenced_known(Oid role, HeapTuple row)
{
	Oid			relid = ((Form_pg_constraint) GETSTRUCT(row))->confrelid;
	ArrayType  *columns = constraint_columns(row, Anum_pg_constraint_confkey);

	return columns && asb_knows_relation(role, relid) &&
		columns_known(role, relid, columns, ARR_DIMS(columns)[0]);
}

static bool
constraint_describable(Oid role, HeapTuple row)
{
	Form_pg_constraint constraint = (Form_pg_constraint) GETSTRUCT(row);

	if (!OidIsValid(constraint->conrelid) || !asb_knows_relation(role, constraint->conrelid))
		return false;
	switch (constraint->contype)
	{
		case CONSTRAINT_PRIMARY:
		case CONSTRAINT_UNIQUE:
			return asb_index_describable(role, constraint->conindid);
		case CONSTRAINT_FOREIGN:
			return constraint_known(role, constraint->conrelid, row) && referenced_known(role, row);
		default:
			return false;
	}
}

bool
asb_constraint_describable(Oid role, Oid constraint)
{
	HeapTuple	row = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool		describable;

	if (!HeapTupleIsValid(row))
		return false;
	describable = constraint_describable(role, row);
	ReleaseSysCache(row);
	return describable;
}
