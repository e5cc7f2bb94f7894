/*
 * transfer.h
 *		A call that is being performed: its libcurl transfer (http.c) and what
 *		the end of that means for the call (transfer.c).
 */
#ifndef ASB_GATEWAY_TRANSFER_H
#define ASB_GATEWAY_TRANSFER_H

#include "bin/gateway/call.h"

#include <curl/curl.h>

struct AsbTransfer
{
	AsbCall    *call;
	CURL	   *easy;
	struct curl_slist *headers;
	AsbString	url;
	AsbString	request;
	AsbString	response;
	size_t		header_bytes;
	long		limit;			/* of the response body */
	bool		refused_address;
	bool		too_large;
	bool		bad_type;
	char		error[CURL_ERROR_SIZE];
};

static inline bool
asb_http_success(long status)
{
	return status >= 200 && status <= 299;
}

/* Sets the call's outcome, once libcurl has ended its transfer so. */
extern void asb_transfer_conclude(AsbCall *call, CURLcode code);

#endif
