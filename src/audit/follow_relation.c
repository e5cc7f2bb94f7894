/*
 * follow_relation.c
 *	  What is reached through a relation: what its triggers, defaults,
 *	  constraints, policies and foreign keys do, and its partitions.
 *
 * The queries of a foreign key run as the owner of the table they are about,
 * past its policies; everything else as the current user.  Views and rules
 * are in follow_view.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "audit/follow.h"
#include "audit/row_filter.h"
#include "audit/surface_relation.h"
#include "core/compat.h"

bool
asb_follow_triggers(AsbSurface *surface, AclMode command, const AsbActor *actor, AsbRelation *relation)
{
	int			event = command == ACL_INSERT ? TRIGGER_TYPE_INSERT :
	command == ACL_UPDATE ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_DELETE;
	bool		replaced = false;
	ListCell   *cell;

	/* an UPDATE may move a row from one partition to another */
	if (command == ACL_UPDATE && relation->form->relispartition)
		event |= TRIGGER_TYPE_INSERT | TRIGGER_TYPE_DELETE;
	foreach(cell, relation->triggers)
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT((HeapTuple) lfirst(cell));
		AsbActor	step;

		if ((form->tgtype & event) == 0)
			continue;
		step = asb_actor_step(actor, psprintf("trigger %s", quote_identifier(NameStr(form->tgname))));
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_trigger_tgqual);
		/* nobody needs a privilege for a trigger to run */
		asb_reach_function(surface, &step, form->tgfoid, false);
		replaced |= (form->tgtype & TRIGGER_TYPE_INSTEAD) != 0;
	}
	return replaced;
}

static void
follow_policies(AsbSurface *surface, const AsbUse *use, const AsbActor *actor, AsbRelation *relation)
{
	ListCell   *cell;

	if (relation->policies == NIL || use->key.unfiltered ||
		!asb_row_filtered(relation, asb_actual_role(surface, use->key.checked_as)))
		return;
	foreach(cell, relation->policies)
	{
		HeapTuple	policy = lfirst(cell);
		AsbActor	step;

		if (!asb_policy_applies(surface, policy, use->key.command,
								asb_actual_role(surface, use->key.checked_as)))
			continue;
		step = asb_actor_step(actor, psprintf("policy %s", quote_identifier(NameStr(((Form_pg_policy) GETSTRUCT(policy))->polname))));
		asb_follow_stored(surface, &step, policy, Anum_pg_policy_polqual);
		asb_follow_stored(surface, &step, policy, Anum_pg_policy_polwithcheck);
	}
}

/* The functions of the operators that a constraint has in a column; it may be null. */
static void
reach_operators(AsbSurface *surface, const AsbActor *actor, HeapTuple constraint, AttrNumber attnum)
{
	bool		isnull;
	Datum		value = asb_world_value(surface->world, constraint, attnum, &isnull);
	ArrayType  *array;

	if (isnull)
		return;
	array = DatumGetArrayTypeP(value);
	for (int i = 0; i < ARR_DIMS(array)[0]; i++)
		asb_reach_function(surface, actor, get_opcode(((Oid *) ARR_DATA_PTR(array))[i]), false);
}

static void
follow_classes(AsbSurface *surface, const AsbActor *actor, HeapTuple row, AttrNumber attnum)
{
	bool		isnull;
	oidvector  *classes = (oidvector *) DatumGetPointer(asb_world_value(surface->world, row, attnum, &isnull));

	for (int i = 0; i < classes->dim1; i++)
		asb_follow_operator_class(surface, actor, classes->values[i]);
}

/* A column that has no default of its own has that of its domain. */
static void
follow_defaults(AsbSurface *surface, const AsbActor *actor, AsbRelation *relation)
{
	Bitmapset  *own = NULL;
	ListCell   *cell;
	AsbActor	step;

	foreach(cell, relation->defaults)
	{
		AttrNumber	column = ((Form_pg_attrdef) GETSTRUCT((HeapTuple) lfirst(cell)))->adnum;

		if (relation->columns[column - 1] == NULL)
			continue;
		own = bms_add_member(own, column);
		step = asb_actor_step(actor, psprintf("default of column %s", quote_identifier(relation->columns[column - 1])));
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_attrdef_adbin);
	}
	for (AttrNumber column = 1; column <= relation->form->relnatts; column++)
	{
		Oid			typid = relation->types[column - 1].oid;
		HeapTuple	row;

		if (relation->columns[column - 1] == NULL || typid < FirstNormalObjectId || bms_is_member(column, own))
			continue;
		row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(typid));
		if (!HeapTupleIsValid(row))
			continue;
		step = asb_actor_step(actor, psprintf("default of type %s", asb_world_type(surface->world, typid)));
		asb_follow_stored(surface, &step, row, Anum_pg_type_typdefaultbin);
		ReleaseSysCache(row);
	}
}

