/*
 * object.c
 *	  Labels of tables, columns and functions, as SECURITY LABEL gave them.
 *
 * Two tables in this backend.  "given" holds what stands in pg_seclabel, read
 * in one go and dropped when label_definitions is invalidated, which every
 * SECURITY LABEL statement sees to (provider.c).  "relations" holds what follows
 * from it for relations that were asked for; it depends on inheritance, indexes
 * and triggers and is dropped at any change of a relation or function.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_seclabel.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "core/catalog.h"
#include "core/table.h"
#include "flow/compared.h"
#include "flow/object.h"
#include "flow/unwritten.h"
#include "session/role_label.h"

/* What SECURITY LABEL gave to one object; column 0 is the object itself. */
typedef struct GivenKey
{
	Oid			class_id;
	Oid			object_id;
	int32		column;
} GivenKey;

typedef struct Given
{
	GivenKey	key;
	AsbLabelSet set;
	bool		undefined;
} Given;

static HTAB *given = NULL;

AsbObjectsLabelled asb_objects_labelled = {false};

static HTAB *relations = NULL;
static MemoryContext relations_context = NULL;
static bool relations_valid = false;

static void
forget_given(void)
{
	asb_objects_labelled.known = false;
	relations_valid = false;
}

static void
forget_relations(Datum arg, Oid relid)
{
	relations_valid = false;
}

/* what triggers are shown depends on their source */
static void
forget_functions(Datum arg, int cacheid, uint32 hashvalue)
{
	relations_valid = false;
}

static void
note_given(const FormData_pg_seclabel *row, const char *label)
{
	GivenKey	key = {row->classoid, row->objoid, row->objsubid};
	Given	   *entry = hash_search(given, &key, HASH_ENTER, NULL);
	char	   *unknown = NULL;

	entry->set = asb_labels_parse(label, &unknown);
	entry->undefined = unknown != NULL;
	asb_objects_labelled.all |= entry->set;
	if (row->classoid == RelationRelationId)
		asb_objects_labelled.relations = true;
	else
		asb_objects_labelled.functions = true;
}

static void
read_given(void)
{
	HTAB	   *before = given;
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;

	/* not to be destroyed twice, if the session has no memory for the new one */
	given = NULL;
	if (before)
		hash_destroy(before);
	given = asb_table_create("agentsandbox labels given", TopMemoryContext, sizeof(GivenKey), sizeof(Given));

	/*
	 * News come in with locks, such as that of label_definitions, which is
	 * opened for the first label only.  Then we read again.
	 */
	asb_labels_watch();
	rel = table_open(SecLabelRelationId, AccessShareLock);
	asb_objects_labelled = (AsbObjectsLabelled) {.known = true};
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		bool		isnull;
		Datum		provider = heap_getattr(tuple, Anum_pg_seclabel_provider, desc, &isnull);

		if (strcmp(TextDatumGetCString(provider), ASB_LABEL_PROVIDER) == 0)
			note_given((FormData_pg_seclabel *) GETSTRUCT(tuple),
					   TextDatumGetCString(heap_getattr(tuple, Anum_pg_seclabel_label, desc, &isnull)));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

void
asb_objects_read(void)
{
	/* an error, or news, while reading leaves the flag down */
	while (!asb_objects_labelled.known)
	{
		PG_TRY();
		{
			read_given();
		}
		PG_CATCH();
		{
			asb_objects_labelled.known = false;
			PG_RE_THROW();
		}
		PG_END_TRY();
	}
}

static const Given *
find_given(Oid class_id, Oid object_id, int32 column)
{
	GivenKey	key = {class_id, object_id, column};

	return hash_search(given, &key, HASH_FIND, NULL);
}

/* The relations that this one inherits from directly. */
static List *
parents_of(Oid relid)
{
	Relation	rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *parents = NIL;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return parents;
}

static void
add_column(AsbRelationLabels *entry, AttrNumber attnum, AsbLabelSet set)
{
	for (int i = 0; i < entry->ncolumns; i++)
	{
		if (entry->columns[i].attnum == attnum)
		{
			entry->columns[i].set |= set;
			return;
		}
	}
	if (entry->columns == NULL)
		entry->columns = MemoryContextAlloc(relations_context, sizeof(AsbColumnLabels));
	else
		entry->columns = repalloc(entry->columns, (entry->ncolumns + 1) * sizeof(AsbColumnLabels));
	entry->columns[entry->ncolumns++] = (AsbColumnLabels) {attnum, set, NULL};
}

/* The number here of a column of a relation above or below this one. */
static AttrNumber
our_column(const AsbRelationLabels *entry, Oid relid, AttrNumber attnum)
{
	char	   *name;

	if (relid == entry->relid)
		return attnum;
	name = get_attname(relid, attnum, true);
	return name ? get_attnum(entry->relid, name) : InvalidAttrNumber;
}

/*
 * Adds what was given to a relation: this one, one above or one below it.
 * True if one of its columns has a label.
 */
static bool
add_given(AsbRelationLabels *entry, Oid relid, AsbLabelSet *set)
{
	const Given *object = find_given(RelationRelationId, relid, 0);
	int			natts = asb_relation_natts(relid);
	bool		columns = false;

	if (object)
	{
		*set |= object->set;
		entry->undefined |= object->undefined;
	}
	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		const Given *column = find_given(RelationRelationId, relid, attnum);
		AttrNumber	ours;

		if (column == NULL)
			continue;
		columns = true;
		ours = our_column(entry, relid, attnum);
		entry->undefined |= column->undefined;
		add_column(entry, ours, column->set);
	}
	return columns;
}

