/*
 * session.h
 *		The auditor's own connection, and the session of the agent.
 */
#ifndef ASB_AUDIT_SESSION_H
#define ASB_AUDIT_SESSION_H

#include "bin/audit/probe.h"

typedef struct AsbAudit
{
	const char *profile;
	const char *context;		/* JSON, for the throwaway conversation */
	PGconn	   *admin;
	bool		allow_call;		/* would CALL run a procedure? */

	/* the throwaway conversation */
	PGconn	   *agent;
	char	   *conversation;
	char	   *role;
	char	   *password;
} AsbAudit;

/* Prints a reason and ends the program with status 2, closing the conversation. */
extern void asb_audit_fail(AsbAudit *audit, const char *what, const char *reason)
			__attribute__((noreturn));

/* A signal ends the program so, too: at the next query, or where this is asked. */
extern void asb_audit_heed_signals(AsbAudit *audit);
extern void asb_audit_go_on(AsbAudit *audit);

/* A query of the auditor's that must succeed. */
extern PGresult *asb_audit_query(AsbAudit *audit, const char *sql, int nparams,
								 const char *const *params);

/*
 * Opens a connection as the conversation; with a keyword of libpq's that
 * differs from the auditor's own, or NULL.
 */
extern PGconn *asb_agent_connect(AsbAudit *audit, const char *keyword, const char *value);

/* Opens another conversation, in the place of one before, and logs in. */
extern void asb_agent_open(AsbAudit *audit);

/* Logs in anew, where a session was ended. */
extern void asb_agent_log_in(AsbAudit *audit);

/* Ends session and conversation. */
extern void asb_agent_close(AsbAudit *audit);

/* Tries (try.c) all probes but those of ASB_WAY_OTHER. */
extern void asb_agent_try(AsbAudit *audit, AsbProbes *probes);

/*
 * Asks for each refused statement whether the auditor could have it parsed.  If
 * not, and not for a lack of privileges, its refusal proves nothing.
 */
extern void asb_audit_control(AsbAudit *audit, AsbProbes *probes);

#endif
