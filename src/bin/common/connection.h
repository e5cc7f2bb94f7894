/*
 * connection.h
 *		One connection to the database that a program wants to have forever:
 *		made without blocking, lost and made again with growing pauses.
 *
 * Only name resolution can block (in libpq, before the first packet); the
 * system resolver bounds it.
 */
#ifndef ASB_BIN_CONNECTION_H
#define ASB_BIN_CONNECTION_H

#include <libpq-fe.h>

#include <stdbool.h>
#include <stdint.h>

typedef enum AsbConnectionState
{
	ASB_CONNECTION_DOWN,		/* waiting for retry_at */
	ASB_CONNECTION_STARTING,	/* until connect_by */
	ASB_CONNECTION_UP
} AsbConnectionState;

typedef struct AsbConnection
{
	AsbConnectionState state;
	PGconn	   *conn;			/* NULL while down */
	int			failures;		/* since the last success */
	int64_t		retry_at;
	int64_t		connect_by;
	bool		wants_write;	/* poll the socket for writing too */
	char	   *reason;			/* of the last loss, or NULL */
} AsbConnection;

/*
 * Advances a connection that is not up.  keywords and values are those of
 * PQconnectdbParams().  True when it has just come up; a failure is logged and
 * leaves the connection down.
 */
extern bool asb_connection_step(AsbConnection *connection, const char *const *keywords,
								const char *const *values, int64_t now);

/* Drops the connection, logs the reason unless NULL, and plans the next try. */
extern void asb_connection_lost(AsbConnection *connection, const char *reason, int64_t now);

/* Drops it for a reason that is nobody's fault: the next try is due at once. */
extern void asb_connection_close(AsbConnection *connection);

/* The socket to poll, -1 when there is none. */
extern int	asb_connection_socket(const AsbConnection *connection);

/* When asb_connection_step() must be called again if the socket stays silent. */
extern int64_t asb_connection_due(const AsbConnection *connection);

#endif
