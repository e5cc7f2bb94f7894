/*
 * drive.c
 *	  Runs the same transactions on several servers or roles by turns and
 *	  compares them.
 *
 * drive SCRIPT simple|prepared CLIENTS ROUNDS MILLISECONDS NAME CONNINFO [NAME CONNINFO]...
 *
 * All connections stay open.  A round gives every contestant one slice of the
 * same number of transactions, so whatever else the machine does meets them
 * alike; in a random order, since what a server has left to do falls on the
 * next one, and one that follows another on the same server finds its pages in
 * the caches.  Connections are opened in a random order, too: where a process
 * lies in memory stays with it.  CPU time is what the server processes of the
 * connections used (/proc/PID/schedstat, nanoseconds), read while they wait for
 * the next query.
 *
 * Prints a line for each contestant: name, transactions per second,
 * microseconds of server CPU time of each; of the tenth of the slices that was
 * disturbed least (the last decile of the rates, the first of the CPU times):
 * medians jump where other work has the machine half of the time.
 *
 * The scripts are those of pgbench with its tables at scale 1.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#define MAX_CONTESTANTS 8
#define MAX_CLIENTS 16
#define MAX_ROUNDS 10000
#define WARM_UP 0.05				/* seconds */

/* Parameters of all statements: $1 aid, $2 tid, $3 bid, $4 delta. */
#define NPARAMS 4

typedef struct Script
{
	const char *name;
	const char *statements[8];
} Script;

static const Script scripts[] = {
	{"select", {
		"SELECT abalance FROM public.pgbench_accounts WHERE aid = $1",
		NULL}},
	{"scan", {
		"SELECT aid, bid, abalance, filler FROM public.pgbench_accounts WHERE aid BETWEEN $1 AND $1 + 199",
		NULL}},
	{"tpcb", {
		"BEGIN",
		"UPDATE public.pgbench_accounts SET abalance = abalance + $4 WHERE aid = $1",
		"SELECT abalance FROM public.pgbench_accounts WHERE aid = $1",
		"UPDATE public.pgbench_tellers SET tbalance = tbalance + $4 WHERE tid = $2",
		"UPDATE public.pgbench_branches SET bbalance = bbalance + $4 WHERE bid = $3",
		"INSERT INTO public.pgbench_history (tid, bid, aid, delta, mtime) VALUES ($2, $3, $1, $4, CURRENT_TIMESTAMP)",
		"END",
		NULL}},
};

typedef struct Client
{
	PGconn	   *conn;
	int			at;				/* statement that is running */
	int			nparams[8];		/* highest parameter each statement names */
	int			params[NPARAMS];
} Client;

typedef struct Contestant
{
	const char *name;
	Client		clients[MAX_CLIENTS];
	double		rate[MAX_ROUNDS];	/* transactions per second */
	double		cpu[MAX_ROUNDS];	/* microseconds per transaction */
} Contestant;

static Contestant contestants[MAX_CONTESTANTS];
static int	ncontestants = 0;
static const Script *script = NULL;
static int	prepared = 0;
static int	nclients = 1;

