/*
 * try.c
 *		Tries probes as the agent.
 *
 * Statements are sent in pipelines, each followed by a Sync, so that thousands
 * take a second.  Parse is not counted as a statement by the sandbox; what is
 * run is, and when the conversation has used up its statements of the minute,
 * another one goes on.
 */
#include "bin/audit/session.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 256

/*
 * Answers that are about what the conversation has done, not about what may be
 * done: it has used up its statements, or has read what has labels.
 */
static bool
needs_new_conversation(const AsbProbe *probe)
{
	return strcmp(probe->sqlstate, "53400") == 0 ||
		(probe->message != NULL && strstr(probe->message, "lacks labels of what this conversation has read"));
}

/* Judges a probe by a result, and forgets it. */
static void
judge(AsbProbe *probe, PGresult *result)
{
	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
	{
		const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

		asb_probe_judge(probe, sqlstate ? sqlstate : "08006",
						sqlstate ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) :
						"the session ended");
	}
	else
		asb_probe_judge(probe, NULL, NULL);
	PQclear(result);
}

static void
send_parse(PGconn *conn, const AsbProbe *probe)
{
	Oid			types[1] = {probe->oid};

	PQsendPrepare(conn, "", probe->text, probe->oid ? 1 : 0, types);
	PQpipelineSync(conn);
}

