/*
 * compared.c
 *	  What the server compares and computes when a row is written, and so may
 *	  tell of by an error, and what it shows triggers and rules.
 *
 * All from the catalogs: of the relations that inherit from one a statement
 * locks only those that it comes to.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "core/catalog.h"
#include "flow/compared.h"
#include "flow/object.h"
#include "flow/shown.h"
#include "flow/unwritten.h"

/* Of one relation, by its own numbers. */
typedef struct One
{
	Oid			target;			/* what was asked for */
	Oid			relid;
	AsbCompared compared;
	Bitmapset  *policies;		/* columns that they look at */
	Bitmapset  *moves;			/* what has a row of this partition find another, when it is written */
} One;

typedef void (*RowFunction) (HeapTuple tuple, TupleDesc desc, One *one);

/* Every row that a catalog has of a relation. */
static void
each_row(Oid catalog, Oid index, AttrNumber column, One *one, RowFunction function)
{
	Relation	rel = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(one->relid));
	scan = systable_beginscan(rel, index, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		function(tuple, RelationGetDescr(rel), one);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* The expression in a catalog's column, or NULL. */
static Node *
expression_of(HeapTuple tuple, TupleDesc desc, int attribute)
{
	bool		isnull;
	Datum		expression = heap_getattr(tuple, attribute, desc, &isnull);

	return isnull ? NULL : stringToNode(TextDatumGetCString(expression));
}

/* The columns that it names, and some more. */
static Bitmapset *
add_expression(Bitmapset *columns, HeapTuple tuple, TupleDesc desc, int attribute)
{
	pull_varattnos(expression_of(tuple, desc, attribute), 1, &columns);
	return columns;
}

/* The columns of a catalog's vector, where zero is an expression's place. */
static Bitmapset *
add_vector(Bitmapset *columns, const int2vector *vector, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (vector->values[i] != 0)
			columns = bms_add_member(columns, ASB_MEMBER(vector->values[i]));
	}
	return columns;
}

static AsbCheck *
add_check(One *one, Bitmapset *columns, Bitmapset *makers)
{
	AsbCheck   *check = palloc(sizeof(AsbCheck));

	*check = (AsbCheck) {columns, makers, false};
	one->compared.checks = lappend(one->compared.checks, check);
	return check;
}

/* ... that every one of the columns decides. */
static AsbCheck *
add_plain_check(One *one, Bitmapset *columns)
{
	return add_check(one, columns, bms_copy(columns));
}

/* Can a row of which INSERT says nothing be the same as another to an index? */
static bool
compares_unwritten(HeapTuple tuple, TupleDesc desc, const One *one)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);

	/* what is not in the index */
	if (asb_unwritten_expression(one->target, one->relid,
								 expression_of(tuple, desc, Anum_pg_index_indpred)) == ASB_UNWRITTEN_NULL)
		return false;

	for (int i = 0; i < form->indnkeyatts; i++)
	{
		AttrNumber	attnum = form->indkey.values[i];

		if (attnum == 0)
			continue;
		switch (asb_unwritten(one->target, one->relid, attnum))
		{
			case ASB_UNWRITTEN_FRESH:
				/* an exclusion constraint may compare otherwise */
				if (form->indisunique)
					return false;
				break;
			case ASB_UNWRITTEN_NULL:
				if (!form->indnullsnotdistinct)
					return false;
				break;
			case ASB_UNWRITTEN_OTHER:
				break;
		}
	}
	return form->indnullsnotdistinct ||
		asb_unwritten_expression(one->target, one->relid,
								 expression_of(tuple, desc, Anum_pg_index_indexprs)) != ASB_UNWRITTEN_NULL;
}

/* A value that is long may leave no room for the others: the row must fit into a page. */
static void
add_index_row(const FormData_pg_index *form, const Bitmapset *computed, One *one)
{
	Bitmapset  *columns = add_vector(bms_copy(computed), &form->indkey, form->indnatts);
	Bitmapset  *makers = NULL;
	int			member = -1;

	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber	attnum = member + FirstLowInvalidHeapAttributeNumber;

		if (attnum <= 0 || get_typlen(get_atttype(one->relid, attnum)) < 0)
			makers = bms_add_member(makers, member);
	}
	add_check(one, columns, makers);
}

static void
add_index(HeapTuple tuple, TupleDesc desc, One *one)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);
	Bitmapset  *computed = NULL;

	computed = add_expression(computed, tuple, desc, Anum_pg_index_indexprs);
	computed = add_expression(computed, tuple, desc, Anum_pg_index_indpred);
	if (computed)
		add_plain_check(one, computed);
	add_index_row(form, computed, one);
	if (!form->indisunique && !form->indisexclusion)
		return;
	one->compared.keys = add_vector(one->compared.keys, &form->indkey, form->indnkeyatts);
	one->compared.keys = bms_add_members(one->compared.keys, computed);
	one->compared.inserts = one->compared.inserts || compares_unwritten(tuple, desc, one);
}

