/*
 * call.h
 *		One claimed call, from claim to report.
 */
#ifndef ASB_GATEWAY_CALL_H
#define ASB_GATEWAY_CALL_H

#include "bin/gateway/config.h"

typedef struct AsbTransfer AsbTransfer;

/* What became of the attempt to perform a call. */
typedef struct AsbOutcome
{
	char	   *response;		/* JSON text of a success; NULL: it failed */
	const char *error_class;	/* what the agent learns of a failure ... */
	long		http_status;	/* ... and this; 0: there was none */
	long		retry_after;	/* seconds the server asked for; 0: none */
	bool		final;			/* trying again is of no use */
} AsbOutcome;

typedef struct AsbCall
{
	struct AsbCall *next;
	char	   *id;				/* the outside id */
	char	   *lease_token;
	char	   *method;
	char	   *arguments;		/* canonical JSON */
	int			attempt;
	long		time_left_ms;	/* at claim: until its time limit or deadline */
	long		max_response_bytes;
	int64_t		claimed_at;
	int64_t		lease_until;	/* by our clock, never later than the server's */
	int64_t		extend_at;		/* ask for more of it then */
	bool		extending;		/* an extension of the lease is under way */
	AsbConfig  *config;			/* held */
	const AsbHandler *handler;	/* of config */
	AsbTransfer *transfer;		/* while it is being performed */
	AsbOutcome	outcome;		/* once it has been */
} AsbCall;

/* Sets a failure as the outcome. */
extern void asb_outcome_fail(AsbCall *call, const char *error_class, bool final);

/* Notes a lease that was asked for at the time start and lasts so long from then. */
extern void asb_call_lease(AsbCall *call, int64_t start, long lease_ms);

extern void asb_call_free(AsbCall *call);

#endif
