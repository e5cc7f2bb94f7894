/*
 * database.h
 *		The one connection: made without blocking, as the conversation or by
 *		entering it with a token; one statement at a time, always by the
 *		extended protocol; made again when lost.
 *
 * Where to connect and with which password is libpq's business (PGHOST,
 * PGSERVICE, PGPASSFILE ...).
 */
#ifndef ASB_MCP_DATABASE_H
#define ASB_MCP_DATABASE_H

#include "bin/common/connection.h"
#include "bin/common/util.h"

#include <sys/types.h>

typedef struct AsbDatabaseEvents
{
	void	   *owner;
	/* a result of the statement; to be cleared by who gets it */
	void		(*result) (void *owner, PGresult *result);
	/* the statement is over */
	void		(*done) (void *owner);
	/* the connection broke while it ran: nobody knows what became of it */
	void		(*lost) (void *owner);
} AsbDatabaseEvents;

typedef struct AsbDatabase
{
	const AsbDatabaseEvents *events;
	char	   *token;			/* NULL: the login is the conversation's own */
	AsbConnection connection;
	bool		entering;		/* agentsandbox.enter() is under way */
	bool		busy;			/* a statement of the owner is */
	bool		in_transaction; /* after the last statement */
	bool		transaction_lost;	/* with the connection; the owner resets it */
	int64_t		down_since;		/* 0 while it can be used */
	char	   *reason;			/* why it is down, for people; or NULL */
	bool		closed;			/* the conversation is over: no further try */
	bool		was_up;			/* it has been entered at least once */
	char	   *fatal;			/* the server's last words on this connection */
	AsbString	notices;		/* of the last statement, lines */
	pid_t		canceller;		/* the process that asks for a cancel, or 0 */
} AsbDatabase;

/* token may be NULL; it is taken. */
extern void asb_database_open(AsbDatabase *database, const AsbDatabaseEvents *events, char *token);

/* Reads, writes, connects as far as that goes without waiting. */
extern void asb_database_step(AsbDatabase *database, int64_t now);

/* Can a statement be sent? */
extern bool asb_database_ready(const AsbDatabase *database);

/* Sends a statement; rows arrive one by one if single_rows. */
extern void asb_database_send(AsbDatabase *database, const char *sql, int count,
							  const char *const *values, bool single_rows);

/*
 * Asks the server to stop the statement.  No other can be sent until the server
 * has heard it, so that it can never hit a later one.
 */
extern void asb_database_cancel(AsbDatabase *database);

/* What to poll (-1: nothing) and until when. */
extern int	asb_database_socket(const AsbDatabase *database, bool *for_writing);
extern int64_t asb_database_due(const AsbDatabase *database);

extern void asb_database_close(AsbDatabase *database);

#endif
