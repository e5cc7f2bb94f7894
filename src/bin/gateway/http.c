/*
 * http.c
 *		One libcurl transfer per call.
 *
 * Nothing about a transfer is left to a default or the environment that could
 * widen what a handler allows: no redirect, no proxy, no netrc, no cookies, no
 * protocol but the handler's, HTTP/1.1, certificates verified, no content or
 * transfer coding (so the size cap counts what is stored, and what arrives).
 *
 * The address policy is asked twice: before a socket is made, with the very
 * address libcurl is about to connect to (no second name lookup can come
 * between), and before a request is sent, which also covers a connection that
 * another handler with a wider policy has left open.
 */
#include "bin/gateway/http.h"

#include "bin/gateway/address.h"
#include "bin/gateway/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <netinet/in.h>
#include <sys/socket.h>

_Static_assert(LIBCURL_VERSION_NUM >= 0x075700, "libcurl 7.87.0 or later is needed");

#define MAX_HEADER_BYTES 65536

CURLM *
asb_http_open(void)
{
	/* where the TLS library would write what decrypts requests, secrets and all */
	unsetenv("SSLKEYLOGFILE");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	return curl_multi_init();
}

void
asb_http_close(CURLM *multi)
{
	curl_multi_cleanup(multi);
	curl_global_cleanup();
}

static void
free_transfer(AsbCall *call)
{
	AsbTransfer *transfer = call->transfer;

	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	asb_string_free(&transfer->url);
	asb_string_free(&transfer->request);
	asb_string_free(&transfer->response);
	free(transfer);
	call->transfer = NULL;
}

/* ---- callbacks of libcurl ---- */

static curl_socket_t
open_socket(void *clientp, curlsocktype purpose, struct curl_sockaddr *address)
{
	AsbTransfer *transfer = clientp;

	if (purpose != CURLSOCKTYPE_IPCXN ||
		!asb_address_allowed(&address->addr, transfer->call->handler->allow_private_addresses))
	{
		transfer->refused_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int
before_request(void *clientp, char *remote, char *local, int remote_port, int local_port)
{
	AsbTransfer *transfer = clientp;

	(void) local;
	(void) remote_port;
	(void) local_port;
	if (asb_address_text_allowed(remote, transfer->call->handler->allow_private_addresses))
		return CURL_PREREQFUNC_OK;
	transfer->refused_address = true;
	return CURL_PREREQFUNC_ABORT;
}

/*
 * libcurl undoes a transfer coding whether or not it was asked for, one within
 * another, before anything can count the bytes: of a few hundred it may have
 * to make terabytes, and all other calls wait.
 */
static bool
is_coded(const char *line, size_t length)
{
	static const char name[] = "transfer-encoding:";
	static const char plain[] = "chunked";
	size_t		start = sizeof(name) - 1;

	if (length < start || strncasecmp(line, name, start) != 0)
		return false;
	while (length > start && memchr(" \t\r\n", line[length - 1], 4) != NULL)
		length--;
	while (start < length && memchr(" \t", line[start], 2) != NULL)
		start++;
	return length - start != sizeof(plain) - 1 || strncasecmp(line + start, plain, length - start) != 0;
}

static size_t
take_header(char *data, size_t size, size_t count, void *clientp)
{
	AsbTransfer *transfer = clientp;

	if (is_coded(data, size * count))
		return 0;
	transfer->header_bytes += size * count;
	if (transfer->header_bytes <= MAX_HEADER_BYTES)
		return size * count;
	transfer->too_large = true;
	return 0;
}

static bool
is_accepted_type(const AsbTransfer *transfer)
{
	char	   *type = NULL;
	size_t		length;

	curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type == NULL)
		return false;
	length = strcspn(type, "; \t");
	for (char **known = transfer->call->handler->content_types; *known != NULL; known++)
	{
		if (strlen(*known) == length && strncasecmp(*known, type, length) == 0)
			return true;
	}
	return false;
}

static size_t
take_body(char *data, size_t size, size_t count, void *clientp)
{
	AsbTransfer *transfer = clientp;
	long		status = 0;

	/* the body of an error is for nobody; so is one of the wrong type */
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!asb_http_success(status))
		return 0;
	if (transfer->response.length == 0 && !is_accepted_type(transfer))
	{
		transfer->bad_type = true;
		return 0;
	}
	if (size * count > (size_t) transfer->limit - transfer->response.length)
	{
		transfer->too_large = true;
		return 0;
	}
	asb_string_append(&transfer->response, data, size * count);
	return size * count;
}

/* ---- starting ---- */

static void
add_header(AsbTransfer *transfer, const char *line)
{
	transfer->headers = curl_slist_append(transfer->headers, line);
	if (transfer->headers == NULL)
		asb_out_of_memory();
}

