/*
 * main.c
 *		agentsandbox-audit: proves that the surface of a profile is what an
 *		agent can reach, no more and no less.
 *
 * The program shares no code with the extension: it enumerates what there is
 * from the server's catalogs and tries it, in a session like any agent's.
 */
#include "bin/audit/compare.h"
#include "bin/audit/entrance.h"
#include "bin/audit/objects.h"
#include "bin/audit/statements.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "agentsandbox-audit"

static const char usage[] =
"agentsandbox-audit tries, as an agent, everything that a database holds, and compares\n"
"what works with what agentsandbox.surface() lists.\n"
"\n"
"Usage:\n"
"  agentsandbox-audit [OPTION]... probe PROFILE\n"
"\n"
"Options:\n"
"      --context JSON   context of the throwaway conversation\n"
"      --schema NAME    try the objects of this schema only, and nothing else;\n"
"                       may be given more than once\n"
"      --verbose        also print what the server cannot do, or something behind\n"
"                       an object refuses\n"
"      --help           show this help and exit\n"
"      --version        show the version and exit\n"
"\n"
"Where to connect is said as for psql: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSFILE,\n"
"PGSERVICE ...  The role has to be an operator and an auditor.  No row is read or changed.\n"
"Statement triggers of tables that the profile may change are fired for no rows, and\n"
"rolled back.\n"
"\n"
"Exit status: 0 if both are equal, 1 if they differ, 2 if it could not be found out,\n"
"or not be written.\n";

enum
{
	CONTEXT = 256, HELP, SCHEMA, VERBOSE, VERSION
};

/* sorted by name */
static const struct option long_options[] = {
	{"context", required_argument, NULL, CONTEXT},
	{"help", no_argument, NULL, HELP},
	{"schema", required_argument, NULL, SCHEMA},
	{"verbose", no_argument, NULL, VERBOSE},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0}
};

static void
connect_auditor(AsbAudit *audit)
{
	static const char *const for_auditor[] = {"PGOPTIONS", "PGDATESTYLE", "PGTZ", "PGGEQO", "PGSERVICE"};
	const char *keywords[] = {"fallback_application_name", "client_encoding", NULL};
	const char *values[] = {PROGRAM, "UTF8", NULL};
	PGresult   *result;

	audit->admin = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(audit->admin) != CONNECTION_OK)
		asb_audit_fail(audit, "cannot connect", PQerrorMessage(audit->admin));
	asb_audit_heed_signals(audit);

	/* what is for the auditor's session is not for the agent's */
	for (size_t i = 0; i < sizeof(for_auditor) / sizeof(for_auditor[0]); i++)
		unsetenv(for_auditor[i]);
	PQclear(asb_audit_query(audit, "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)", 0, NULL));

	result = asb_audit_query(audit, "SELECT mode, allow_call FROM agentsandbox.profiles"
							 " WHERE profile = pg_catalog.to_regrole(pg_catalog.quote_ident($1))",
							 1, &audit->profile);
	if (PQntuples(result) != 1)
		asb_audit_fail(audit, audit->profile, "there is no such profile");
	if (strcmp(PQgetvalue(result, 0, 0), "enforce") != 0)
		asb_audit_fail(audit, audit->profile, "the profile refuses nothing, it only observes");
	audit->allow_call = PQgetvalue(result, 0, 1)[0] == 't';
	PQclear(result);
}

static int
probe(AsbAudit *audit, const char *schemas, bool verbose)
{
	AsbProbes	probes = {0};
	AsbComparison result;
	int64_t		begin = asb_now_ms();

	connect_auditor(audit);
	asb_agent_open(audit);
	asb_objects_add(audit, &probes, schemas);
	if (schemas == NULL)
	{
		asb_statements_add(&probes);
		asb_settings_add(audit, &probes);
		asb_entrance_try(audit, &probes);
	}
	asb_agent_try(audit, &probes);
	asb_audit_control(audit, &probes);
	result = asb_compare(audit, &probes, schemas == NULL, verbose);
	asb_agent_close(audit);
	PQfinish(audit->admin);

	printf("%zu probes in %.1f s: %zu work, %zu are refused, %zu are not possible;"
		   " %zu entries listed; %zu differences\n",
		   result.works + result.refused + result.impossible, (asb_now_ms() - begin) / 1000.0, result.works, result.refused, result.impossible,
		   result.listed, result.differences);
	/* a report that nobody can read proves nothing */
	if (ferror(stdout) || fclose(stdout) != 0)
		asb_audit_fail(audit, "cannot write the outcome", strerror(errno));
	return result.differences == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	AsbAudit	audit = {.context = "{}"};
	AsbString	schemas = {0};
	bool		verbose = false;
	int			option;

	asb_keep_standard_files();
	/* whoever reads the output may go; the conversation has still to be closed */
	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
	{
		switch (option)
		{
			case CONTEXT:
				audit.context = optarg;
				break;
			case SCHEMA:
				asb_string_element(&schemas, optarg);
				break;
			case VERBOSE:
				verbose = true;
				break;
			case HELP:
				fputs(usage, stdout);
				return 0;
			case VERSION:
				puts(PROGRAM " " ASB_VERSION);
				return 0;
			default:
				asb_wrong_usage(PROGRAM, NULL);
		}
	}
	if (optind + 2 != argc || strcmp(argv[optind], "probe") != 0)
		asb_wrong_usage(PROGRAM, "say \"probe\" and the name of a profile");
	audit.profile = argv[optind + 1];
	if (schemas.length > 0)
		asb_string_char(&schemas, '}');
	return probe(&audit, schemas.data, verbose);
}