static void
die(const char *what, PGconn *conn)
{
	fprintf(stderr, "drive: %s: %s\n", what, conn ? PQerrorMessage(conn) : "");
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Seconds of CPU time that the servers of a contestant have used. */
static double
server_cpu(const Contestant *contestant)
{
	double		sum = 0;

	for (int i = 0; i < nclients; i++)
	{
		char		path[64];
		unsigned long long ns;
		FILE	   *file;

		snprintf(path, sizeof(path), "/proc/%d/schedstat", PQbackendPID(contestant->clients[i].conn));
		file = fopen(path, "r");
		if (file == NULL || fscanf(file, "%llu", &ns) != 1)
			die(path, NULL);
		fclose(file);
		sum += ns / 1e9;
	}
	return sum;
}

/* The statement with its parameters written into it, as pgbench's simple protocol does. */
static const char *
substitute(const char *statement, const int *params)
{
	static char text[1024];
	char	   *out = text;

	for (const char *in = statement; *in; in++)
	{
		if (*in == '$')
		{
			out += sprintf(out, "%d", params[in[1] - '1']);
			in++;
		}
		else
			*out++ = *in;
	}
	*out = '\0';
	return text;
}

static void
send_statement(Client *client)
{
	const char *statement = script->statements[client->at];
	int			sent;

	if (client->at == 0)
	{
		client->params[0] = 1 + random() % (100000 - 200);
		client->params[1] = 1 + random() % 10;
		client->params[2] = 1;
		client->params[3] = random() % 10001 - 5000;
	}
	if (prepared)
	{
		char		values[NPARAMS][16];
		const char *pointers[NPARAMS];
		char		name[16];

		for (int i = 0; i < NPARAMS; i++)
		{
			snprintf(values[i], sizeof(values[i]), "%d", client->params[i]);
			pointers[i] = values[i];
		}
		snprintf(name, sizeof(name), "s%d", client->at);
		sent = PQsendQueryPrepared(client->conn, name, client->nparams[client->at],
								   pointers, NULL, NULL, 0);
	}
	else
		sent = PQsendQuery(client->conn, substitute(statement, client->params));
	if (!sent)
		die(statement, client->conn);
}

/* Takes the results that are there.  Has the statement ended? */
static int
receive(Client *client)
{
	PGresult   *result;

	if (!PQconsumeInput(client->conn))
		die("connection", client->conn);
	while (!PQisBusy(client->conn))
	{
		result = PQgetResult(client->conn);
		if (result == NULL)
			return 1;
		if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
			die(script->statements[client->at], client->conn);
		PQclear(result);
	}
	return 0;
}

/* Runs so many transactions, spread over the contestant's clients. */
static void
run(Contestant *contestant, int transactions)
{
	struct pollfd fds[MAX_CLIENTS];
	int			running = 0;
	int			left = transactions;

	for (int i = 0; i < nclients; i++)
	{
		Client	   *client = &contestant->clients[i];

		fds[i].fd = left > 0 ? PQsocket(client->conn) : -1;
		fds[i].events = POLLIN;
		if (left > 0)
		{
			left--;
			running++;
			client->at = 0;
			send_statement(client);
		}
	}
	while (running > 0)
	{
		if (poll(fds, nclients, -1) < 0)
			die("poll", NULL);
		for (int i = 0; i < nclients; i++)
		{
			Client	   *client = &contestant->clients[i];

			if (fds[i].fd < 0 || !fds[i].revents || !receive(client))
				continue;
			client->at++;
			if (script->statements[client->at] == NULL)
			{
				client->at = 0;
				if (left == 0)
				{
					fds[i].fd = -1;
					running--;
					continue;
				}
				left--;
			}
			send_statement(client);
		}
	}
}

static void
open_client(Client *client, const char *conninfo)
{
	const Oid	types[NPARAMS] = {23, 23, 23, 23};	/* int4 */

	client->conn = PQconnectdb(conninfo);
	if (PQstatus(client->conn) != CONNECTION_OK)
		die("connection", client->conn);
	for (int i = 0; script->statements[i]; i++)
	{
		const char *statement = script->statements[i];
		char		name[16];
		PGresult   *result;

		for (const char *at = statement; (at = strchr(at, '$')) != NULL; at++)
		{
			if (at[1] - '0' > client->nparams[i])
				client->nparams[i] = at[1] - '0';
		}
		if (!prepared)
			continue;
		snprintf(name, sizeof(name), "s%d", i);
		result = PQprepare(client->conn, name, statement, client->nparams[i], types);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			die(statement, client->conn);
		PQclear(result);
	}
}

static void
shuffle(int *order)
{
	for (int i = 0; i < ncontestants; i++)
	{
		int			other = random() % (i + 1);

		order[i] = order[other];
		order[other] = i;
	}
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The value that the fraction of all is below. */
static double
quantile(const double *values, int n, double fraction)
{
	static double sorted[MAX_ROUNDS];

	memcpy(sorted, values, n * sizeof(double));
	qsort(sorted, n, sizeof(double), compare);
	return sorted[(int) ((n - 1) * fraction)];
}

int
main(int argc, char **argv)
{
	int			rounds;
	int			transactions = 1;
	double		slice;
	double		begin;
	int			order[MAX_CONTESTANTS];

	if (argc < 8 || argc % 2 != 0 || (argc - 6) / 2 > MAX_CONTESTANTS)
		die("usage: SCRIPT simple|prepared CLIENTS ROUNDS MILLISECONDS NAME CONNINFO...", NULL);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
	{
		if (strcmp(scripts[i].name, argv[1]) == 0)
			script = &scripts[i];
	}
	prepared = strcmp(argv[2], "prepared") == 0;
	nclients = atoi(argv[3]);
	rounds = atoi(argv[4]);
	slice = atof(argv[5]) / 1000;
	if (script == NULL || nclients < 1 || nclients > MAX_CLIENTS || rounds < 1 || rounds > MAX_ROUNDS)
		die("no such script, or too many clients or rounds", NULL);

	/* a run of its own, not the same again */
	srandom(time(NULL) ^ getpid());
	ncontestants = (argc - 6) / 2;
	shuffle(order);
	for (int i = 0; i < ncontestants; i++)
	{
		Contestant *contestant = &contestants[order[i]];

		contestant->name = argv[6 + 2 * order[i]];
		for (int j = 0; j < nclients; j++)
			open_client(&contestant->clients[j], argv[7 + 2 * order[i]]);
	}

	/* warm up everyone, and find how many transactions a slice has, by the first contestant */
	for (int i = ncontestants - 1; i >= 0; i--)
	{
		double		start = now();
		int			done = 0;

		while (now() - start < WARM_UP)
		{
			run(&contestants[i], 4 * nclients);
			done += 4 * nclients;
		}
		transactions = 1 + (int) (done / WARM_UP * slice);
	}

	begin = now();
	for (int round = 0; round < rounds; round++)
	{
		/* a machine that got slower has fewer rounds */
		if (round >= 9 && now() - begin > 1.3 * rounds * slice * ncontestants)
		{
			rounds = round;
			break;
		}
		shuffle(order);
		for (int i = 0; i < ncontestants; i++)
		{
			Contestant *contestant = &contestants[order[i]];
			double		cpu = server_cpu(contestant);
			double		start = now();

			run(contestant, transactions);
			contestant->rate[round] = transactions / (now() - start);
			contestant->cpu[round] = (server_cpu(contestant) - cpu) * 1e6 / transactions;
		}
	}

	for (int i = 0; i < ncontestants; i++)
	{
		printf("%s|%.1f|%.3f\n", contestants[i].name,
			   quantile(contestants[i].rate, rounds, 0.9), quantile(contestants[i].cpu, rounds, 0.1));
		for (int j = 0; j < nclients; j++)
			PQfinish(contestants[i].clients[j].conn);
	}
	return 0;
}
