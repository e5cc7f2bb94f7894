/*
 * main.c
 *		agentsandbox-mcp: one conversation, as an MCP server on standard input
 *		and output.
 *
 * The program is trusted with nothing: it holds one conversation's credential,
 * and every wall is in the server.  The limits it has are for the model's
 * comfort.
 */
#include "bin/mcp/loop.h"

#include "bin/common/log.h"
#include "bin/common/secret.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define PROGRAM "agentsandbox-mcp"
#define TOKEN_VARIABLE "AGENTSANDBOX_TOKEN"

static const char usage[] =
"agentsandbox-mcp is an MCP server that is one conversation with an agentsandbox database.\n"
"\n"
"Usage:\n"
"  agentsandbox-mcp [OPTION]...\n"
"\n"
"Options:\n"
"      --conversation      log in as the conversation's role (the default)\n"
"      --token             log in as a pool role and enter the conversation with the\n"
"                          token in " TOKEN_VARIABLE " or --token-file\n"
"      --token-file FILE   read the token from FILE; means --token\n"
"      --methods-as-tools  show each method as a tool of its own, too\n"
"      --max-rows N        show at most N rows of a result (default 500)\n"
"      --max-bytes N       show at most N bytes of a result's values (default 131072)\n"
"      --max-wait N        wait at most N seconds for a call (default 120)\n"
"      --log-level LEVEL   debug, info, warning (the default) or error\n"
"      --help              show this help and exit\n"
"      --version           show the version and exit\n"
"\n"
"Where to connect is said as for psql: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSFILE,\n"
"PGSERVICE ...  Secrets are never arguments.\n";

enum
{
	CONVERSATION = 256, HELP, LOG_LEVEL, MAX_BYTES, MAX_ROWS, MAX_WAIT, METHODS_AS_TOOLS,
	TOKEN, TOKEN_FILE, VERSION
};

/* sorted by name */
static const struct option long_options[] = {
	{"conversation", no_argument, NULL, CONVERSATION},
	{"help", no_argument, NULL, HELP},
	{"log-level", required_argument, NULL, LOG_LEVEL},
	{"max-bytes", required_argument, NULL, MAX_BYTES},
	{"max-rows", required_argument, NULL, MAX_ROWS},
	{"max-wait", required_argument, NULL, MAX_WAIT},
	{"methods-as-tools", no_argument, NULL, METHODS_AS_TOOLS},
	{"token", no_argument, NULL, TOKEN},
	{"token-file", required_argument, NULL, TOKEN_FILE},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0}
};

static int64_t
number(const char *text, int64_t least, int64_t most)
{
	char	   *end;
	long long	value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || value < least || value > most)
		asb_wrong_usage(PROGRAM, "a number is missing, malformed or out of range");
	return value;
}

int
main(int argc, char **argv)
{
	AsbOptions	options = {.max_rows = 500, .max_bytes = 131072, .max_wait_seconds = 120};
	AsbLogLevel level = ASB_LOG_WARNING;
	bool		by_login = false;
	bool		by_token = false;
	const char *token_file = NULL;
	char	   *token = NULL;
	char	   *error = NULL;
	int			option;

	asb_keep_standard_files();
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
	{
		switch (option)
		{
			case CONVERSATION:
				by_login = true;
				break;
			case TOKEN_FILE:
				token_file = optarg;
				by_token = true;
				break;
			case TOKEN:
				by_token = true;
				break;
			case METHODS_AS_TOOLS:
				options.methods_as_tools = true;
				break;
			case MAX_ROWS:
				options.max_rows = number(optarg, 1, 100000);
				break;
			case MAX_BYTES:
				options.max_bytes = number(optarg, 1024, 16 * 1024 * 1024);
				break;
			case MAX_WAIT:
				options.max_wait_seconds = number(optarg, 0, 3600);
				break;
			case LOG_LEVEL:
				if (!asb_log_level_by_name(optarg, &level))
					asb_wrong_usage(PROGRAM, "--log-level must be debug, info, warning or error");
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
	if (optind < argc)
		asb_wrong_usage(PROGRAM, "too many arguments");
	if (by_login && by_token)
		asb_wrong_usage(PROGRAM, "--conversation and --token exclude each other");
	asb_log_set_level(level);
	if (by_token)
	{
		token = asb_secret_load(token_file, token_file == NULL ? TOKEN_VARIABLE : NULL, &error);
		if (token == NULL)
		{
			asb_log_event(ASB_LOG_ERROR, "token_missing", "reason", error);
			free(error);
			return 1;
		}
	}
	return asb_mcp_run(&options, token);
}
