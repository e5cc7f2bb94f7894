/*
 * transfer.c
 *		What the end of a transfer means for its call.
 *
 * The agent learns a class of failure and an HTTP status, nothing of what the
 * other side or libcurl said.
 */
#include "bin/gateway/transfer.h"

#include "bin/common/jsontext.h"

#define MAX_RETRY_AFTER (24 * 3600)

static const char *
class_of_curl_error(CURLcode code)
{
	switch (code)
	{
		case CURLE_OPERATION_TIMEDOUT:
			return "timeout";
		case CURLE_COULDNT_RESOLVE_HOST:
		case CURLE_COULDNT_CONNECT:
			return "connect";
		case CURLE_SSL_CONNECT_ERROR:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_ISSUER_ERROR:
		case CURLE_PEER_FAILED_VERIFICATION:
			return "tls";
		case CURLE_GOT_NOTHING:
		case CURLE_PARTIAL_FILE:
		case CURLE_RECV_ERROR:
		case CURLE_SEND_ERROR:
			return "network";
		default:
			return "protocol";
	}
}

static void
fail_with_status(AsbCall *call, CURL *easy, long status)
{
	curl_off_t	wait = 0;
	bool		worth_retrying = status >= 500 || status == 408 || status == 425 || status == 429;

	asb_outcome_fail(call, status >= 300 && status <= 399 ? "redirect" : "http", !worth_retrying);
	call->outcome.http_status = status;
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
	if (worth_retrying && wait > 0)
		call->outcome.retry_after = wait > MAX_RETRY_AFTER ? MAX_RETRY_AFTER : (long) wait;
}

/* Would the response hand the agent one of the handler's secrets? */
static bool
reveals_secret(const AsbHandler *handler, const AsbString *response)
{
	for (size_t i = 0; i < handler->header_count; i++)
	{
		if (handler->headers[i].secret != NULL &&
			asb_json_reveals(response->data, response->length, handler->headers[i].secret))
			return true;
	}
	return false;
}

static void
take_response(AsbCall *call, AsbString *response, long status)
{
	bool		is_empty = response->length == 0;

	if (is_empty && (status == 204 || status == 205))
		asb_string_text(response, "null");
	else if (is_empty || !asb_json_valid(response->data, response->length))
	{
		asb_outcome_fail(call, "invalid_json", true);
		call->outcome.http_status = status;
		return;
	}
	if (reveals_secret(call->handler, response))
	{
		asb_outcome_fail(call, "secret_in_response", true);
		call->outcome.http_status = status;
		return;
	}
	if (call->handler->wrap)
		call->outcome.response = asb_format("{\"status\":%ld,\"body\":%s}", status, response->data);
	else
		call->outcome.response = asb_strdup(response->data);
	call->outcome.http_status = status;
}

void
asb_transfer_conclude(AsbCall *call, CURLcode code)
{
	AsbTransfer *transfer = call->transfer;
	long		status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED)
	{
		if (status != 0 && !asb_http_success(status))
			fail_with_status(call, transfer->easy, status);
		else
			asb_outcome_fail(call, "response_too_large", true);
	}
	else if (transfer->bad_type)
		asb_outcome_fail(call, "content_type", true);
	else if (transfer->refused_address &&
			 (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK))
		asb_outcome_fail(call, "refused_address", true);
	else if (status != 0 && !asb_http_success(status) &&
			 (code == CURLE_OK || code == CURLE_WRITE_ERROR))
		fail_with_status(call, transfer->easy, status);
	else if (code != CURLE_OK)
	{
		asb_log_begin(ASB_LOG_WARNING, "transfer_failed");
		asb_log_text("call", call->id);
		asb_log_text("reason", transfer->error[0] ? transfer->error : curl_easy_strerror(code));
		asb_log_end();
		asb_outcome_fail(call, class_of_curl_error(code), false);
	}
	else
		take_response(call, &transfer->response, status);
}