/* A generated column tells of those that it is made of: this relation's, or of one below it. */
static void
add_generated(AsbRelationLabels *entry, Oid relid)
{
	int			natts = asb_relation_natts(relid);

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		Bitmapset  *from = asb_generated_from(relid, attnum);
		AttrNumber	ours = from ? our_column(entry, relid, attnum) : InvalidAttrNumber;
		AsbLabelSet set = 0;
		int			member = -1;

		if (ours == InvalidAttrNumber)
			continue;
		while ((member = bms_next_member(from, member)) >= 0)
		{
			AttrNumber	made_of = member + FirstLowInvalidHeapAttributeNumber;
			AttrNumber	our_own = our_column(entry, relid, made_of);
			const Given *column = find_given(RelationRelationId, relid, made_of);

			if (our_own != InvalidAttrNumber)
				set |= asb_column_labels(entry, our_own);
			if (column)
				set |= column->set;
		}
		if (set)
			add_column(entry, ours, set);
	}
}

static void
fill(AsbRelationLabels *entry)
{
	List	   *above = list_make1_oid(entry->relid);
	List	   *tree = list_make1_oid(entry->relid);
	bool		columns = false;
	ListCell   *cell;
	Oid			owner;
	int32		column;

	/* a sequence is its column's */
	if (get_rel_relkind(entry->relid) == RELKIND_SEQUENCE &&
		(sequenceIsOwned(entry->relid, DEPENDENCY_AUTO, &owner, &column) ||
		 sequenceIsOwned(entry->relid, DEPENDENCY_INTERNAL, &owner, &column)))
	{
		const Given *numbered = find_given(RelationRelationId, owner, column);

		if (numbered)
		{
			entry->own |= numbered->set;
			entry->undefined |= numbered->undefined;
		}
		above = lappend_oid(above, owner);
	}

	/* the list grows while it is walked */
	foreach(cell, above)
	{
		columns |= add_given(entry, lfirst_oid(cell), &entry->own);
		above = list_concat_unique_oid(above, parents_of(lfirst_oid(cell)));
	}
	if (has_subclass(entry->relid))
		tree = find_all_inheritors(entry->relid, NoLock, NULL);
	foreach(cell, tree)
	{
		if (lfirst_oid(cell) != entry->relid)
			columns |= add_given(entry, lfirst_oid(cell), &entry->below);
	}
	foreach(cell, columns ? tree : NIL)
		add_generated(entry, lfirst_oid(cell));
}

