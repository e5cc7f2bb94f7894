/*
 * loop.h
 *		The life of the gateway between its start and its end.
 */
#ifndef ASB_GATEWAY_LOOP_H
#define ASB_GATEWAY_LOOP_H

#include "bin/gateway/config.h"

/*
 * Serves until SIGTERM or SIGINT and returns the exit status.  file is read
 * again on SIGHUP.  Takes over the caller's reference to config.
 */
extern int	asb_gateway_run(AsbConfig *config, const char *file);

#endif
