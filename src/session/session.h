/*
 * session.h
 *	  Who this backend speaks for.  One accessor; nobody else looks at labels,
 *	  roles or the conversations table to find that out.
 *
 * The identity is a function of the session user and the outer role (what SET
 * ROLE changes) alone:
 *
 *		session user is a conversation		that conversation, for ever
 *		session user is a pool role			outer role if it is a conversation
 *											(after enter()), else the pool role
 *		outer role is a conversation or		as if logged in as it, for an
 *		pool role							administrator who did SET ROLE
 *		anything else						not sandboxed
 */
#ifndef ASB_SESSION_H
#define ASB_SESSION_H

#include "access/xact.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "utils/jsonb.h"
#include "utils/snapshot.h"
#include "utils/uuid.h"

#include "session/profile.h"

typedef enum AsbSessionKind
{
	ASB_SESSION_POOL,			/* may do nothing but enter() */
	ASB_SESSION_CONVERSATION
} AsbSessionKind;

typedef struct AsbSession
{
	AsbSessionKind kind;
	Oid			role;			/* the conversation's or the pool role */
	/* the rest for ASB_SESSION_CONVERSATION only */
	pg_uuid_t	conversation;
	TimestampTz expires_at;
	Jsonb	   *context;
	AsbProfile	profile;
	uint64		reading;		/* of the rows this is from; another one, another number */
} AsbSession;

/*
 * The sandboxed session this backend runs now, or NULL if it is not sandboxed.
 * Needs a transaction.  Errors (and so refuses) if the identity is known to be
 * sandboxed but the conversation is closed, expired or cannot be read.  Cheap
 * when nothing changed since the last call.  The result is valid until the
 * next call.
 */
extern const AsbSession *asb_session(void);

/*
 * ... which must be a conversation's; else an error that says what "only a
 * conversation" may do, with a hint or NULL.
 */
extern const AsbSession *asb_conversation_session(const char *may, const char *hint);

/*
 * What an open conversation of this database would be as a session, for those
 * who describe it; palloc'd.  Error if there is none, or it is closed.
 */
extern void asb_session_describe(const pg_uuid_t *conversation, AsbSession *session);

/*
 * Whether a role is one that may do nothing but enter a conversation.  For the
 * login, when there is no session to ask yet.
 */
extern bool asb_is_pool_role(Oid role);

/*
 * The login gate has found "role" to be a conversation's or a pool's: whoever
 * logs in as it is sandboxed, whatever becomes of its label meanwhile.
 */
extern void asb_session_expect(Oid role);

/*
 * The sandboxed role alone, InvalidOid if this backend is not sandboxed: no
 * row is read, so it also works before the session is bound.
 */
extern Oid	asb_session_role(void);

/*
 * The sandboxed role as it was when last asked for, InvalidOid if there was
 * none.  Reads nothing, so it works in any state, that of an error included.
 */
extern Oid	asb_session_known_role(void);

/* ... and whether it is a pool role that was in no conversation then. */
extern bool asb_session_known_outside(void);

/*
 * Whether a conversation is open, as a snapshot has it; also its profile,
 * InvalidOid if there never was such a conversation.
 */
extern bool asb_conversation_is_open(const pg_uuid_t *conversation, Snapshot snapshot, Oid *profile);

extern void asb_session_init(void);

#endif							/* ASB_SESSION_H */
