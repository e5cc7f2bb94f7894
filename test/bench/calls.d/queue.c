/*
 * queue.c
 *	  Load on one queue: producers that enqueue a call, wait for its answer and
 *	  read it, and two claimers that claim up to 16 at a time and answer them.
 *
 * queue KIND PRODUCERS PAUSE SECONDS ADMIN GATEWAY PRODUCER...
 *
 * PAUSE: milliseconds a producer rests between two calls; or @RATE, an open
 * loop: so many calls a second, all producers together, on a schedule that does
 * not wait for answers.  A producer that is late calls at once, and what it is
 * late by counts as part of the round trip.  ADMIN, GATEWAY and
 * PRODUCER (as many as producers) are connection strings.  POSTMASTER in the
 * environment is the process whose children's CPU time counts.
 *
 * Prints calls per second, p50 and p99 of the round trip in milliseconds, CPU
 * microseconds of all server processes per call, and bytes of WAL per call.
 * The first fifth of the time is warming up and does not count.
 *
 * Kinds:
 *	 await, call   agentsandbox: INSERT and await(), or CALL; claimers wait in claim()
 *	 notify        hand-written table; NOTIFY wakes claimers and the producer
 *	 polling       the same table; both look again after 5 milliseconds
 *	 pgq           PgQ, a ticker every 5 milliseconds; answers in a table, by polling
 *	 graphile, pgboss   graphile-worker, pg-boss; their claimers are peers.js
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#define MAX_PRODUCERS 64
#define MAX_SAMPLES 200000
#define CLAIMERS 2
#define POLL_MS 5
#define PAYLOAD "{\"template\": \"renewal\", \"customer\": 4711, \"note\": \"as agreed on the phone on Monday\"}"
#define ANSWER "{\"status\": \"sent\", \"message\": 12345}"

enum Kind
{
	AWAIT, CALL, NOTIFY, POLLING, PGQ, GRAPHILE, PGBOSS
};

static const char *const kinds[] = {"await", "call", "notify", "polling", "pgq", "graphile", "pgboss"};

typedef struct Producer
{
	pthread_t	thread;
	PGconn	   *conn;
	int			number;
	int			nsamples;
	double		sample[MAX_SAMPLES / MAX_PRODUCERS];
} Producer;

static enum Kind kind;
static int	pause_ms = 0;
static double open_rate = 0;	/* calls a second of each producer; 0: closed loop */
static atomic_int nanswered = 0;
static atomic_bool counting = false;
static atomic_bool stopping = false;
static atomic_bool claimers_stopping = false;
static Producer producers[MAX_PRODUCERS];

