/*
 * loop.c
 *		One thread, one poll: the client, the database, signals.
 *
 * A client that sends faster than it reads fills memory up to a limit; then
 * nothing more is read from it, nor done for it, until it has read.
 */
#include "bin/mcp/loop.h"

#include "bin/common/log.h"
#include "bin/mcp/frame.h"
#include "bin/mcp/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define MAX_HELD_REQUESTS (16 * 1024 * 1024)

/* Once the client has said all, how long may the answers take? */
#define LAST_ANSWERS_MS 2000
#define MAX_WAIT_MS 60000

static volatile sig_atomic_t stop_requested;

static void
on_signal(int number)
{
	stop_requested = 1;
}

/* Signals are taken while polling, and only then. */
static bool
catch_signals(sigset_t *polling)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t	blocked;

	sigemptyset(&action.sa_mask);
	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
	{
		sigaddset(&blocked, signals[i]);
		if (sigaction(signals[i], &action, NULL) != 0)
			return false;
	}
	if (sigprocmask(SIG_BLOCK, &blocked, polling) != 0)
		return false;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigdelset(polling, signals[i]);
	action.sa_handler = SIG_DFL;
	if (sigaction(SIGCHLD, &action, NULL) != 0)
		return false;			/* ignored, it would hide how a child ended */
	action.sa_handler = SIG_IGN;
	return sigaction(SIGPIPE, &action, NULL) == 0;
}

static bool
may_read(const AsbServer *server)
{
	return server->weight < MAX_HELD_REQUESTS && !asb_output_full(&server->output);
}

/* Takes what the client has sent; false at the end of it. */
static bool
read_client(AsbFrames *frames, AsbServer *server)
{
	static char buffer[65536];
	ssize_t		length = read(STDIN_FILENO, buffer, sizeof(buffer));

	if (length > 0)
		asb_frames_feed(frames, buffer, (size_t) length, asb_server_line, server);
	return length > 0 || (length < 0 && (errno == EINTR || errno == EAGAIN));
}

static void
serve(AsbServer *server, AsbFrames *frames, const sigset_t *polling)
{
	bool		reading = true;
	int64_t		until = INT64_MAX;

	for (;;)
	{
		struct pollfd fds[3];
		struct timespec timeout;
		bool		for_writing;
		int64_t		now = asb_now_ms();
		int64_t		due;

		asb_server_step(server, now);
		if (server->output.broken || stop_requested || now >= until ||
			(server->over && asb_output_pending(&server->output) == 0) ||
			(!reading && !asb_server_has_requests(server) && asb_output_pending(&server->output) == 0))
			return;

		due = asb_server_due(server, now);
		due = due < until ? due : until;
		due = due < now ? 0 : due - now < MAX_WAIT_MS ? due - now : MAX_WAIT_MS;
		timeout.tv_sec = due / 1000;
		timeout.tv_nsec = due % 1000 * 1000000;

		/* a negative descriptor is not looked at */
		fds[0].fd = reading && may_read(server) ? STDIN_FILENO : -1;
		fds[0].events = POLLIN;
		fds[1].fd = STDOUT_FILENO;
		fds[1].events = asb_output_pending(&server->output) > 0 ? POLLOUT : 0;
		fds[2].fd = asb_database_socket(&server->database, &for_writing);
		fds[2].events = for_writing ? POLLIN | POLLOUT : POLLIN;
		if (ppoll(fds, 3, &timeout, polling) < 0)
			continue;

		if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL))
			return;				/* the reader is gone; of a socket that is a hang-up */
		if (fds[0].revents != 0)
			reading = read_client(frames, server);
		if (!reading && until == INT64_MAX)
			until = asb_now_ms() + LAST_ANSWERS_MS;
	}
}

int
asb_mcp_run(const AsbOptions *options, char *token)
{
	AsbServer	server;
	AsbFrames	frames = {0};
	sigset_t	polling;
	int			flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (!catch_signals(&polling) || flags < 0 ||
		fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK) != 0)
	{
		asb_log_event(ASB_LOG_ERROR, "start_failed", "reason", strerror(errno));
		return 1;
	}
	asb_log_event(ASB_LOG_INFO, "started", "version", ASB_VERSION);
	asb_server_open(&server, options, token, STDOUT_FILENO);
	serve(&server, &frames, &polling);
	asb_server_close(&server);
	asb_frames_free(&frames);
	/* whoever shares the terminal or pipe with us may rely on it */
	(void) fcntl(STDOUT_FILENO, F_SETFL, flags);
	asb_log_event(ASB_LOG_INFO, "stopped", NULL, NULL);
	return 0;
}
