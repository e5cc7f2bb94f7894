/*
 * surface_relation.c
 *	  The part of the surface that is relations, columns and sequences.
 *
 * What is granted of one is in surface_granted.c; here is how rows about
 * relations read, whatever leads to them, and which functions take a sequence.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_table.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

#include "audit/definition.h"
#include "audit/grant.h"
#include "audit/surface_label.h"
#include "audit/surface_relation.h"
#include "confine/function.h"
#include "confine/relation.h"
#include "core/catalog.h"

const AclMode asb_privileges[ASB_PRIVILEGES] = {ACL_SELECT, ACL_INSERT, ACL_UPDATE, ACL_DELETE, ACL_USAGE};

const char *
asb_privilege_text(AclMode privilege)
{
	switch (privilege)
	{
		case ACL_SELECT:
			return "SELECT";
		case ACL_INSERT:
			return "INSERT";
		case ACL_UPDATE:
			return "UPDATE";
		case ACL_DELETE:
			return "DELETE";
		case ACL_USAGE:
			return "USAGE";
		default:
			return "EXECUTE";
	}
}

static const char *
foreign_table_text(Oid relid)
{
	HeapTuple	row = SearchSysCache1(FOREIGNTABLEREL, ObjectIdGetDatum(relid));
	ForeignServer *server = NULL;

	if (HeapTupleIsValid(row))
	{
		server = GetForeignServerExtended(((Form_pg_foreign_table) GETSTRUCT(row))->ftserver,
										  FSV_MISSING_OK);
		ReleaseSysCache(row);
	}
	return server ? psprintf("foreign table of server %s",
							 quote_identifier(server->servername)) : "foreign table";
}

static const char *
kind_text(const AsbRelation *relation)
{
	switch (relation->form->relkind)
	{
		case RELKIND_VIEW:
			return "view";
		case RELKIND_MATVIEW:
			return "materialized view";
		case RELKIND_FOREIGN_TABLE:
			return foreign_table_text(relation->oid);
		case RELKIND_PARTITIONED_TABLE:
			return "partitioned table";
		case RELKIND_SEQUENCE:
			return "sequence";
		default:
			return relation->form->relispartition ? "table, a partition" : "table";
	}
}

const char *
asb_relation_kind(AsbSurface *surface, AsbRelation *relation, AclMode privilege)
{
	const char *digest = asb_relation_digest(surface, relation, privilege);

	return digest[0] ? psprintf("%s%s", kind_text(relation), digest) : kind_text(relation);
}

const char *
asb_column_kind(AsbSurface *surface, const AsbRelation *relation, AttrNumber attnum)
{
	return relation->oid < FirstNormalObjectId || relation->form->relnamespace == asb_schema_oid() ? NULL :
		asb_world_column_type(surface->world, &relation->types[attnum - 1]);
}

const char *
asb_relation_class(const AsbRelation *relation)
{
	return relation->form->relkind == RELKIND_SEQUENCE ? "sequence" : "relation";
}

void
asb_surface_add_relation(AsbSurface *surface, AsbRelation *relation, AclMode privilege,
						 const Bitmapset *columns, const char *row_filter, AsbPath *via)
{
	const char *text = asb_privilege_text(privilege);

	asb_surface_add(surface, asb_relation_class(relation), relation->identity, text, row_filter, via,
					asb_relation_kind(surface, relation, privilege));
	/* the whole row */
	if (bms_is_member(-FirstLowInvalidHeapAttributeNumber, columns))
		columns = NULL;
	if (privilege == ACL_SELECT)
		asb_surface_label_relation(surface, relation, via);
	asb_surface_label_writes(surface, relation, privilege, columns, via);
	if ((privilege & ASB_OF_COLUMNS) == 0)
		return;

	for (AttrNumber attnum = 1; attnum <= relation->form->relnatts; attnum++)
	{
		if (relation->columns[attnum - 1] == NULL ||
			(columns && !bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, columns)))
			continue;
		asb_surface_add(surface, "column", asb_world_column_identity(relation, attnum),
						text, row_filter, via, asb_column_kind(surface, relation, attnum));
		if (privilege == ACL_SELECT)
			asb_surface_label_column(surface, relation, attnum, via);
	}
}

/* Functions that take a sequence by its name, and what they need of it. */
static const struct
{
	Oid			funcid;
	const char *name;
	AclMode		needs;			/* one of these */
}			sequence_functions[] = {
	{F_NEXTVAL, "nextval()", ACL_USAGE | ACL_UPDATE},
	{F_CURRVAL, "currval()", ACL_USAGE | ACL_SELECT},
	{F_SETVAL_REGCLASS_INT8, "setval()", ACL_UPDATE},
	{F_SETVAL_REGCLASS_INT8_BOOL, "setval() with is_called", ACL_UPDATE},
};

typedef struct SequenceUse
{
	AsbSurface *surface;
	AsbRelation *sequence;
	const char *function;
} SequenceUse;

static void
add_sequence_use(AsbPath *via, AclMode mask, void *argument)
{
	SequenceUse *use = argument;

	for (int i = 0; i < ASB_PRIVILEGES; i++)
	{
		if (mask & asb_privileges[i])
			asb_surface_add(use->surface, "sequence", use->sequence->identity,
							asb_privilege_text(asb_privileges[i]), NULL, via,
							psprintf("sequence, by %s", use->function));
	}
}

static void
add_sequence(AsbSurface *surface, AsbRelation *sequence)
{
	if (asb_relation_privileges(surface->role, sequence->row) == 0 ||
		!asb_world_namespace_usable(surface->world, sequence->form->relnamespace, surface->role))
		return;
	for (int i = 0; i < lengthof(sequence_functions); i++)
	{
		if (asb_function_decide(surface->role, sequence_functions[i].funcid) == ASB_FUNCTION_GRANTED)
			(void) asb_grants(surface, sequence->row, Anum_pg_class_relacl, sequence_functions[i].needs,
							  add_sequence_use,
							  &(SequenceUse) {surface, sequence, sequence_functions[i].name});
	}
}

void
asb_surface_relations(AsbSurface *surface)
{
	for (int i = 0; i < surface->world->nsorted; i++)
	{
		AsbRelation *relation = surface->world->sorted[i];

		CHECK_FOR_INTERRUPTS();
		if (relation->form->relkind == RELKIND_SEQUENCE)
			add_sequence(surface, relation);
		asb_surface_granted(surface, relation);
	}
}
