/*
 * limit.h
 *	  The limits of a profile, applied and kept.
 */
#ifndef ASB_LIMIT_H
#define ASB_LIMIT_H

#include "executor/execdesc.h"
#include "nodes/params.h"
#include "session/session.h"

/*
 * For hooks.c, which calls these for sandboxed sessions at the events they are
 * named after.  Each errors if a limit is passed.  They do nothing in the
 * session of an administrator who did SET ROLE: it is not bound.
 */

/* At the beginning of a statement of the client's: has a pooled session left its conversation? */
extern void asb_limit_follow_leave(const AsbSession *session);

/* Parse analysis; text is that of the whole message or function body. */
extern void asb_limit_parse(const char *text);

/* Before ExecutorStart and before ProcessUtility, but for what leaves, or is nested. */
extern void asb_limit_start(const AsbSession *session, const char *text, ParamListInfo params);

/*
 * Before a portal is resumed, which counts as a new statement.
 * (The time of the message does not tell: pipelined ones share it.)
 */
extern void asb_limit_fetch(const AsbSession *session, const QueryDesc *query);

/* Before a function that a fastpath message calls. */
extern void asb_limit_fastpath(const AsbSession *session);

/*
 * An error or a warning is about to be told.  It counts as a statement, and of
 * a conversation that has run too many the server's log hears but once a minute.
 */
extern void asb_limit_reported(ErrorData *error);

extern void asb_limit_init(void);

#endif							/* ASB_LIMIT_H */
