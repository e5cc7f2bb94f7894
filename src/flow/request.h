/*
 * request.h
 *	  What a session asks of the worker of its database, and waits for.
 *
 * What must not be undone by the session's ROLLBACK, and what must be seen in
 * one order by everybody, is done by the worker in a transaction of its own.
 */
#ifndef ASB_REQUEST_H
#define ASB_REQUEST_H

#include "utils/uuid.h"

#include "flow/label.h"

/* Room for what caused a raise, with its end. */
#define ASB_CAUSE_BYTES 256

typedef enum AsbRequestKind
{
	ASB_REQUEST_RAISE,			/* raise "labels" of the conversation */
	ASB_REQUEST_CANCEL			/* cancel the call */
} AsbRequestKind;

typedef struct AsbRequest
{
	AsbRequestKind kind;
	pg_uuid_t	conversation;
	AsbLabelSet labels;
	pg_uuid_t	call;
	char		cause[ASB_CAUSE_BYTES];
} AsbRequest;

typedef enum AsbAnswer
{
	ASB_ANSWER_NONE,			/* in time; it may still be done */
	ASB_ANSWER_DONE,
	ASB_ANSWER_REFUSED,			/* what was asked for must not be */
	ASB_ANSWER_FAILED			/* an error, which the worker has logged */
} AsbAnswer;

/*
 * Asks and waits, for agentsandbox.raise_timeout at most.  May be interrupted,
 * which ends the statement; the request may be done nevertheless.
 */
extern AsbAnswer asb_request(const AsbRequest *request);

/* A request as the worker takes it. */
typedef struct AsbPending
{
	AsbRequest	request;
	AsbAnswer	answer;
	int			place;			/* for asb_request_answer() */
	uint64		number;
} AsbPending;

/*
 * Worker: the requests of this database that wait, palloc'd.  They wait until
 * they are answered, so a worker that dies leaves them to the next one.
 */
extern AsbPending *asb_request_pending(int *n);

/* Worker: gives the answer that stands in it, unless that is "none". */
extern void asb_request_answer(const AsbPending *pending);

extern void asb_request_init(void);

#endif							/* ASB_REQUEST_H */