/* Path, body and headers.  False, with the outcome set, when arguments do not fit. */
static bool
make_request(AsbTransfer *transfer)
{
	AsbCall    *call = transfer->call;
	const AsbHandler *handler = call->handler;
	char	   *reason = NULL;
	char	   *line;
	bool		has_type = false;

	asb_string_text(&transfer->url, handler->origin);
	if (asb_path_template_expand(handler->path, call->arguments, &transfer->url, &reason))
	{
		if (handler->body_kind == ASB_BODY_TEMPLATE)
			asb_body_template_expand(handler->body, call->arguments, &transfer->request, &reason);
		else if (handler->body_kind == ASB_BODY_ARGUMENTS)
			asb_string_text(&transfer->request, call->arguments);
	}
	if (reason != NULL)
	{
		asb_log_begin(ASB_LOG_WARNING, "arguments_do_not_fit");
		asb_log_text("call", call->id);
		asb_log_text("method", call->method);
		asb_log_text("reason", reason);
		asb_log_end();
		free(reason);
		asb_outcome_fail(call, "arguments", true);
		return false;
	}

	add_header(transfer, handler->accept);
	add_header(transfer, "Expect:");
	line = asb_format("Idempotency-Key: %s", call->id);
	add_header(transfer, line);
	free(line);
	for (size_t i = 0; i < handler->header_count; i++)
	{
		add_header(transfer, handler->headers[i].line);
		has_type |= strncasecmp(handler->headers[i].line, "content-type:", 13) == 0;
	}
	if (!has_type)
		add_header(transfer, handler->body_kind != ASB_BODY_NONE ?
				   "Content-Type: application/json" : "Content-Type:");
	return true;
}

#define SET(option, value) \
	do { \
		if (curl_easy_setopt(easy, option, value) != CURLE_OK) \
			return #option; \
	} while (0)

/* Returns NULL, or the name of the option that libcurl refused. */
static const char *
set_options(AsbTransfer *transfer)
{
	const AsbHandler *handler = transfer->call->handler;
	bool		has_body = handler->body_kind != ASB_BODY_NONE;
	CURL	   *easy = transfer->easy;
	long		timeout = handler->timeout_ms;

	if (timeout > transfer->call->time_left_ms)
		timeout = transfer->call->time_left_ms;

	SET(CURLOPT_URL, transfer->url.data);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_PROTOCOLS_STR, handler->origin[4] == 's' ? "https" : "http");
	SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	if (handler->ca_file != NULL)
	{
		SET(CURLOPT_CAINFO, handler->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	SET(CURLOPT_NOSIGNAL, 1L);
	/* else who gives up waits for the resolver's thread, and all other calls with it */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_TIMEOUT_MS, timeout);
	SET(CURLOPT_CONNECTTIMEOUT_MS, handler->connect_timeout_ms);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t) transfer->limit);
	SET(CURLOPT_USERAGENT, "agentsandbox-gateway/" ASB_VERSION);
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	if (has_body || strcmp(handler->verb, "GET") != 0)
	{
		SET(CURLOPT_CUSTOMREQUEST, handler->verb);
		if (has_body || strcmp(handler->verb, "DELETE") != 0)
		{
			SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) transfer->request.length);
			SET(CURLOPT_POSTFIELDS, transfer->request.length ? transfer->request.data : "");
		}
	}
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, transfer);
	SET(CURLOPT_PREREQFUNCTION, before_request);
	SET(CURLOPT_PREREQDATA, transfer);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_ERRORBUFFER, transfer->error);
	SET(CURLOPT_PRIVATE, transfer->call);
	return NULL;
}

bool
asb_http_start(CURLM *multi, AsbCall *call)
{
	AsbTransfer *transfer = asb_alloc_zero(sizeof(*transfer));
	const char *problem;

	call->transfer = transfer;
	transfer->call = call;
	transfer->limit = call->handler->max_response_bytes;
	if (transfer->limit > call->max_response_bytes)
		transfer->limit = call->max_response_bytes;
	if (call->time_left_ms <= 0)
	{
		asb_outcome_fail(call, "timeout", false);
		free_transfer(call);
		return false;
	}
	if (!make_request(transfer))
	{
		free_transfer(call);
		return false;
	}
	transfer->easy = curl_easy_init();
	problem = transfer->easy != NULL ? set_options(transfer) : "curl_easy_init";
	if (problem == NULL && curl_multi_add_handle(multi, transfer->easy) != CURLM_OK)
		problem = "curl_multi_add_handle";
	if (problem != NULL)
	{
		asb_log_event(ASB_LOG_ERROR, "libcurl_refused", "what", problem);
		asb_outcome_fail(call, "internal", false);
		free_transfer(call);
		return false;
	}
	return true;
}

/* There is nothing to wait for when libcurl is broken: leases lapse. */
static void
require(CURLMcode code, const char *what)
{
	if (code == CURLM_OK)
		return;
	asb_log_begin(ASB_LOG_ERROR, "libcurl_failed");
	asb_log_text("what", what);
	asb_log_text("reason", curl_multi_strerror(code));
	asb_log_end();
	exit(1);
}

void
asb_http_perform(CURLM *multi)
{
	int			running;

	require(curl_multi_perform(multi, &running), "curl_multi_perform");
}

void
asb_http_wait(CURLM *multi, struct curl_waitfd *sockets, unsigned int count, int milliseconds)
{
	require(curl_multi_poll(multi, sockets, count, milliseconds, NULL), "curl_multi_poll");
}

/* ---- finishing ---- */

AsbCall *
asb_http_finished(CURLM *multi)
{
	CURLMsg    *message;
	int			left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL)
	{
		CURL	   *easy = message->easy_handle;
		CURLcode	code = message->data.result;
		char	   *private = NULL;
		AsbCall    *call;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
		call = (AsbCall *) (void *) private;
		asb_transfer_conclude(call, code);
		curl_multi_remove_handle(multi, easy);
		free_transfer(call);
		return call;
	}
	return NULL;
}

void
asb_http_abort(CURLM *multi, AsbCall *call)
{
	if (call->transfer == NULL)
		return;
	curl_multi_remove_handle(multi, call->transfer->easy);
	free_transfer(call);
}