static void
reset_relations(void)
{
	if (relations_context == NULL)
		relations_context = AllocSetContextCreate(TopMemoryContext, "agentsandbox labels of relations",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(relations_context);
	relations = asb_table_create("agentsandbox labels of relations", relations_context,
								 sizeof(Oid), sizeof(AsbRelationLabels));
	relations_valid = true;
}

static const AsbRelationLabels *pg_noinline
enter_relation(Oid relid)
{
	AsbRelationLabels made = {.relid = relid};
	AsbRelationLabels *entry;

	fill(&made);
	/* news while we looked make the next call look again */
	entry = hash_search(relations, &relid, HASH_ENTER, NULL);
	*entry = made;
	return entry;
}

static const AsbRelationLabels *pg_noinline
find_relation(Oid relid)
{
	const AsbRelationLabels *entry;

	if (!relations_valid)
		reset_relations();
	entry = hash_search(relations, &relid, HASH_FIND, NULL);
	return entry ? entry : enter_relation(relid);
}

const AsbRelationLabels *
asb_relation_labels(Oid relid)
{
	const AsbRelationLabels *entry;

	if (!asb_objects()->relations)
		return NULL;
	entry = find_relation(relid);
	return entry->own || entry->below || entry->ncolumns > 0 || entry->undefined ? entry : NULL;
}

void
asb_relation_compare(const AsbRelationLabels *relation)
{
	AsbRelationLabels *entry = unconstify(AsbRelationLabels *, relation);
	AsbCompared compared;
	MemoryContext oldcontext;
	ListCell   *cell;

	if (entry->compared)
		return;
	compared = asb_compared(entry->relid);
	oldcontext = MemoryContextSwitchTo(relations_context);

	entry->keys = bms_copy(compared.keys);
	entry->makers = bms_copy(compared.makers);
	entry->inserts = compared.inserts;
	entry->shown = bms_copy(compared.shown);
	for (int i = 0; i < entry->ncolumns; i++)
	{
		AsbColumnLabels *column = &entry->columns[i];

		foreach(cell, compared.checks)
		{
			const AsbCheck *check = lfirst(cell);
			Bitmapset  *makers;

			if (!asb_has_column(check->columns, column->attnum))
				continue;
			makers = bms_copy(check->makers);
			/* its own new value tells nothing of the old one */
			if (column->attnum != InvalidAttrNumber && !check->if_changed)
				makers = bms_del_member(makers, ASB_MEMBER(column->attnum));
			column->checked = bms_add_members(column->checked, makers);
		}
	}
	MemoryContextSwitchTo(oldcontext);
	entry->compared = true;
}

bool
asb_has_column(const Bitmapset *columns, AttrNumber attnum)
{
	return bms_is_member(ASB_MEMBER(attnum), columns) || bms_is_member(ASB_WHOLE_ROW, columns);
}

AsbLabelSet
asb_column_labels(const AsbRelationLabels *relation, AttrNumber attnum)
{
	for (int i = 0; i < relation->ncolumns; i++)
	{
		if (relation->columns[i].attnum == attnum)
			return relation->columns[i].set;
	}
	return 0;
}

AsbLabelSet
asb_function_labels(Oid funcid, bool *undefined)
{
	const Given *function;

	function = asb_objects()->functions ? find_given(ProcedureRelationId, funcid, 0) : NULL;
	*undefined = function && function->undefined;
	return function ? function->set : 0;
}

bool
asb_function_given_labels(Oid funcid)
{
	return find_given(ProcedureRelationId, funcid, 0) != NULL;
}

void
asb_object_init(void)
{
	asb_labels_on_change(forget_given);
	CacheRegisterRelcacheCallback(forget_relations, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, forget_functions, (Datum) 0);
}