/* The columns of those names in another relation. */
static Bitmapset *
columns_of(Oid relid, Bitmapset *columns, Oid from)
{
	Bitmapset  *mapped = NULL;
	int			member = -1;

	if (relid == from)
		return columns;
	while ((member = bms_next_member(columns, member)) >= 0)
	{
		AttrNumber	attnum = member + FirstLowInvalidHeapAttributeNumber;
		char	   *name = attnum > 0 ? get_attname(from, attnum, true) : NULL;

		if (name)
			attnum = get_attnum(relid, name);
		else if (attnum > 0)
			continue;
		mapped = bms_add_member(mapped, ASB_MEMBER(attnum));
	}
	return mapped;
}

/* The columns of a foreign key. */
static Bitmapset *
referring_columns(HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	ArrayType  *key = DatumGetArrayTypeP(heap_getattr(tuple, Anum_pg_constraint_conkey, desc, &isnull));
	Bitmapset  *columns = NULL;

	for (int i = 0; i < ARR_DIMS(key)[0]; i++)
		columns = bms_add_member(columns, ASB_MEMBER(((int16 *) ARR_DATA_PTR(key))[i]));
	return columns;
}

static void
add_constraint(HeapTuple tuple, TupleDesc desc, One *one)
{
	switch (((Form_pg_constraint) GETSTRUCT(tuple))->contype)
	{
		case CONSTRAINT_CHECK:
			add_plain_check(one, add_expression(NULL, tuple, desc, Anum_pg_constraint_conbin));
			break;
		case CONSTRAINT_FOREIGN:
			add_plain_check(one, referring_columns(tuple, desc))->if_changed = true;
			break;
		default:
			break;
	}
}

/* A policy's subqueries may look at the row, too. */
static void
add_policy(HeapTuple tuple, TupleDesc desc, One *one)
{
	List	   *vars = list_concat(pull_vars_of_level(expression_of(tuple, desc, Anum_pg_policy_polqual), 0),
								   pull_vars_of_level(expression_of(tuple, desc, Anum_pg_policy_polwithcheck), 0));
	ListCell   *cell;

	foreach(cell, vars)
		one->policies = bms_add_member(one->policies, ASB_MEMBER(lfirst_node(Var, cell)->varattno));
}

/* A row must go on fitting into its partition, or find another. */
static void
add_bounds(One *one)
{
	for (Oid child = one->relid; get_rel_relispartition(child);)
	{
		Oid			parent = get_partition_parent(child, true);
		HeapTuple	tuple = SearchSysCache1(PARTRELID, ObjectIdGetDatum(parent));
		Form_pg_partitioned_table form;
		Bitmapset  *columns;
		Datum		expressions;
		bool		isnull;

		if (!HeapTupleIsValid(tuple))
			return;
		form = (Form_pg_partitioned_table) GETSTRUCT(tuple);
		columns = add_vector(NULL, &form->partattrs, form->partnatts);
		expressions = SysCacheGetAttr(PARTRELID, tuple, Anum_pg_partitioned_table_partexprs, &isnull);
		if (!isnull)
			pull_varattnos(stringToNode(TextDatumGetCString(expressions)), 1, &columns);
		ReleaseSysCache(tuple);
		columns = columns_of(one->relid, columns, parent);
		add_plain_check(one, columns);
		one->moves = bms_add_members(one->moves, columns);
		child = parent;
	}
}

/* What a column is generated from is computed together: it may not be computable. */
static void
add_generation(HeapTuple tuple, TupleDesc desc, One *one)
{
	if (get_attgenerated(one->relid, ((Form_pg_attrdef) GETSTRUCT(tuple))->adnum) != '\0')
		add_plain_check(one, add_expression(NULL, tuple, desc, Anum_pg_attrdef_adbin));
}

/* A generated column is made of others. */
static void
add_generated(HeapTuple tuple, TupleDesc desc, One *one)
{
	AttrNumber	attnum = ((Form_pg_attrdef) GETSTRUCT(tuple))->adnum;
	ListCell   *cell;

	if (get_attgenerated(one->relid, attnum) == '\0')
		return;
	if (asb_has_column(one->compared.keys, attnum))
		one->compared.makers = add_expression(one->compared.makers, tuple, desc, Anum_pg_attrdef_adbin);
	foreach(cell, one->compared.checks)
	{
		AsbCheck   *check = lfirst(cell);

		if (asb_has_column(check->columns, attnum))
			check->makers = add_expression(check->makers, tuple, desc, Anum_pg_attrdef_adbin);
	}
}

