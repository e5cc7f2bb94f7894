/*
 * world.h
 *	  The catalogs of this database as the surface needs them, read once.
 *
 * All are read at one snapshot, so that what is listed was there at one time.
 */
#ifndef ASB_WORLD_H
#define ASB_WORLD_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "nodes/pg_list.h"
#include "utils/acl.h"
#include "utils/hsearch.h"
#include "utils/snapshot.h"

/* Of a column, without anything undefined in it: it is hashed by its bytes. */
typedef struct AsbColumnType
{
	Oid			oid;
	int32		typmod;
	Oid			collation;
} AsbColumnType;

/* A table, view, sequence or anything else that has columns and rows. */
typedef struct AsbRelation
{
	Oid			oid;			/* hash key */
	HeapTuple	row;			/* of pg_class */
	Form_pg_class form;			/* in it */
	const char *identity;
	const char **columns;		/* names, NULL if dropped; form->relnatts of them */
	AsbColumnType *types;		/* of the columns */
	const char **qualified;		/* see asb_world_column_identity() */
	HeapTuple  *column_rows;	/* of pg_attribute, where it has an ACL or is open; or NULL */
	Bitmapset  *identities;		/* columns with a sequence of their own */
	Bitmapset  *required;		/* NOT NULL */
	Bitmapset  *generated;

	/* rows of the catalogs of these names; see world.c for which are left out */
	List	   *triggers;
	List	   *rules;
	List	   *constraints;
	List	   *referencing;	/* foreign keys of others */
	List	   *defaults;
	List	   *policies;
	List	   *indexes;
	List	   *partition_keys;
	List	   *statistics;
	List	   *children;

	const char *digests[2];		/* NULL until asb_relation_digest() */
} AsbRelation;

typedef struct AsbFunction
{
	Oid			oid;			/* hash key */
	HeapTuple	row;			/* of pg_proc */
	Form_pg_proc form;			/* in it */
	const char *identity;		/* NULL until asb_world_function_identity() */
	const char *digest;			/* NULL until asb_function_digest() */
} AsbFunction;

typedef struct AsbWorld
{
	Snapshot	snapshot;
	List	   *descs;			/* of the catalogs read */
	HTAB	   *relations;		/* AsbRelation */
	HTAB	   *functions;		/* AsbFunction */
	HTAB	   *namespaces;
	HTAB	   *type_names;
	HTAB	   *column_types;
	List	   *domain_checks;	/* rows of pg_constraint */
	List	   *support;		/* rows of pg_amproc, with functions that are not the server's */
	AsbRelation **sorted;		/* the relations, by identity */
	int			nsorted;
} AsbWorld;

extern AsbWorld *asb_world_read(void);
extern void asb_world_close(AsbWorld *world);

/* NULL if there was none. */
extern AsbRelation *asb_world_relation(AsbWorld *world, Oid oid);
extern AsbFunction *asb_world_function(AsbWorld *world, Oid oid);

/* As pg_identify_object() has them; each is made once. */
extern const char *asb_world_function_identity(AsbWorld *world, AsbFunction *function);
extern const char *asb_world_column_identity(const AsbRelation *relation, AttrNumber attnum);

/* Qualified name of a type; "???" if there is none. */
extern const char *asb_world_type(AsbWorld *world, Oid typid);

/* The type of a column in words; its collation too, if it is another than the type's. */
extern const char *asb_world_column_type(AsbWorld *world, const AsbColumnType *type);

/* Quoted name of a schema, NULL if there was none. */
extern const char *asb_world_namespace(AsbWorld *world, Oid oid);

/* Has the role, by the server's idea of privileges, USAGE of the schema? */
extern bool asb_world_namespace_usable(AsbWorld *world, Oid oid, Oid role);

/*
 * Those of the privileges that the server grants a role by the ACL of a row,
 * PUBLIC and ownership counted.
 */
extern AclMode asb_world_server_privileges(AsbWorld *world, HeapTuple row, AttrNumber acl,
										   ObjectType type, Oid owner, Oid role, AclMode mask);

/* A column of a row that was read from a catalog. */
extern Datum asb_world_value(AsbWorld *world, HeapTuple row, AttrNumber attnum, bool *isnull);

/* ... and one that holds a node tree; NULL if the column is null. */
extern void *asb_world_node(AsbWorld *world, HeapTuple row, AttrNumber attnum);

/* Calls something for each row of a catalog. */
typedef void (*AsbRowCallback) (HeapTuple row, TupleDesc desc, void *argument);
extern void asb_world_scan(AsbWorld *world, Oid catalog, AsbRowCallback callback, void *argument);

#endif							/* ASB_WORLD_H */
