/*
 * relation.h
 *	  The relation gate: which relations and columns a sandboxed session may
 *	  read and change.
 */
#ifndef ASB_RELATION_H
#define ASB_RELATION_H

#include "access/htup.h"
#include "nodes/parsenodes.h"

#include "confine/agent.h"
#include "core/compat.h"

/* hint of the refusal of columns that are used without their names */
#define ASB_HINT_COLUMNS "Name the columns you need; agentsandbox.columns lists them."

/* privileges that columns can have; any of them makes a column known */
#define ASB_OF_COLUMNS (ACL_SELECT | ACL_INSERT | ACL_UPDATE)

typedef enum AsbRelationVerdict
{
	ASB_RELATION_ALLOWED,
	ASB_RELATION_HIDDEN,		/* nothing granted: for the agent there is none */
	ASB_RELATION_NO_PRIVILEGE,	/* something is granted, but not this */
	ASB_RELATION_HIDDEN_COLUMN, /* a column that is not granted */
	ASB_RELATION_SYSTEM_COLUMN	/* ctid, xmin, tableoid ... */
} AsbRelationVerdict;

/*
 * Can privileges on relations of this kind let a sandboxed session read or
 * change anything?
 */
extern bool asb_relation_kind_counts(char relkind);

/*
 * What this gate finds in a row of pg_class, and in one of pg_attribute: the
 * privileges that the role can use on the whole relation, and those of "mask"
 * on the column alone.
 */
extern AclMode asb_relation_privileges(Oid role, HeapTuple row);
extern AclMode asb_relation_column_privileges(Oid role, HeapTuple row, AclMode mask);

/* Does the role have any privilege on the relation that it can use? */
extern bool asb_relation_reachable(Oid role, Oid relid);

/* Does the role have the privilege, on the relation or on one column at least? */
extern bool asb_relation_granted(Oid role, Oid relid, AclMode privilege);

/* Is there such a column?  Dropped ones have a row in the catalog too. */
extern bool asb_relation_has_column(Oid relid, AttrNumber attnum);

/* Does the role have one of the privileges on this column? */
extern bool asb_relation_column_granted(Oid role, Oid relid, AttrNumber attnum, AclMode mask);

/*
 * Was SELECT of the column, or of the whole relation, granted by name, so that a
 * catalog need not be open for it?
 */
extern bool asb_relation_named_in_grant(Oid role, Oid relid, AttrNumber attnum);

/*
 * The decision of this gate for what is asked of one relation.  On a refusal,
 * *attnum is the column and *missing the privilege it was refused for.
 */
extern AsbRelationVerdict asb_relation_decide(Oid role, const AsbAccess *access,
											  AttrNumber *attnum, AclMode *missing);

/* What to say when all columns are asked for, and not all are granted: which are. */
extern const char *asb_relation_hint_columns(Oid role, Oid relid, AclMode privilege);

/* Refuses, as the verdict says; "name" is the relation as the agent wrote it. */
extern void asb_relation_refuse(AsbRelationVerdict verdict, Oid role, const char *name,
								Oid relid, AttrNumber attnum, AclMode missing);

/*
 * Judges what a statement asks of relations that is about to be executed: all
 * that is checked as the agent.
 */
extern void asb_relation_gate(const AsbSession *agent, List *access_list);

/* Is there a system column in the set?  Says which. */
extern bool asb_relation_system_column(const Bitmapset *columns, AttrNumber *attnum);

#endif							/* ASB_RELATION_H */
