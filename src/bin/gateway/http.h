/*
 * http.h
 *		Performs calls over HTTP, many at once, under the handler's limits.
 */
#ifndef ASB_GATEWAY_HTTP_H
#define ASB_GATEWAY_HTTP_H

#include "bin/gateway/call.h"

#include <curl/curl.h>

/* Starts libcurl and returns the set of transfers; NULL when it cannot. */
extern CURLM *asb_http_open(void);
extern void asb_http_close(CURLM *multi);

/*
 * Starts performing a call.  False when it failed at once; then, as after
 * asb_http_finished(), call->outcome is set and call->transfer is NULL.
 */
extern bool asb_http_start(CURLM *multi, AsbCall *call);

/* Moves all transfers on.  Should libcurl fail as a whole, the program ends. */
extern void asb_http_perform(CURLM *multi);

/* Waits until a transfer can move on or something is up with another socket; the same. */
extern void asb_http_wait(CURLM *multi, struct curl_waitfd *sockets, unsigned int count, int milliseconds);

/* The next call that has an outcome now, or NULL. */
extern AsbCall *asb_http_finished(CURLM *multi);

/* Ends a transfer without an outcome. */
extern void asb_http_abort(CURLM *multi, AsbCall *call);

#endif