/* A trigger may make anything of anything. */
static void
add_trigger(HeapTuple tuple, TupleDesc desc, One *one)
{
	int16		type = ((Form_pg_trigger) GETSTRUCT(tuple))->tgtype;
	Bitmapset  *shown = asb_shown_to_trigger(tuple, desc);
	ListCell   *cell;

	one->compared.shown = bms_add_members(one->compared.shown, shown);
	if (!TRIGGER_FOR_ROW(type) || !TRIGGER_FOR_BEFORE(type) ||
		(!TRIGGER_FOR_INSERT(type) && !TRIGGER_FOR_UPDATE(type)))
		return;
	if (one->compared.keys)
	{
		one->compared.makers = bms_add_member(one->compared.makers, ASB_WHOLE_ROW);
		one->compared.inserts = true;
	}
	foreach(cell, one->compared.checks)
	{
		AsbCheck   *check = lfirst(cell);

		check->makers = bms_add_member(check->makers, ASB_WHOLE_ROW);
	}
	/* it cannot set what it does not see */
	if (one->moves && (bms_overlap(shown, one->moves) || bms_is_member(ASB_WHOLE_ROW, shown)))
		one->moves = bms_add_member(one->moves, ASB_WHOLE_ROW);
}

/* A rule has the row that is changed or deleted as OLD, and what is not set of it as NEW. */
static void
add_rule(HeapTuple tuple, TupleDesc desc, One *one)
{
	char		event = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_type;
	List	   *actions;

	if (event != '0' + CMD_UPDATE && event != '0' + CMD_DELETE)
		return;
	actions = castNode(List, expression_of(tuple, desc, Anum_pg_rewrite_ev_action));
	/* unless it is DO INSTEAD NOTHING, whatever the row */
	if (expression_of(tuple, desc, Anum_pg_rewrite_ev_qual) == NULL &&
		list_length(actions) == 1 && linitial_node(Query, actions)->commandType == CMD_NOTHING)
		return;
	one->compared.shown = bms_add_member(one->compared.shown, ASB_WHOLE_ROW);
}

/* A value that is never stored out of line may leave no room for the others of its row. */
static void
add_row(One *one)
{
	int			natts = asb_relation_natts(one->relid);
	Bitmapset  *plain = NULL;

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(one->relid), Int16GetDatum(attnum));

		if (!HeapTupleIsValid(tuple))
			continue;
		if (((Form_pg_attribute) GETSTRUCT(tuple))->attlen < 0 &&
			((Form_pg_attribute) GETSTRUCT(tuple))->attstorage == TYPSTORAGE_PLAIN)
			plain = bms_add_member(plain, ASB_MEMBER(attnum));
		ReleaseSysCache(tuple);
	}
	if (plain)
		add_check(one, bms_make_singleton(ASB_WHOLE_ROW), plain);
}

AsbCompared
asb_compared(Oid relid)
{
	List	   *relids = has_subclass(relid) ?
	find_all_inheritors(relid, NoLock, NULL) : list_make1_oid(relid);
	AsbCompared all = {NULL};
	ListCell   *cell;
	ListCell   *check_cell;

	foreach(cell, relids)
	{
		One			one = {relid, lfirst_oid(cell)};

		each_row(IndexRelationId, IndexIndrelidIndexId, Anum_pg_index_indrelid, &one, add_index);
		each_row(ConstraintRelationId, ConstraintRelidTypidNameIndexId, Anum_pg_constraint_conrelid,
				 &one, add_constraint);
		add_bounds(&one);
		/* one lets a row pass that another does not */
		each_row(PolicyRelationId, PolicyPolrelidPolnameIndexId, Anum_pg_policy_polrelid, &one, add_policy);
		if (one.policies)
			add_plain_check(&one, one.policies);
		each_row(AttrDefaultRelationId, AttrDefaultIndexId, Anum_pg_attrdef_adrelid, &one, add_generation);
		add_row(&one);
		one.compared.makers = bms_copy(one.compared.keys);
		each_row(AttrDefaultRelationId, AttrDefaultIndexId, Anum_pg_attrdef_adrelid, &one, add_generated);
		each_row(TriggerRelationId, TriggerRelidNameIndexId, Anum_pg_trigger_tgrelid, &one, add_trigger);
		/* where a row goes to it is new, for all that the partition has of its own */
		if (one.moves)
			add_check(&one, bms_make_singleton(ASB_WHOLE_ROW), one.moves)->if_changed = true;
		each_row(RewriteRelationId, RewriteRelRulenameIndexId, Anum_pg_rewrite_ev_class, &one, add_rule);

		all.keys = bms_add_members(all.keys, columns_of(relid, one.compared.keys, one.relid));
		all.makers = bms_add_members(all.makers, columns_of(relid, one.compared.makers, one.relid));
		all.inserts |= one.compared.inserts;
		all.shown = bms_add_members(all.shown, columns_of(relid, one.compared.shown, one.relid));
		foreach(check_cell, one.compared.checks)
		{
			AsbCheck   *check = lfirst(check_cell);

			check->columns = columns_of(relid, check->columns, one.relid);
			check->makers = columns_of(relid, check->makers, one.relid);
		}
		all.checks = list_concat(all.checks, one.compared.checks);
	}
	return all;
}
