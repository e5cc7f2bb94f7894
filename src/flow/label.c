/*
 * label.c
 *	  Sets of labels: names, bits and their order.
 *
 * The definitions are read once and kept until the relation cache says that
 * label_definitions has changed.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "core/catalog.h"
#include "flow/label.h"

/* Columns of agentsandbox.label_definitions, in the order of tables/35_labels.sql. */
enum
{
	Anum_labels_name = 1,
	Anum_labels_bit
};

#define MAX_LABELS 64

/* by bit; an empty name is a bit that nobody has */
static char names[MAX_LABELS][NAMEDATALEN];
static bool names_valid = false;
static bool names_changed = false;
static Oid	definitions_relid = InvalidOid;

static AsbLabelsCallback changed_callback = NULL;

static void
invalidate_definitions(Datum arg, Oid relid)
{
	if (OidIsValid(relid) && relid != definitions_relid)
		return;
	names_valid = false;
	names_changed = true;
	if (changed_callback)
		changed_callback();
}

void
asb_labels_watch(void)
{
	definitions_relid = asb_relation_oid(ASB_REL_LABEL_DEFINITIONS);
}

static void
read_definitions(void)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_LABEL_DEFINITIONS), AccessShareLock);
	Snapshot	snapshot = asb_latest_snapshot();
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	HeapTuple	tuple;

	definitions_relid = RelationGetRelid(rel);
	memset(names, 0, sizeof(names));
	/* an error, or news, while reading makes us read again */
	names_changed = false;
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;
		int			bit = DatumGetInt16(heap_getattr(tuple, Anum_labels_bit, RelationGetDescr(rel), &isnull));
		char	   *name = TextDatumGetCString(heap_getattr(tuple, Anum_labels_name,
															RelationGetDescr(rel), &isnull));

		strlcpy(names[bit], name, NAMEDATALEN);
	}
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	names_valid = !names_changed;
}

static void
ensure_definitions(void)
{
	if (!names_valid)
		read_definitions();
}

AsbLabelSet
asb_label_find(const char *name, int length)
{
	ensure_definitions();
	for (int bit = 0; length > 0 && bit < MAX_LABELS; bit++)
	{
		if (strncmp(names[bit], name, length) == 0 && names[bit][length] == '\0')
			return UINT64CONST(1) << bit;
	}
	return 0;
}

AsbLabelSet
asb_labels_parse(const char *list, char **unknown)
{
	AsbLabelSet set = 0;

	for (;;)
	{
		const char *end = strchrnul(list, ',');
		int			length;
		AsbLabelSet label;

		list += strspn(list, " ");
		length = Max(end - list, 0);
		while (length > 0 && list[length - 1] == ' ')
			length--;
		label = length < NAMEDATALEN ? asb_label_find(list, length) : 0;
		if (label == 0 && unknown)
			*unknown = pnstrdup(list, length);
		set |= label;
		if (*end == '\0')
			return set;
		list = end + 1;
	}
}

AsbLabelSet
asb_labels_from_array(ArrayType *array, bool *unknown)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	AsbLabelSet set = 0;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		char	   *name = nulls[i] ? NULL : TextDatumGetCString(elements[i]);
		AsbLabelSet label = name && strlen(name) < NAMEDATALEN ?
			asb_label_find(name, strlen(name)) : 0;

		if (label == 0 && unknown)
			*unknown = true;
		set |= label;
	}
	return set;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

char	  **
asb_labels_names(AsbLabelSet set, int *n)
{
	char	  **list = palloc(MAX_LABELS * sizeof(char *));

	ensure_definitions();
	*n = 0;
	for (int bit = 0; bit < MAX_LABELS; bit++)
	{
		if ((set & (UINT64CONST(1) << bit)) && names[bit][0] != '\0')
			list[(*n)++] = pstrdup(names[bit]);
	}
	qsort(list, *n, sizeof(char *), compare_names);
	return list;
}

ArrayType *
asb_labels_to_array(AsbLabelSet set)
{
	int			n;
	char	  **list = asb_labels_names(set, &n);
	Datum	   *elements = palloc(Max(n, 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		elements[i] = CStringGetTextDatum(list[i]);
	return construct_array(elements, n, TEXTOID, -1, false, TYPALIGN_INT);
}

char *
asb_labels_text(AsbLabelSet set)
{
	StringInfoData text;
	int			n;
	char	  **list = asb_labels_names(set, &n);

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", list[i]);
	return text.data;
}

void
asb_labels_lock(void)
{
	LockRelationOid(asb_relation_oid(ASB_REL_LABEL_DEFINITIONS), RowShareLock);
}

bool
asb_labels_try_lock(void)
{
	return ConditionalLockRelationOid(asb_relation_oid(ASB_REL_LABEL_DEFINITIONS), RowShareLock);
}

void
asb_labels_changed(void)
{
	CacheInvalidateRelcacheByRelid(asb_relation_oid(ASB_REL_LABEL_DEFINITIONS));
}

void
asb_labels_on_change(AsbLabelsCallback callback)
{
	Assert(changed_callback == NULL);
	changed_callback = callback;
}

void
asb_label_init(void)
{
	CacheRegisterRelcacheCallback(invalidate_definitions, (Datum) 0);
}
