/*
 * provider.c
 *	  The security label provider "agentsandbox": judges SECURITY LABEL
 *	  statements by object class and refuses what it does not know.
 *
 * Labels of roles and databases are written by the extension itself; a
 * superuser may write them too, since pg_dumpall restores them that way.
 * Labels of tables, columns and functions are lists of names of labels.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/seclabel.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "core/wakeup.h"
#include "flow/label.h"
#include "flow/provider.h"
#include "session/role_label.h"

static void
require_superuser(void)
{
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be superuser to label roles and databases for agentsandbox")));
}

static void pg_attribute_noreturn()
refuse_object(const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("agentsandbox has no labels for this kind of object"),
			 why ? errdetail("%s", why) : 0,
			 errhint("Tables, views, materialized views, foreign tables, their columns, and functions can be labelled.")));
}

/* Refuses what no gate asks about, where a label would be an empty promise. */
static void
check_object(const ObjectAddress *object)
{
	Oid			schema;

	if (object->classId == RelationRelationId)
	{
		switch (get_rel_relkind(object->objectId))
		{
			case RELKIND_RELATION:
			case RELKIND_PARTITIONED_TABLE:
			case RELKIND_VIEW:
			case RELKIND_MATVIEW:
			case RELKIND_FOREIGN_TABLE:
				break;
			case RELKIND_SEQUENCE:
				refuse_object("A sequence has the labels of the table that owns it.");
			default:
				refuse_object("It has no rows of its own.");
		}
		schema = get_rel_namespace(object->objectId);
	}
	else
	{
		Oid			result = get_func_rettype(object->objectId);

		if (result == TRIGGEROID || result == EVENT_TRIGGEROID)
			refuse_object("No statement calls a trigger function.");
		schema = get_func_namespace(object->objectId);
	}

	if (object->objectId < FirstNormalObjectId)
		refuse_object("It is the server's own.");
	if (schema == asb_schema_oid())
		refuse_object("It is agentsandbox's own.");
}

/*
 * pg_dump restores labels of objects before the rows of label_definitions, and
 * turns check_function_bodies off for references of that sort.  Until the label
 * is defined, nobody sandboxed can read the object.
 */
static void
check_names(const char *list)
{
	char	   *unknown = NULL;
	AsbLabelSet set = asb_labels_parse(list, &unknown);

	if (unknown && check_function_bodies)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("label \"%s\" does not exist", unknown),
				 errdetail("A label of an object is a list of names with commas between."),
				 errhint("agentsandbox.labels lists those that exist; agentsandbox.create_label() makes one.")));
	if (set & ASB_LABEL_SEALED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("label \"sealed\" is for conversations only"),
				 errhint("Use agentsandbox.alter_profile(..., auto_seal => ...) to seal those that read an object's label.")));
}

/* Every plan and every backend must hear of it. */
static void
invalidate_object(const ObjectAddress *object)
{
	if (object->classId == RelationRelationId)
		CacheInvalidateRelcacheByRelid(object->objectId);
	else
	{
		HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(object->objectId));

		if (HeapTupleIsValid(tuple))
		{
			Relation	rel = table_open(ProcedureRelationId, AccessShareLock);

			CacheInvalidateHeapTuple(rel, tuple, NULL);
			table_close(rel, AccessShareLock);
			ReleaseSysCache(tuple);
		}
	}
	asb_labels_changed();
}

static void
check_label(const ObjectAddress *object, const char *label)
{
	AsbRoleLabel parsed;
	bool		valid;

	switch (object->classId)
	{
		case RelationRelationId:
		case ProcedureRelationId:
			check_object(object);
			asb_labels_lock();
			if (label)
				check_names(label);
			invalidate_object(object);
			return;
		case AuthIdRelationId:
			require_superuser();
			valid = label == NULL || asb_role_label_parse(label, &parsed);
			break;
		case DatabaseRelationId:
			require_superuser();
			valid = label == NULL || strcmp(label, "enabled") == 0;
			asb_wakeup_at_commit();
			break;
		default:
			refuse_object(NULL);
	}

	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("\"%s\" is not a label of agentsandbox", label)));
}

void
asb_provider_init(void)
{
	register_label_provider(ASB_LABEL_PROVIDER, check_label);
}