static void
send_run(PGconn *conn, const AsbProbe *probe)
{
	PQsendQueryParams(conn, probe->read_only ? "BEGIN READ ONLY" : "BEGIN", 0, NULL, NULL, NULL, NULL, 0);
	PQsendQueryParams(conn, probe->text, 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(conn);
	PQsendQueryParams(conn, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(conn);
}

/* The next result; what stands between and the ends of pipelines are passed over. */
static PGresult *
next_result(PGconn *conn)
{
	int			nulls = 0;

	/* two in a row mean that there is nothing more to come */
	while (nulls < 2)
	{
		PGresult   *result = PQgetResult(conn);

		if (result == NULL)
			nulls++;
		else if (PQresultStatus(result) != PGRES_PIPELINE_SYNC)
			return result;
		else
		{
			PQclear(result);
			nulls = 0;
		}
	}
	return NULL;
}

/* Reads what came of one; false if the session has ended. */
static bool
receive(PGconn *conn, AsbProbe *probe, bool run)
{
	PGresult   *result;

	if (run)
	{
		result = next_result(conn);
		if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		{
			judge(probe, result);	/* BEGIN was refused: the limit of statements */
			PQclear(next_result(conn));
			PQclear(next_result(conn));
			return PQstatus(conn) == CONNECTION_OK;
		}
		PQclear(result);
	}
	result = next_result(conn);
	if (result == NULL)
	{
		asb_probe_judge(probe, "08006", "the session ended");
		return false;
	}
	judge(probe, result);
	if (PQstatus(conn) != CONNECTION_OK)
		return false;
	if (run)
		PQclear(next_result(conn));
	return true;
}

/*
 * Sends a batch of probes and judges them.  Returns how many were judged: fewer
 * than there are if one ended the session.
 */
static int
batch(PGconn *conn, AsbProbe **probes, int n, bool run)
{
	int			done = 0;

	if (!PQenterPipelineMode(conn))
		return 0;
	for (int i = 0; i < n; i++)
	{
		if (run)
			send_run(conn, probes[i]);
		else
			send_parse(conn, probes[i]);
	}
	while (done < n && receive(conn, probes[done++], run))
		;
	while (PQstatus(conn) == CONNECTION_OK && !PQexitPipelineMode(conn))
		PQclear(PQgetResult(conn));
	return done;
}

/*
 * Tries the probes in an agent's session, a new one where one was ended.  What
 * the first probe of a new conversation is told stays, or there would be no end.
 */
static void
try_batch(AsbAudit *audit, AsbProbe **probes, int n, bool run)
{
	bool		is_new = false;

	for (int done = 0; done < n;)
	{
		int			judged = batch(audit->agent, probes + done, n - done, run);
		int			i = done + is_new;

		asb_audit_go_on(audit);
		while (i < done + judged && !needs_new_conversation(probes[i]))
			i++;
		is_new = i < done + judged;
		if (is_new)
		{
			asb_agent_open(audit);
			judged = i - done;
		}
		if (PQstatus(audit->agent) != CONNECTION_OK)
			asb_agent_log_in(audit);
		done += judged;
	}
}

static void
try_copy(AsbAudit *audit, AsbProbe *probe)
{
	PGresult   *result;
	PGresult   *next;
	char	   *data;

	PQclear(PQexec(audit->agent, "BEGIN"));
	result = PQexec(audit->agent, probe->text);
	switch (PQresultStatus(result))
	{
		case PGRES_COPY_OUT:
			while (PQgetCopyData(audit->agent, &data, 0) > 0)
				PQfreemem(data);
			break;
		case PGRES_COPY_IN:
			PQputCopyEnd(audit->agent, NULL);
			break;
		default:
			break;
	}
	/* the last result is that of the whole */
	while ((next = PQgetResult(audit->agent)) != NULL)
	{
		PQclear(result);
		result = next;
	}
	judge(probe, result);
	PQclear(PQexec(audit->agent, "ROLLBACK"));
}

static void
try_fastpath(AsbAudit *audit, AsbProbe *probe)
{
	PQArgBlock	args[100] = {0};
	int			length;
	int			value;

	for (int i = 0; i < probe->nargs; i++)
		args[i].len = -1;		/* null */
	judge(probe, PQfn(audit->agent, (int) probe->oid, &value, &length, 0, args, probe->nargs));
}

/* Tries a probe that cannot be part of a pipeline. */
static void
try_alone(AsbAudit *audit, AsbProbe *probe)
{
	for (int i = 0; i < 2; i++)
	{
		asb_audit_go_on(audit);
		if (i > 0)
			asb_agent_open(audit);
		if (probe->way == ASB_WAY_COPY)
			try_copy(audit, probe);
		else
			try_fastpath(audit, probe);
		if (!needs_new_conversation(probe))
			break;
	}
	if (PQstatus(audit->agent) != CONNECTION_OK)
		asb_agent_log_in(audit);
}

/* What a wave of statements is. */
typedef enum Wave
{
	WAVE_PARSE,
	WAVE_RUN_CHANGES,			/* before anything with labels has been read */
	WAVE_RUN
} Wave;

static bool
belongs_to(const AsbProbe *probe, Wave wave)
{
	bool		reads = strcmp(probe->needs[0].privilege, "SELECT") == 0;

	if (wave == WAVE_PARSE)
		return probe->way == ASB_WAY_PARSE || probe->way == ASB_WAY_RUN;
	return probe->way == ASB_WAY_RUN && probe->outcome == ASB_OUTCOME_WORKS &&
		reads == (wave == WAVE_RUN);
}

static void
in_batches(AsbAudit *audit, AsbProbes *probes, Wave wave)
{
	AsbProbe   *some[BATCH];
	int			n = 0;

	for (size_t i = 0; i < probes->n; i++)
	{
		if (belongs_to(&probes->list[i], wave))
			some[n++] = &probes->list[i];
		if (n == BATCH || (n > 0 && i + 1 == probes->n))
		{
			try_batch(audit, some, n, wave != WAVE_PARSE);
			n = 0;
		}
	}
}

/* What has been found to work, sorted. */
static AsbEntry *
proven_entries(const AsbProbes *probes, size_t *n)
{
	AsbEntry   *entries = asb_alloc(probes->n * sizeof(AsbEntry));

	*n = 0;
	for (size_t i = 0; i < probes->n; i++)
	{
		if (probes->list[i].outcome == ASB_OUTCOME_WORKS && probes->list[i].nneeds == 1)
			entries[(*n)++] = probes->list[i].needs[0];
	}
	qsort(entries, *n, sizeof(AsbEntry), asb_compare_entries);
	return entries;
}

void
asb_agent_try(AsbAudit *audit, AsbProbes *probes)
{
	AsbEntry   *proven;
	size_t		nproven;

	in_batches(audit, probes, WAVE_PARSE);
	in_batches(audit, probes, WAVE_RUN_CHANGES);
	in_batches(audit, probes, WAVE_RUN);

	/* COPY of what can be read or inserted anyway would be all of its rows */
	proven = proven_entries(probes, &nproven);
	for (size_t i = 0; i < probes->n; i++)
	{
		AsbProbe   *probe = &probes->list[i];

		if (probe->way == ASB_WAY_FASTPATH ||
			(probe->way == ASB_WAY_COPY &&
			 !bsearch(&probe->needs[0], proven, nproven, sizeof(AsbEntry), asb_compare_entries)))
			try_alone(audit, probe);
	}
	free(proven);
}

void
asb_audit_control(AsbAudit *audit, AsbProbes *probes)
{
	for (size_t i = 0; i < probes->n;)
	{
		AsbProbe   *refused[BATCH];
		AsbProbe	copies[BATCH];
		AsbProbe   *controls[BATCH];
		int			n = 0;

		asb_audit_go_on(audit);
		for (; i < probes->n && n < BATCH; i++)
		{
			AsbProbe   *probe = &probes->list[i];

			if ((probe->way != ASB_WAY_PARSE && probe->way != ASB_WAY_RUN) ||
				probe->strict || probe->outcome != ASB_OUTCOME_REFUSED)
				continue;
			refused[n] = probe;
			copies[n] = *probe;
			copies[n].message = NULL;
			controls[n] = &copies[n];
			n++;
		}
		if (batch(audit->admin, controls, n, false) != n)
			asb_audit_fail(audit, "the auditor's session ended", PQerrorMessage(audit->admin));
		for (int j = 0; j < n; j++)
		{
			if (copies[j].outcome != ASB_OUTCOME_WORKS && strcmp(copies[j].sqlstate, "42501") != 0)
				asb_probe_set(refused[j], ASB_OUTCOME_IMPOSSIBLE, copies[j].sqlstate, copies[j].message);
			free(copies[j].message);
		}
	}
}