/* Expressions that are evaluated when a row is written. */
static void
follow_expressions(AsbSurface *surface, const AsbActor *actor, AsbRelation *relation)
{
	ListCell   *cell;
	AsbActor	step;
	int			attnum = -1;

	for (int i = 0; i < relation->form->relnatts; i++)
	{
		if (relation->columns[i] != NULL)
			asb_reach_type(surface, actor, relation->types[i].oid);
	}
	foreach(cell, relation->constraints)
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT((HeapTuple) lfirst(cell));

		if (form->contype == CONSTRAINT_FOREIGN)
			continue;
		step = asb_actor_step(actor, psprintf("%s constraint %s",
											  form->contype == CONSTRAINT_CHECK ? "check" : "exclusion",
											  quote_identifier(NameStr(form->conname))));
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_constraint_conbin);
		reach_operators(surface, &step, lfirst(cell), Anum_pg_constraint_conexclop);
	}
	foreach(cell, relation->indexes)
	{
		const char *name = get_rel_name(((Form_pg_index) GETSTRUCT((HeapTuple) lfirst(cell)))->indexrelid);

		step = asb_actor_step(actor, name ? psprintf("index %s", quote_identifier(name)) : "index");
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_index_indexprs);
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_index_indpred);
		follow_classes(surface, &step, lfirst(cell), Anum_pg_index_indclass);
	}
	foreach(cell, relation->partition_keys)
	{
		step = asb_actor_step(actor, "partition key");
		asb_follow_stored(surface, &step, lfirst(cell), Anum_pg_partitioned_table_partexprs);
		follow_classes(surface, &step, lfirst(cell), Anum_pg_partitioned_table_partclass);
	}
	while ((attnum = bms_next_member(relation->identities, attnum)) >= 0)
	{
		step = asb_actor_step(actor, psprintf("identity column %s", quote_identifier(relation->columns[attnum - 1])));
		asb_reach_sequence(surface, &step, asb_identity_sequence(relation->oid, attnum), false);
	}
}

/* Calls of constants in what the planner looks at, when it finds rows. */
static void
follow_planning(AsbSurface *surface, const AsbActor *actor, AsbRelation *relation)
{
	AsbActor	step = asb_actor_step(actor, "planning, which computes what is constant");
	ListCell   *cell;

	foreach(cell, relation->constraints)
	{
		if (((Form_pg_constraint) GETSTRUCT((HeapTuple) lfirst(cell)))->contype == CONSTRAINT_CHECK)
			asb_follow_constants(surface, &step, lfirst(cell), Anum_pg_constraint_conbin);
	}
	foreach(cell, relation->indexes)
	{
		asb_follow_constants(surface, &step, lfirst(cell), Anum_pg_index_indexprs);
		asb_follow_constants(surface, &step, lfirst(cell), Anum_pg_index_indpred);
	}
	foreach(cell, relation->partition_keys)
		asb_follow_constants(surface, &step, lfirst(cell), Anum_pg_partitioned_table_partexprs);
	foreach(cell, relation->statistics)
		asb_follow_constants(surface, &step, lfirst(cell), Anum_pg_statistic_ext_stxexprs);
}

/* The columns in an array of their numbers, as in RangeTblEntry.selectedCols. */
static Bitmapset *
column_set(AsbSurface *surface, HeapTuple row, AttrNumber attnum)
{
	bool		isnull;
	Datum		value = asb_world_value(surface->world, row, attnum, &isnull);
	Bitmapset  *columns = NULL;
	ArrayType  *array;

	if (isnull)
		return NULL;
	array = DatumGetArrayTypeP(value);
	for (int i = 0; i < ARR_DIMS(array)[0]; i++)
		columns = bms_add_member(columns, ((int16 *) ARR_DATA_PTR(array))[i] -
								 FirstLowInvalidHeapAttributeNumber);
	return columns;
}

/*
 * A foreign key is looked at or acted upon, as the owner of the table; whether
 * its columns have changed at all is found out before, as the current user.
 */
