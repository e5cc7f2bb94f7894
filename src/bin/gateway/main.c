/*
 * main.c
 *		agentsandbox-gateway: claims relayed calls, performs them over HTTP and
 *		reports what came back.
 */
#include "bin/gateway/loop.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define PROGRAM "agentsandbox-gateway"

static const char usage[] =
"agentsandbox-gateway performs the calls that an agentsandbox database relays.\n"
"\n"
"Usage:\n"
"  agentsandbox-gateway --config FILE [--check]\n"
"\n"
"Options:\n"
"  -c, --config FILE  read the configuration from FILE\n"
"      --check        check the configuration, secrets included, and exit\n"
"      --help         show this help and exit\n"
"      --version      show the version and exit\n"
"\n"
"Signals: SIGTERM and SIGINT finish the calls in flight and end the program,\n"
"SIGHUP reads the configuration again.\n";

int
main(int argc, char **argv)
{
	enum
	{
		CHECK = 256, HELP, VERSION
	};
	/* sorted by name */
	static const struct option options[] = {
		{"check", no_argument, NULL, CHECK},
		{"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{NULL, 0, NULL, 0}
	};
	cJSON_Hooks hooks = {.malloc_fn = asb_alloc, .free_fn = free};
	const char *file = NULL;
	bool		only_check = false;
	char	   *error = NULL;
	AsbConfig  *config;
	int			option;

	asb_keep_standard_files();
	cJSON_InitHooks(&hooks);
	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
	{
		switch (option)
		{
			case 'c':
				file = optarg;
				break;
			case CHECK:
				only_check = true;
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
	if (file == NULL)
		asb_wrong_usage(PROGRAM, "--config is required");
	if (optind < argc)
		asb_wrong_usage(PROGRAM, "too many arguments");

	config = asb_config_load(file, &error);
	if (config == NULL)
	{
		asb_log_event(ASB_LOG_ERROR, "configuration_refused", "reason", error);
		free(error);
		return 1;
	}
	if (only_check)
	{
		printf("configuration is valid; methods: %zu\n", config->handler_count);
		asb_config_release(config);
		return 0;
	}
	return asb_gateway_run(config, file);
}
