/*
 * catalog.h
 *	  Lookups in the catalogs of this database.
 */
#ifndef ASB_CATALOG_H
#define ASB_CATALOG_H

#include "access/skey.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

#define ASB_SCHEMA_NAME "agentsandbox"

/*
 * OID of schema agentsandbox, if it is a superuser's or the extension's;
 * InvalidOid in a database that does not have the extension.  Cached.
 */
extern Oid	asb_schema_oid(void);

/* The relations of the schema that C looks up: tables and indexes. */
typedef enum AsbOwnRelation
{
	ASB_REL_ANOMALY_RULES,
	ASB_REL_CALLS,
	ASB_REL_CALLS_DUE,
	ASB_REL_CALLS_ORDER,
	ASB_REL_CALLS_WAITING,
	ASB_REL_CONVERSATION_LABELS,
	ASB_REL_CONVERSATION_RECORDS,
	ASB_REL_CONVERSATION_TOKENS,
	ASB_REL_LABEL_DEFINITIONS,
	ASB_REL_LABEL_SNAPSHOTS,
	ASB_REL_METHOD_DEFINITIONS,
	ASB_REL_NOTES,
	ASB_REL_PROFILES,
	ASB_REL_PROFILE_METHODS,
	ASB_REL_USAGE
} AsbOwnRelation;

#define ASB_NRELATIONS (ASB_REL_USAGE + 1)

/* Error if the extension in this database is of another version than this library. */
extern void asb_check_version(void);

/* OID of one of them; error if the extension is missing, or of another version.  Cached. */
extern Oid	asb_relation_oid(AsbOwnRelation relation);

/* Number of columns, dropped ones included; 0 if there is no such relation. */
extern int	asb_relation_natts(Oid relid);

/* OID of the index of a relation's primary key. */
extern Oid	asb_primary_key(Relation rel);

/*
 * A key for a scan that looks for a text.  An index has the order of the
 * column's collation; ScanKeyInit() would search it in the order of "C", which
 * only catalogs have.
 */
extern void asb_text_key(ScanKey key, Relation rel, AttrNumber column, Datum value);

/*
 * A snapshot that sees what is committed now, whatever the isolation level.
 * Registered; the caller unregisters it.
 */
extern Snapshot asb_latest_snapshot(void);

extern void asb_catalog_init(void);

#endif							/* ASB_CATALOG_H */
