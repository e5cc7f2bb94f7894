/*
 * compare.c
 *		What was tried, compared with what the surface lists.
 *
 * There are three kinds of difference:
 *		works, not listed			a way around the sandbox
 *		listed, does not work		the list says more than there is
 *		proves nothing				a probe with an answer that is neither
 */
#include "bin/audit/compare.h"

#include "common/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Listed
{
	AsbEntry	entry;
	bool		proven;
	bool		impossible;		/* let through, but nobody could do it */
	const AsbProbe *failed;		/* one that should have proven it */
} Listed;

/*
 * What the agent itself can name.  What it reaches only through something else
 * is not for it to try; limits and labels are no things to be reached.
 */
static const char surface[] =
"SELECT DISTINCT class, identity, privilege FROM agentsandbox.surface($1)"
" WHERE class NOT IN ('limit', 'label') AND via[1] NOT LIKE 'through %'";

static Listed *
find(Listed *listed, size_t n, const AsbEntry *entry)
{
	return bsearch(entry, listed, n, sizeof(Listed), asb_compare_entries);
}

/* Characters that do not show, or turn others around: as agentsandbox.show_hidden() has them. */
static bool
is_hidden(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{0x01, 0x1F}, {0x7F, 0xA0}, {0xAD, 0xAD}, {0x34F, 0x34F}, {0x61C, 0x61C}, {0x115F, 0x1160},
		{0x17B4, 0x17B5}, {0x180B, 0x180E}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},
		{0x3000, 0x3000}, {0x3164, 0x3164}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},
		{0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
	{
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	}
	return false;
}

/* Names are those of whoever makes objects; they must not forge a line, or steer a terminal. */
static void
print_text(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end)
	{
		const char *start = text;
		uint32_t	c = asb_utf8_next(&text, end);

		if (!is_hidden(c))
			fwrite(start, 1, (size_t) (text - start), stdout);
		else
			printf(c <= 0x7F ? "\\x%02x" : "[U+%04X]", c);
	}
}

static void
print_difference(const char *what, const AsbEntry *entry, const AsbProbe *probe)
{
	printf("%s: %s ", what, entry->class);
	print_text(entry->identity);
	printf(" %s", entry->privilege);
	if (probe)
	{
		printf(": ");
		print_text(probe->text);
		if (probe->message)
		{
			printf(" -> %s ", probe->sqlstate);
			print_text(probe->message);
		}
	}
	putchar('\n');
}

/*
 * Does the probe show the entry to hold?  Whether a relation may be used is
 * decided when a statement runs, also by the server.
 */
static bool
proves(const AsbProbe *probe, const AsbEntry *entry)
{
	return probe->way != ASB_WAY_PARSE ||
		(strcmp(entry->class, "column") != 0 && strcmp(entry->class, "relation") != 0);
}

static void
judge_working(AsbComparison *result, Listed *listed, const AsbProbe *probe)
{
	result->works++;
	for (int i = 0; i < probe->nneeds; i++)
	{
		Listed	   *entry = find(listed, result->listed, &probe->needs[i]);

		if (entry == NULL)
		{
			result->differences++;
			print_difference("works, not listed", &probe->needs[i], probe);
		}
		else if (proves(probe, &entry->entry))
			entry->proven = true;
	}
}

static void
judge_probe(AsbComparison *result, Listed *listed, const AsbProbe *probe, bool verbose)
{
	Listed	   *entry = find(listed, result->listed, &probe->needs[0]);

	if (probe->nneeds > 1)
		entry = NULL;			/* it is open which one was missing */

	switch (probe->outcome)
	{
		case ASB_OUTCOME_WORKS:
			judge_working(result, listed, probe);
			break;
		case ASB_OUTCOME_REFUSED:
			result->refused++;
			/* COPY may not be allowed, and the fastpath message takes fewer functions */
			if (entry && probe->way != ASB_WAY_COPY && probe->way != ASB_WAY_FASTPATH)
				entry->failed = probe;
			break;
		case ASB_OUTCOME_IMPOSSIBLE:
			result->impossible++;
			if (verbose)
				print_difference("not possible", &probe->needs[0], probe);
			for (int i = 0; i < probe->nneeds; i++)
			{
				entry = find(listed, result->listed, &probe->needs[i]);
				if (entry)
					entry->impossible = true;
			}
			break;
		case ASB_OUTCOME_UNTRIED:
			if (probe->way == ASB_WAY_COPY)
				break;			/* see asb_agent_try() */
			/* FALLTHROUGH */
		case ASB_OUTCOME_UNCLEAR:
			result->differences++;
			print_difference("proves nothing", &probe->needs[0], probe);
			break;
	}
}

AsbComparison
asb_compare(AsbAudit *audit, const AsbProbes *probes, bool all_tried, bool verbose)
{
	AsbComparison result = {0};
	PGresult   *rows = asb_audit_query(audit, surface, 1, &audit->profile);
	Listed	   *listed = asb_alloc_zero(PQntuples(rows) * sizeof(Listed));

	for (int row = 0; row < PQntuples(rows); row++)
		listed[result.listed++].entry = (AsbEntry)
	{
		PQgetvalue(rows, row, 0), PQgetvalue(rows, row, 1), PQgetvalue(rows, row, 2)
	};
	qsort(listed, result.listed, sizeof(Listed), asb_compare_entries);

	for (size_t i = 0; i < probes->n; i++)
		judge_probe(&result, listed, &probes->list[i], verbose);

	for (size_t i = 0; i < result.listed; i++)
	{
		if (listed[i].proven ||
			(listed[i].failed == NULL && (listed[i].impossible || !all_tried)))
			continue;
		result.differences++;
		print_difference(listed[i].failed ? "listed, does not work" : "listed, not there to be tried",
						 &listed[i].entry, listed[i].failed);
	}
	free(listed);
	PQclear(rows);
	return result;
}
