/*
 * context.h
 *	  The context of a conversation, as functions give it to policies.
 */
#ifndef ASB_CONTEXT_H
#define ASB_CONTEXT_H

#include "nodes/primnodes.h"

#include "session/session.h"

/*
 * Is it one of agentsandbox.context(key), its typed form, and
 * conversation_id()?
 */
extern bool asb_context_function(Oid funcid);

/*
 * The value that a call of one of these has in a conversation (NULL: outside
 * of any), as a constant; NULL if its key is no constant.
 */
extern Const *asb_context_constant(const FuncExpr *call, const AsbSession *session);

/*
 * Until it is called with NULL, context() and conversation_id() answer for
 * this conversation, whatever the session is.  For who describes a
 * conversation; the gates and the labels know nothing of it.
 */
extern void asb_context_lend(const AsbSession *session);

#endif							/* ASB_CONTEXT_H */
