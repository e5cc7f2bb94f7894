/*
 * role_label.h
 *	  What a role is to agentsandbox: its security label in pg_shseclabel.
 *
 * The label is in a shared catalog so that it can decide a login before the
 * session has a database.  Text forms, one line each:
 *
 *		predefined			a role CREATE EXTENSION made
 *		profile				NOLOGIN role that an operator grants to
 *		conversation <uuid> <database oid> <expires>
 *							expires: seconds since 1970-01-01 UTC
 */
#ifndef ASB_ROLE_LABEL_H
#define ASB_ROLE_LABEL_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#define ASB_LABEL_PROVIDER "agentsandbox"

typedef enum AsbRoleKind
{
	ASB_ROLE_ORDINARY,			/* no label of ours */
	ASB_ROLE_PREDEFINED,
	ASB_ROLE_PROFILE,
	ASB_ROLE_CONVERSATION
} AsbRoleKind;

typedef struct AsbRoleLabel
{
	AsbRoleKind kind;
	/* the rest for ASB_ROLE_CONVERSATION only */
	pg_uuid_t	conversation;
	Oid			database;
	TimestampTz expires_at;		/* whole seconds, rounded up */
} AsbRoleLabel;

/*
 * The label of a role; works wherever shared catalogs can be read, the
 * authentication hook included.  A label that cannot be parsed is an error.
 */
extern AsbRoleLabel asb_role_label(Oid role);

/* Sets it; the caller has made sure that it may. */
extern void asb_role_label_set(Oid role, const AsbRoleLabel *label);

/* Parses a label; false if it is none of the forms above. */
extern bool asb_role_label_parse(const char *text, AsbRoleLabel *label);

/* "conversation_" and the 32 hexadecimal digits of the uuid; palloc'd */
extern char *asb_conversation_role_name(const pg_uuid_t *conversation);

/*
 * Is it named so?  A dump without security labels, or one restored where the
 * library was not loaded, brings such roles without labels.
 */
extern bool asb_is_conversation_role_name(const char *name);

#endif							/* ASB_ROLE_LABEL_H */