static void
reach_by_key(AsbSurface *surface, const AsbActor *actor, HeapTuple key, Oid relid, AclMode command,
			 AttrNumber columns, AttrNumber updated, const char *action)
{
	AsbRelation *relation = asb_world_relation(surface->world, relid);
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(key);
	AsbActor	as;

	if (relation == NULL)
		return;
	as = asb_actor_step(actor, psprintf("foreign key %s %s", quote_identifier(NameStr(form->conname)), action));
	if (updated != InvalidAttrNumber)
		reach_operators(surface, &as, key, updated);
	as = asb_actor_as(surface, &as, relation->form->relowner, relation->form->relowner);
	reach_operators(surface, &as, key, Anum_pg_constraint_conpfeqop);
	asb_reach_relation_unchecked(surface, &as, relid, command, column_set(surface, key, columns), NULL);
}

/* May a trigger give any column another value before the row is written? */
static bool
changes_rows(const AsbRelation *relation)
{
	ListCell   *cell;

	foreach(cell, relation->triggers)
	{
		int16		type = ((Form_pg_trigger) GETSTRUCT((HeapTuple) lfirst(cell)))->tgtype;

		if (TRIGGER_FOR_ROW(type) && TRIGGER_FOR_BEFORE(type) && TRIGGER_FOR_UPDATE(type))
			return true;
	}
	return false;
}

/* The columns of which a row gets new values, those generated from others too; NULL: all. */
static const Bitmapset *
changed_columns(AsbSurface *surface, const AsbUse *use, AsbRelation *relation)
{
	Bitmapset  *changed;
	ListCell   *cell;

	if (use->key.command != ACL_UPDATE || use->columns == NULL || changes_rows(relation))
		return NULL;
	changed = bms_copy(use->columns);
	foreach(cell, relation->defaults)
	{
		AttrNumber	column = ((Form_pg_attrdef) GETSTRUCT((HeapTuple) lfirst(cell)))->adnum;
		Bitmapset  *made_of = NULL;

		if (!bms_is_member(column, relation->generated))
			continue;
		pull_varattnos(asb_world_node(surface->world, lfirst(cell), Anum_pg_attrdef_adbin), 1, &made_of);
		if (bms_overlap(made_of, use->columns))
			changed = bms_add_member(changed, column - FirstLowInvalidHeapAttributeNumber);
	}
	return changed;
}

/* An UPDATE that leaves the columns of a key alone does nothing with it. */
static bool
writes_key(AsbSurface *surface, const Bitmapset *changed, HeapTuple key, AttrNumber columns)
{
	return changed == NULL || bms_overlap(changed, column_set(surface, key, columns));
}

static void
follow_keys(AsbSurface *surface, const AsbUse *use, const AsbActor *actor, AsbRelation *relation)
{
	AclMode		command = use->key.command;
	const char *event = command == ACL_DELETE ? "ON DELETE" : "ON UPDATE";
	const Bitmapset *changed = changed_columns(surface, use, relation);
	ListCell   *cell;

	foreach(cell, relation->constraints)
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT((HeapTuple) lfirst(cell));

		if (form->contype != CONSTRAINT_FOREIGN || command == ACL_DELETE)
			continue;
		/* a row that an UPDATE moves here is new to a key that only this partition has */
		if (writes_key(surface, changed, lfirst(cell), Anum_pg_constraint_conkey) ||
			(relation->form->relispartition && !OidIsValid(form->conparentid)))
			reach_by_key(surface, actor, lfirst(cell), form->confrelid, ACL_SELECT, Anum_pg_constraint_confkey,
						 command == ACL_UPDATE ? Anum_pg_constraint_conffeqop : InvalidAttrNumber,
						 "asks whether the row exists");
	}
	foreach(cell, relation->referencing)
	{
		HeapTuple	key = lfirst(cell);
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(key);
		char		action = command == ACL_DELETE ? form->confdeltype : form->confupdtype;
		AttrNumber	updated = command == ACL_UPDATE ? Anum_pg_constraint_conppeqop : InvalidAttrNumber;

		if (command == ACL_INSERT || !writes_key(surface, changed, key, Anum_pg_constraint_confkey))
			continue;
		switch (action)
		{
			case FKCONSTR_ACTION_CASCADE:
				reach_by_key(surface, actor, key, form->conrelid, command,
							 Anum_pg_constraint_conkey, updated, psprintf("%s CASCADE", event));
				break;
			case FKCONSTR_ACTION_SETNULL:
			case FKCONSTR_ACTION_SETDEFAULT:
				reach_by_key(surface, actor, key, form->conrelid, ACL_UPDATE,
							 Anum_pg_constraint_conkey, updated, psprintf("%s SET", event));
				break;
			default:
				reach_by_key(surface, actor, key, form->conrelid, ACL_SELECT,
							 Anum_pg_constraint_conkey, updated, "asks whether rows refer to it");
		}
	}
}

