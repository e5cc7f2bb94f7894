/*
 * bind.c
 *	  Binds a session to its conversation, at login.
 *
 * The transaction in which InitPostgres() logs a client in is the first that
 * the backend commits.  Just before that commit authentication is over, the
 * startup packet's settings are applied and the database's catalogs can be
 * read, and the client cannot have sent a statement.  So there, for a role
 * that is sandboxed,
 *
 *	1. the slot is published,
 *	2. the conversation's row is read (see asb_slot_terminate() for the order),
 *	3. the session is counted against the profile's limit,
 *	4. what the profile says about settings is applied.
 *
 * No error handler is there yet: any error is FATAL and ends the login.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"

#include "session/bind.h"
#include "session/role_label.h"
#include "session/session.h"
#include "session/slot.h"

static bool logged_in = false;

static AsbBoundCallback bound_callback = NULL;

void
asb_bind_on_bound(AsbBoundCallback callback)
{
	Assert(bound_callback == NULL);
	bound_callback = callback;
}

void
asb_bind_changed(const AsbSession *session)
{
	if (bound_callback)
		bound_callback(session);
}

void
asb_bind_admit(const AsbSession *session, int elevel)
{
	if (session->kind == ASB_SESSION_CONVERSATION &&
		!asb_slot_admit(session->profile.connection_limit))
		ereport(elevel,
				(errcode(ERRCODE_TOO_MANY_CONNECTIONS),
				 errmsg("too many sessions of this conversation"),
				 errdetail("The limit is %d.", session->profile.connection_limit),
				 errhint("Close a session or wait until one has ended.")));
}

void
asb_bind_search_path(const AsbSession *session)
{
	const char *path = "";

	if (session && session->kind == ASB_SESSION_CONVERSATION)
		path = session->profile.search_path;

	SetConfigOption("search_path",
					psprintf("%s%sagentsandbox, pg_temp", path, path[0] ? ", " : ""),
					PGC_SUSET, PGC_S_OVERRIDE);
}

static void
bind_at_login(void)
{
	Oid			role = asb_session_role();
	AsbRoleLabel label;
	const AsbSession *session;

	if (!OidIsValid(role))
		return;

	if (!OidIsValid(MyDatabaseId))
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("replication connections are not allowed")));

	label = asb_role_label(role);
	if (label.kind == ASB_ROLE_CONVERSATION)
		asb_slot_take(role, false, &label.conversation);
	else
		asb_slot_take(role, true, NULL);

	session = asb_session();

	asb_bind_admit(session, FATAL);
	asb_bind_search_path(session);
	asb_bind_changed(session);
}

static void
bind_xact_callback(XactEvent event, void *arg)
{
	if (logged_in || event != XACT_EVENT_PRE_COMMIT)
		return;

	/* background processes have no client; what they run as is their business */
	if (MyProcPort)
		bind_at_login();
	logged_in = true;
}

void
asb_bind_init(void)
{
	RegisterXactCallback(bind_xact_callback, NULL);
}