static void
die(const char *what, PGconn *conn)
{
	fprintf(stderr, "queue: %s: %s\n", what, conn ? PQerrorMessage(conn) : "");
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void
rest(int ms)
{
	usleep(ms * 1000);
}

static PGconn *
open_connection(const char *conninfo)
{
	PGconn	   *conn = PQconnectdb(conninfo);

	if (PQstatus(conn) != CONNECTION_OK)
		die("connection", conn);
	return conn;
}

/* Runs a prepared statement that is named by itself. */
static PGresult *
run(PGconn *conn, const char *statement, int n, const char *const *params)
{
	PGresult   *result = PQexecPrepared(conn, statement, n, params, NULL, NULL, 0);

	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		die(statement, conn);
	return result;
}

static void
prepare(PGconn *conn, const char *name, const char *statement)
{
	PGresult   *result = PQprepare(conn, name, statement, 0, NULL);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		die(statement, conn);
	PQclear(result);
}

static void
execute(PGconn *conn, const char *statement)
{
	PGresult   *result = PQexec(conn, statement);

	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		die(statement, conn);
	PQclear(result);
}

/* Waits for a notification, at most so long; takes all that are there. */
static void
wait_notify(PGconn *conn, int ms)
{
	struct pollfd fd = {PQsocket(conn), POLLIN, 0};
	PGnotify   *notify;
	bool		any = false;

	PQconsumeInput(conn);
	while ((notify = PQnotifies(conn)) != NULL)
	{
		PQfreemem(notify);
		any = true;
	}
	if (any)
		return;
	poll(&fd, 1, ms);
	PQconsumeInput(conn);
	while ((notify = PQnotifies(conn)) != NULL)
		PQfreemem(notify);
}

/* ---- producers ---- */

static void
prepare_producer(Producer *producer)
{
	PGconn	   *conn = producer->conn;
	char		text[300];

	switch (kind)
	{
		case AWAIT:
			prepare(conn, "enqueue", "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('bench', $1) RETURNING id");
			prepare(conn, "await", "SELECT status, response FROM agentsandbox.await($1)");
			break;
		case CALL:
			prepare(conn, "call", "CALL agentsandbox.call('bench', $1)");
			break;
		case NOTIFY:
			snprintf(text, sizeof(text), "LISTEN done_%d", producer->number);
			execute(conn, text);
			snprintf(text, sizeof(text), "WITH n AS MATERIALIZED (SELECT pg_notify('ready', '')) "
					 "INSERT INTO hand.queue (producer, arguments) SELECT %d, $1 FROM n RETURNING id", producer->number);
			prepare(conn, "enqueue", text);
			break;
		case POLLING:
			snprintf(text, sizeof(text),
					 "INSERT INTO hand.queue (producer, arguments) VALUES (%d, $1) RETURNING id", producer->number);
			prepare(conn, "enqueue", text);
			break;
		case PGQ:
			snprintf(text, sizeof(text), "SELECT pgq.insert_event('bench', '%d', $1)", producer->number);
			prepare(conn, "enqueue", text);
			break;
		case GRAPHILE:
			prepare(conn, "enqueue", "SELECT id FROM graphile_worker.add_job('bench', $1)");
			break;
		case PGBOSS:
			prepare(conn, "enqueue", "INSERT INTO pgboss.job (name, data) VALUES ('bench', $1) RETURNING id");
			break;
	}
	if (kind == NOTIFY || kind == POLLING)
		prepare(conn, "read", "SELECT status, response FROM hand.queue WHERE id = $1 AND status = 'completed'");
	if (kind == PGQ)
		prepare(conn, "read", "SELECT response FROM hand.answer WHERE id = $1");
	if (kind > PGQ)
		prepare(conn, "read", "SELECT response FROM hand.outcome WHERE id = $1");
}

static void
call_once(PGconn *conn)
{
	const char *payload = PAYLOAD;
	PGresult   *result;
	char		id[64];
	const char *ids = id;

	if (kind == CALL)
	{
		result = run(conn, "call", 1, &payload);
		if (strcmp(PQgetvalue(result, 0, 0), "completed") != 0)
			die("CALL", conn);
		PQclear(result);
		return;
	}

	result = run(conn, "enqueue", 1, &payload);
	snprintf(id, sizeof(id), "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	if (kind == AWAIT)
	{
		result = run(conn, "await", 1, &ids);
		if (strcmp(PQgetvalue(result, 0, 0), "completed") != 0)
			die(PQgetvalue(result, 0, 0), NULL);
		PQclear(result);
		return;
	}
	for (;;)
	{
		bool		done;

		if (kind == NOTIFY)
			wait_notify(conn, 1000);
		else
			rest(POLL_MS);
		result = run(conn, "read", 1, &ids);
		done = PQntuples(result) == 1;
		PQclear(result);
		if (done)
			return;
	}
}

static void *
produce(void *arg)
{
	Producer   *producer = arg;
	double		due = now() + producer->number * 0.001;

	while (!stopping)
	{
		bool		counts;
		double		start = now();

		if (open_rate > 0)
		{
			if (start < due)
				usleep((due - start) * 1e6);
			start = due;
			due += 1 / open_rate;
		}
		counts = counting;
		call_once(producer->conn);
		if (counts && !stopping && producer->nsamples < MAX_SAMPLES / MAX_PRODUCERS)
		{
			producer->sample[producer->nsamples++] = (now() - start) * 1000;
			nanswered++;
		}
		if (pause_ms > 0)
			rest(pause_ms);
	}
	return NULL;
}

/* ---- claimers ---- */

static void
append(char *list, size_t size, const char *item)
{
	size_t		length = strlen(list);

	snprintf(list + length, size - length, "%s%s", length > 1 ? "," : "", item);
}

/* Claims and answers; returns how many. */
static int
claim_once(PGconn *conn)
{
	PGresult   *result = run(conn, "claim", 0, NULL);
	int			n = PQntuples(result);
	char		first[2000] = "{";
	char		second[2000] = "{";
	const char *params[] = {first, second};

	for (int i = 0; i < n; i++)
	{
		append(first, sizeof(first), PQgetvalue(result, i, 0));
		append(second, sizeof(second), PQgetvalue(result, i, 1));
	}
	strcat(first, "}");
	strcat(second, "}");
	PQclear(result);
	if (n > 0)
		PQclear(run(conn, "complete", 2, params));
	return n;
}

static void *
claim(void *arg)
{
	PGconn	   *conn = arg;

	if (kind == AWAIT || kind == CALL)
	{
		prepare(conn, "claim", "SELECT id, lease_token, method, arguments FROM agentsandbox.claim(16, '30 seconds', wait => '1 second')");
		prepare(conn, "complete", "SELECT agentsandbox.complete(i, t, '" ANSWER "') FROM unnest($1::uuid[], $2::uuid[]) u(i, t)");
	}
	else
	{
		if (kind == NOTIFY)
			execute(conn, "LISTEN ready");
		prepare(conn, "claim", "UPDATE hand.queue q SET status = 'claimed', claimed_at = clock_timestamp() "
				"FROM (SELECT id FROM hand.queue WHERE status = 'ready' ORDER BY id LIMIT 16 FOR UPDATE SKIP LOCKED) r "
				"WHERE q.id = r.id RETURNING q.id, q.producer, q.arguments");
		prepare(conn, "complete", kind == NOTIFY ?
				"WITH done AS (UPDATE hand.queue q SET status = 'completed', response = '" ANSWER "', finished_at = clock_timestamp() "
				"FROM unnest($1::bigint[], $2::int[]) u(id, producer) WHERE q.id = u.id RETURNING q.producer) "
				"SELECT pg_notify('done_' || producer, '') FROM done" :
				"UPDATE hand.queue q SET status = 'completed', response = '" ANSWER "', finished_at = clock_timestamp() "
				"FROM unnest($1::bigint[], $2::int[]) u(id, producer) WHERE q.id = u.id");
	}
	while (!claimers_stopping)
	{
		if (claim_once(conn) > 0)
			continue;
		if (kind == POLLING)
			rest(POLL_MS);
		else if (kind == NOTIFY)
			wait_notify(conn, 100);
	}
	return NULL;
}

/* PgQ has one consumer of a queue: it gets all that came since the last tick. */
static void *
consume(void *arg)
{
	PGconn	   *conn = arg;

	prepare(conn, "next", "SELECT pgq.next_batch('bench', 'consumer')");
	prepare(conn, "answer", "INSERT INTO hand.answer SELECT ev_id, '" ANSWER "' FROM pgq.get_batch_events($1)");
	prepare(conn, "finish", "SELECT pgq.finish_batch($1)");
	while (!claimers_stopping)
	{
		PGresult   *result = run(conn, "next", 0, NULL);
		char		batch[32];
		const char *param = batch;

		snprintf(batch, sizeof(batch), "%s", PQgetvalue(result, 0, 0));
		PQclear(result);
		if (batch[0] == '\0')
		{
			rest(POLL_MS);
			continue;
		}
		execute(conn, "BEGIN");
		PQclear(run(conn, "answer", 1, &param));
		PQclear(run(conn, "finish", 1, &param));
		execute(conn, "COMMIT");
	}
	return NULL;
}

static void *
tick(void *arg)
{
	PGconn	   *conn = arg;

	while (!claimers_stopping)
	{
		execute(conn, "SELECT pgq.ticker('bench')");
		rest(POLL_MS);
	}
	return NULL;
}

/* ---- measuring ---- */

/* Microseconds of CPU that the postmaster's children have used. */
static double
server_cpu(void)
{
	const char *postmaster = getenv("POSTMASTER");
	char		path[128];
	FILE	   *children;
	double		sum = 0;
	int			pid;

	snprintf(path, sizeof(path), "/proc/%s/task/%s/children", postmaster, postmaster);
	children = fopen(path, "r");
	if (children == NULL)
		die(path, NULL);
	while (fscanf(children, "%d", &pid) == 1)
	{
		unsigned long long ns = 0;
		FILE	   *file;

		snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
		file = fopen(path, "r");
		if (file == NULL)
			continue;
		if (fscanf(file, "%llu", &ns) == 1)
			sum += ns / 1000.0;
		fclose(file);
	}
	fclose(children);
	return sum;
}

static double
wal(PGconn *conn)
{
	PGresult   *result = PQexec(conn, "SELECT pg_current_wal_insert_lsn() - '0/0'");
	double		position = atof(PQgetvalue(result, 0, 0));

	PQclear(result);
	return position;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static double all[MAX_SAMPLES];
	pthread_t	claimers[CLAIMERS];
	PGconn	   *admin;
	PGconn	   *claimer_conns[CLAIMERS];
	int			nproducers;
	int			n = 0;
	double		seconds;
	double		cpu;
	double		bytes;
	double		start;

	if (argc < 8)
		die("too few arguments", NULL);
	for (kind = AWAIT; strcmp(kinds[kind], argv[1]) != 0; kind++)
	{
		if (kind == PGBOSS)
			die("no such kind", NULL);
	}
	nproducers = atoi(argv[2]);
	if (argv[3][0] == '@')
		open_rate = atof(argv[3] + 1) / nproducers;
	else
		pause_ms = atoi(argv[3]);
	seconds = atof(argv[4]);
	if (nproducers < 1 || nproducers > MAX_PRODUCERS || argc < 7 + nproducers)
		die("too few producers", NULL);

	admin = open_connection(argv[5]);
	for (int i = 0; i < CLAIMERS && kind <= PGQ; i++)
	{
		claimer_conns[i] = open_connection(argv[6]);
		pthread_create(&claimers[i], NULL, kind != PGQ ? claim : i == 0 ? consume : tick, claimer_conns[i]);
	}
	for (int i = 0; i < nproducers; i++)
	{
		producers[i].number = i;
		producers[i].conn = open_connection(argv[7 + i]);
		prepare_producer(&producers[i]);
		pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
	}

	rest(seconds * 200);
	cpu = server_cpu();
	bytes = wal(admin);
	start = now();
	counting = true;
	rest(seconds * 800);
	for (int i = 0; i < 100 && nanswered == 0; i++)
		rest(100);
	stopping = true;
	seconds = now() - start;
	cpu = server_cpu() - cpu;
	bytes = wal(admin) - bytes;

	for (int i = 0; i < nproducers; i++)
	{
		pthread_join(producers[i].thread, NULL);
		memcpy(all + n, producers[i].sample, producers[i].nsamples * sizeof(double));
		n += producers[i].nsamples;
	}
	claimers_stopping = true;
	for (int i = 0; i < CLAIMERS && kind <= PGQ; i++)
		pthread_join(claimers[i], NULL);
	if (n == 0)
		die("no call was answered", NULL);

	qsort(all, n, sizeof(double), compare);
	printf("%.0f %.2f %.2f %.0f %.0f\n", n / seconds, all[n / 2], all[(int) (n * 0.99)], cpu / n, bytes / n);
	return 0;
}