/* Columns of a child that have the names of these of its parent. */
static Bitmapset *
columns_by_name(AsbRelation *parent, AsbRelation *child, const Bitmapset *columns)
{
	Bitmapset  *result = bms_make_singleton(0);

	if (bms_is_member(-FirstLowInvalidHeapAttributeNumber, columns))
		columns = NULL;
	for (int i = 0; i < parent->form->relnatts; i++)
	{
		if (parent->columns[i] == NULL ||
			(columns && !bms_is_member(i + 1 - FirstLowInvalidHeapAttributeNumber, columns)))
			continue;
		for (int j = 0; j < child->form->relnatts; j++)
		{
			if (child->columns[j] && strcmp(parent->columns[i], child->columns[j]) == 0)
				result = bms_add_member(result, j + 1 - FirstLowInvalidHeapAttributeNumber);
		}
	}
	return result;
}

/* Partitions and children, for which only their parent is asked. */
static void
follow_children(AsbSurface *surface, const AsbUse *use, const AsbActor *actor, AsbRelation *relation)
{
	const char *filter = use->filter;
	ListCell   *cell;

	if (relation->children == NIL ||
		(use->key.command == ACL_INSERT && relation->form->relkind != RELKIND_PARTITIONED_TABLE))
		return;
	if (!use->key.unfiltered)
		filter = asb_row_filter(surface, relation, use->key.command,
								asb_actual_role(surface, use->key.checked_as));
	foreach(cell, relation->children)
	{
		Oid			relid = ((Form_pg_inherits) GETSTRUCT((HeapTuple) lfirst(cell)))->inhrelid;
		AsbRelation *child = asb_world_relation(surface->world, relid);

		if (child)
			asb_reach_relation_unchecked(surface, actor, relid, use->key.command,
										 columns_by_name(relation, child, use->columns), filter);
	}
}

static const char *
short_kind(const AsbRelation *relation)
{
	switch (relation->form->relkind)
	{
		case RELKIND_VIEW:
			return "view";
		case RELKIND_MATVIEW:
			return "materialized view";
		case RELKIND_FOREIGN_TABLE:
			return "foreign table";
		default:
			return "table";
	}
}

void
asb_follow_use_of_relation(AsbSurface *surface, const AsbUse *use)
{
	AsbRelation *relation = asb_world_relation(surface->world, use->key.object);
	AclMode		command = use->key.command;
	AsbActor	actor = {use->key.checked_as, use->key.user, use->path};

	/* most tables lead nowhere */
	if (command == ACL_SELECT && relation->policies == NIL && relation->children == NIL &&
		relation->constraints == NIL && relation->indexes == NIL && relation->partition_keys == NIL &&
		relation->statistics == NIL &&
		relation->form->relkind != RELKIND_VIEW && relation->form->relkind != RELKIND_MATVIEW)
		return;

	actor = asb_actor_step(&actor, psprintf("%s on %s %s", asb_privilege_text(command),
											short_kind(relation), relation->identity));
	follow_policies(surface, use, &actor, relation);
	follow_children(surface, use, &actor, relation);
	if (command != ACL_INSERT)
		follow_planning(surface, &actor, relation);
	/* they are put in before rules and triggers see the row, of a view too */
	if (command == ACL_INSERT || command == ACL_UPDATE)
		follow_defaults(surface, &actor, relation);

	switch (relation->form->relkind)
	{
		case RELKIND_VIEW:
			asb_follow_view(surface, use, &actor, relation);
			break;
		case RELKIND_MATVIEW:
			/* what it holds may have been read before an owner lost a privilege, or by another one */
			actor = asb_actor_step(&actor, "as of its last refresh");
			actor.checked_as = actor.user = BOOTSTRAP_SUPERUSERID;
			asb_follow_node(surface, &actor, (Node *) asb_view_query(surface, relation));
			break;
		default:
			if (command == ACL_SELECT || asb_follow_rules(surface, command, &actor, relation))
				break;
			(void) asb_follow_triggers(surface, command, &actor, relation);
			follow_keys(surface, use, &actor, relation);
			if (command != ACL_DELETE)
				follow_expressions(surface, &actor, relation);
	}
}
