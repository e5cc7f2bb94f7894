/*
 * loop.c
 *		One thread, one poll: database socket, HTTP transfers, signals, timers.
 *
 * A call is in gateway->calls from its claim until its report was taken or its
 * lease lost, and the number of these never exceeds the concurrency: nothing
 * is claimed that cannot be started at once.
 *
 * A claim is due when something says that there may be calls (a notification, a
 * new connection, a claim that came back full, the poll interval) and there is
 * room.  An empty or failed claim is not repeated before the next such sign, so
 * there is no busy loop.
 */
#include "bin/gateway/loop.h"

#include "bin/gateway/http.h"
#include "bin/gateway/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long the last reports may take once SIGTERM's time for calls is over. */
#define LAST_REPORTS_MS 5000

#define MAX_WAIT_MS 60000

typedef struct Gateway
{
	const char *file;
	AsbConfig  *config;			/* held */
	AsbQueue   *queue;
	CURLM	   *http;
	AsbCall    *calls;			/* all that are ours now */
	int			held;			/* their number */
	bool		may_have_calls; /* a claim is worth its while */
	bool		claiming;		/* a claim is under way */
	int			asked;			/* for how many */
	int64_t		poll_at;
	bool		draining;
	int64_t		drain_until;
} Gateway;

/* Set by the signal handler; the pipe wakes the loop. */
static volatile sig_atomic_t reload_requested;
static volatile sig_atomic_t stop_requested;
static int	wake_pipe[2];

static void
on_signal(int number)
{
	int			saved_errno = errno;
	ssize_t		ignored;

	if (number == SIGHUP)
		reload_requested = 1;
	else
		stop_requested = 1;
	ignored = write(wake_pipe[1], "", 1);
	(void) ignored;
	errno = saved_errno;
}

static bool
catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0 ||
		sigaction(SIGHUP, &action, NULL) != 0 ||
		sigaction(SIGINT, &action, NULL) != 0 ||
		sigaction(SIGTERM, &action, NULL) != 0)
		return false;
	action.sa_handler = SIG_IGN;
	return sigaction(SIGPIPE, &action, NULL) == 0;
}

/* ---- calls ---- */

static void
release_call(Gateway *gateway, AsbCall *call)
{
	AsbCall   **link = &gateway->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	gateway->held--;
	asb_http_abort(gateway->http, call);
	asb_queue_forget(gateway->queue, call);
	asb_call_free(call);
}

static void
call_claimed(void *owner, AsbCall *call)
{
	Gateway    *gateway = owner;

	call->next = gateway->calls;
	gateway->calls = call;
	gateway->held++;
	call->config = asb_config_hold(gateway->config);
	call->handler = asb_config_handler(call->config, call->method);
	asb_log_begin(ASB_LOG_DEBUG, "call_claimed");
	asb_log_text("call", call->id);
	asb_log_text("method", call->method);
	asb_log_number("attempt", call->attempt);
	asb_log_end();

	/* a reload between claim and answer may have taken the method away */
	if (call->handler == NULL)
		asb_outcome_fail(call, "unavailable", false);
	else if (asb_http_start(gateway->http, call))
		return;
	asb_queue_report(gateway->queue, call);
}

static void
claim_done(void *owner, int count)
{
	Gateway    *gateway = owner;

	gateway->claiming = false;
	if (count >= gateway->asked)
		gateway->may_have_calls = true;
}

static void
calls_ready(void *owner)
{
	Gateway    *gateway = owner;

	gateway->may_have_calls = true;
}

static void
call_reported(void *owner, AsbCall *call, const char *status)
{
	const AsbOutcome *outcome = &call->outcome;

	asb_log_begin(outcome->response != NULL ? ASB_LOG_INFO : ASB_LOG_WARNING,
				  outcome->response != NULL ? "call_completed" : "call_failed");
	asb_log_text("call", call->id);
	asb_log_text("method", call->method);
	asb_log_number("attempt", call->attempt);
	asb_log_text("class", outcome->error_class);
	if (outcome->http_status != 0)
		asb_log_number("http_status", outcome->http_status);
	asb_log_text("status", status);
	asb_log_number("ms", asb_now_ms() - call->claimed_at);
	asb_log_end();
	release_call(owner, call);
}

static void
call_lost(void *owner, AsbCall *call, const char *reason)
{
	asb_log_begin(ASB_LOG_WARNING, "call_lost");
	asb_log_text("call", call->id);
	asb_log_text("method", call->method);
	asb_log_text("reason", reason);
	asb_log_text("performed", call->transfer == NULL ? "yes" : "no");
	asb_log_end();
	release_call(owner, call);
}

/* Keeps the leases of calls that are still being performed. */
static void
extend_leases(Gateway *gateway, int64_t now)
{
	if (!asb_queue_is_up(gateway->queue))
		return;
	for (AsbCall *call = gateway->calls; call != NULL; call = call->next)
	{
		if (call->transfer != NULL && !call->extending &&
			now >= call->extend_at)
			asb_queue_extend(gateway->queue, call);
	}
}

static bool
can_claim(const Gateway *gateway)
{
	return !gateway->draining && !gateway->claiming && asb_queue_is_up(gateway->queue) &&
		gateway->held < gateway->config->concurrency;
}

static void
claim_if_due(Gateway *gateway, int64_t now)
{
	if (!can_claim(gateway) || !(gateway->may_have_calls || now >= gateway->poll_at))
		return;
	gateway->may_have_calls = false;
	gateway->claiming = true;
	gateway->asked = gateway->config->concurrency - gateway->held;
	gateway->poll_at = now + gateway->config->poll_ms;
	asb_queue_claim(gateway->queue, gateway->asked);
}

