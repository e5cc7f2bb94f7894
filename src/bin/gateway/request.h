/*
 * request.h
 *		Requests to the database: each kind's SQL statement, and lists of them.
 */
#ifndef ASB_GATEWAY_REQUEST_H
#define ASB_GATEWAY_REQUEST_H

#include "bin/gateway/call.h"

#include <libpq-fe.h>

typedef enum AsbRequestKind
{
	ASB_REQUEST_LISTEN,
	ASB_REQUEST_CLAIM,
	ASB_REQUEST_EXTEND,
	ASB_REQUEST_REPORT,
	ASB_REQUEST_SYNC			/* only in the list of what was sent */
} AsbRequestKind;

typedef struct AsbRequest
{
	struct AsbRequest *next;
	AsbRequestKind kind;
	AsbCall    *call;			/* NULL for none, or when it was forgotten */
	int			max;			/* of a claim */
	long		lease_ms;		/* the lease it asks for */
	bool		alone;			/* in a transaction of its own */
	int64_t		not_before;		/* do not send it earlier */
	int64_t		sent_at;
	PGresult   *result;
} AsbRequest;

typedef struct AsbRequests
{
	AsbRequest *first;
	AsbRequest *last;
} AsbRequests;

extern void asb_requests_append(AsbRequests *list, AsbRequest *request);
extern void asb_requests_prepend(AsbRequests *list, AsbRequest *request);

/* Makes one and appends it. */
extern AsbRequest *asb_requests_add(AsbRequests *list, AsbRequestKind kind, AsbCall *call);

/* Takes the first out, NULL if there is none. */
extern AsbRequest *asb_requests_take(AsbRequests *list);

/* Removes those for a call. */
extern void asb_requests_remove(AsbRequests *list, const AsbCall *call);

/* ... or has them be for none. */
extern void asb_requests_orphan(AsbRequests *list, const AsbCall *call);

extern void asb_requests_free(AsbRequests *list);
extern void asb_request_free(AsbRequest *request);

/* Sends it, without waiting; false if the connection is of no use any more. */
extern bool asb_request_send(PGconn *conn, const AsbConfig *config, const AsbRequest *request);

/* What was answered: a row of a claim, a new lease, an error. */
extern AsbCall *asb_request_call(const AsbRequest *request, int row);
extern void asb_request_extended(const AsbRequest *request);
extern void asb_request_log(const AsbRequest *request, const char *what);

#endif
