/*
 * role.h
 *	  The roles of conversations: made, checked, dropped.
 */
#ifndef ASB_ROLE_H
#define ASB_ROLE_H

#include "session/role_label.h"

/*
 * Why a profile's or conversation's role cannot be confined, as a sentence;
 * NULL if it can.  A role is confined by what it is granted, so neither it nor
 * any role that it inherits from may have powers beyond grants, and the only
 * profile among them is "profile".
 */
extern const char *asb_role_objection(Oid role, Oid profile);

/*
 * Would the role be a pool role, had not agentsandbox_pool lost its name or its
 * label?  For one that is none (session.h).
 */
extern bool asb_role_was_pool(Oid role);

/*
 * Makes the login role of a conversation, a member of "profile", with the
 * label and a SCRAM verifier of the password.  The current user must be a
 * superuser.  The secret is never part of a statement's text.
 */
extern void asb_role_create(const AsbRoleLabel *label, Oid profile, const char *password);

/*
 * Drops the role of a conversation.  One that something depends on is left
 * behind, unable to log in, with a warning.
 */
extern void asb_role_drop(const pg_uuid_t *conversation);

/*
 * Whether the role has LOGIN; if its password expires before *until, sets
 * *until to that time.  What an administrator does to stop new sessions of a
 * conversation stops those it has.
 */
extern bool asb_role_can_log_in(Oid role, TimestampTz *until);

#endif							/* ASB_ROLE_H */