/* ---- signals ---- */

static void
reload(Gateway *gateway)
{
	char	   *error = NULL;
	AsbConfig  *config = asb_config_load(gateway->file, &error);

	if (config == NULL)
	{
		asb_log_event(ASB_LOG_ERROR, "reload_failed", "reason", error);
		free(error);
		return;
	}
	asb_config_release(gateway->config);
	gateway->config = config;
	asb_queue_configure(gateway->queue, config);
	asb_log_event(ASB_LOG_INFO, "reloaded", NULL, NULL);
	asb_log_set_level(config->log_level);
	gateway->may_have_calls = true;
}

static void
start_draining(Gateway *gateway, int64_t now)
{
	gateway->draining = true;
	gateway->drain_until = now + gateway->config->drain_ms;
	asb_log_begin(ASB_LOG_INFO, "draining");
	asb_log_number("calls", gateway->held);
	asb_log_end();
}

/* The time is over: whoever is still being performed is given back. */
static void
give_back_calls(Gateway *gateway)
{
	for (AsbCall *call = gateway->calls; call != NULL; call = call->next)
	{
		if (call->transfer == NULL)
			continue;
		asb_http_abort(gateway->http, call);
		asb_outcome_fail(call, "interrupted", false);
		asb_queue_report(gateway->queue, call);
	}
}

static void
obey_signals(Gateway *gateway, int64_t now)
{
	char		buffer[64];

	while (read(wake_pipe[0], buffer, sizeof(buffer)) > 0)
		;
	if (reload_requested)
	{
		reload_requested = 0;
		reload(gateway);
	}
	if (stop_requested && !gateway->draining)
		start_draining(gateway, now);
}

/* Is every call reported and no answer awaited? */
static bool
has_finished(const Gateway *gateway)
{
	return gateway->held == 0 && !gateway->claiming;
}

/* Is there nothing left to wait for, or no time to? */
static bool
is_over(Gateway *gateway, int64_t now)
{
	if (!gateway->draining)
		return false;
	if (now >= gateway->drain_until)
		give_back_calls(gateway);
	return has_finished(gateway) || now >= gateway->drain_until + LAST_REPORTS_MS;
}

/* ---- the loop ---- */

static void
wait_for_event(Gateway *gateway, int64_t now)
{
	struct curl_waitfd sockets[2] = {{.fd = wake_pipe[0], .events = CURL_WAIT_POLLIN}};
	unsigned int count = 1;
	bool		for_writing;
	int64_t		due = asb_queue_due(gateway->queue);
	int64_t		wait;
	int			socket = asb_queue_socket(gateway->queue, &for_writing);

	if (socket >= 0)
	{
		sockets[count].fd = socket;
		sockets[count++].events = CURL_WAIT_POLLIN | (for_writing ? CURL_WAIT_POLLOUT : 0);
	}
	if (gateway->draining)
	{
		int64_t		stop = gateway->drain_until;

		if (has_finished(gateway))
			stop = now;
		else if (now >= stop)
			stop += LAST_REPORTS_MS;
		due = stop < due ? stop : due;
	}
	else if (can_claim(gateway) && (gateway->may_have_calls || gateway->poll_at < due))
		due = gateway->may_have_calls ? now : gateway->poll_at;
	if (asb_queue_is_up(gateway->queue))
	{
		for (const AsbCall *call = gateway->calls; call != NULL; call = call->next)
		{
			if (call->transfer != NULL && !call->extending && call->extend_at < due)
				due = call->extend_at;
		}
	}
	wait = due - now;
	wait = wait < 0 ? 0 : wait > MAX_WAIT_MS ? MAX_WAIT_MS : wait;
	asb_http_wait(gateway->http, sockets, count, (int) wait);
}

static void
serve(Gateway *gateway)
{
	for (;;)
	{
		int64_t		now = asb_now_ms();
		AsbCall    *call;

		obey_signals(gateway, now);
		asb_http_perform(gateway->http);
		while ((call = asb_http_finished(gateway->http)) != NULL)
			asb_queue_report(gateway->queue, call);
		if (is_over(gateway, now))
			return;
		extend_leases(gateway, now);
		claim_if_due(gateway, now);
		asb_queue_step(gateway->queue, now);
		wait_for_event(gateway, now);
	}
}

int
asb_gateway_run(AsbConfig *config, const char *file)
{
	Gateway		gateway = {.file = file, .config = config};
	AsbQueueEvents events = {
		.owner = &gateway,
		.claimed = call_claimed,
		.claim_done = claim_done,
		.ready = calls_ready,
		.reported = call_reported,
		.lost = call_lost,
	};
	int			abandoned;

	asb_log_set_level(config->log_level);
	gateway.http = asb_http_open();
	if (gateway.http == NULL || !catch_signals())
	{
		asb_log_event(ASB_LOG_ERROR, "start_failed", NULL, NULL);
		return 1;
	}
	gateway.queue = asb_queue_open(&events, config);
	asb_log_begin(ASB_LOG_INFO, "started");
	asb_log_text("version", ASB_VERSION);
	asb_log_number("methods", (long long) config->handler_count);
	asb_log_end();

	serve(&gateway);

	abandoned = gateway.held;
	while (gateway.calls != NULL)
		call_lost(&gateway, gateway.calls, "shutdown");
	asb_queue_close(gateway.queue);
	asb_http_close(gateway.http);
	asb_config_release(gateway.config);
	asb_log_event(ASB_LOG_INFO, "stopped", NULL, NULL);
	return abandoned > 0 ? 1 : 0;
}
