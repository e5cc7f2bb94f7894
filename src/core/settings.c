/*
 * settings.c
 *	  Definition of every agentsandbox.* setting, in alphabetical order.
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"

#include "core/settings.h"

int			asb_max_arguments_bytes;
int			asb_max_databases;
int			asb_raise_timeout;
int			asb_retention;

void
asb_settings_init(void)
{
	DefineCustomIntVariable("agentsandbox.max_arguments_bytes",
							"Sets the largest arguments a call may be inserted with.",
							"A method can allow less, never more.",
							&asb_max_arguments_bytes,
							1024 * 1024, 1024, 64 * 1024 * 1024,
							PGC_SIGHUP, GUC_UNIT_BYTE,
							NULL, NULL, NULL);

	DefineCustomIntVariable("agentsandbox.max_databases",
							"Sets the number of databases that can have a worker.",
							NULL,
							&asb_max_databases,
							16, 1, 1024,
							PGC_POSTMASTER, 0,
							NULL, NULL, NULL);

	DefineCustomIntVariable("agentsandbox.raise_timeout",
							"Sets how long a session waits for the worker to store new labels of its conversation.",
							"After that what it wanted to read is refused.",
							&asb_raise_timeout,
							10000, 10, INT_MAX / 2,
							PGC_SIGHUP, GUC_UNIT_MS,
							NULL, NULL, NULL);

	DefineCustomIntVariable("agentsandbox.retention",
							"Sets how long the worker keeps calls that reached a terminal state.",
							"Zero keeps them for ever.",
							&asb_retention,
							30 * 24 * 60 * 60, 0, INT_MAX,
							PGC_SIGHUP, GUC_UNIT_S,
							NULL, NULL, NULL);

	MarkGUCPrefixReserved("agentsandbox");
}

void
asb_set_number(const char *name, int64 value, GucSource source)
{
	char		text[32];

	snprintf(text, sizeof(text), INT64_FORMAT, value);
	SetConfigOption(name, text, PGC_SUSET, source);
}
