/*
 * exhausted.c
 *	  How much of its memory a session that has none left reports to the log.
 *
 * Before the server raises "out of memory" it writes a line on each memory
 * context of the process to its log, past all that decides about messages.
 * That is some hundred lines, but who keeps many portals open has ten thousand,
 * or a megabyte, for each statement that is too large to be parsed, and no limit
 * counts those before they are.  So the session has one such report a minute.
 *
 * The report begins with the statistics of the topmost context, so those are
 * asked here.  Whoever asks them for the log raises the error next: it is
 * raised here instead where the report is not wanted.
 */
#include "postgres.h"

#include "nodes/memnodes.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "confine/exhausted.h"
#include "session/session.h"

/* the functions of the topmost context, and those with ours among them */
static const MemoryContextMethods *usual = NULL;
static MemoryContextMethods reporting;

/* when the log had the last report */
static TimestampTz reported = 0;

static void
report_or_fail(MemoryContext context, MemoryStatsPrintFunc print, void *passthru,
			   MemoryContextCounters *totals, bool print_to_stderr)
{
	/* not for pg_log_backend_memory_contexts(), which is no end of anything */
	if (print_to_stderr && OidIsValid(asb_session_known_role()))
	{
		TimestampTz now = GetCurrentTimestamp();

		if (reported != 0 && now >= reported && now - reported < USECS_PER_MINUTE)
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY),
					 errmsg("out of memory"),
					 errdetail("The session cannot have more.")));
		reported = now;
	}
	usual->stats(context, print, passthru, totals, print_to_stderr);
}

void
asb_exhausted_bind(void)
{
	if (usual)
		return;
	usual = TopMemoryContext->methods;
	reporting = *usual;
	reporting.stats = report_or_fail;
	TopMemoryContext->methods = &reporting;
}
