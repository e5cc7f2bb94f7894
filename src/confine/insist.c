/*
 * insist.c
 *	  Makes a session that is told to stop look at it where it allocates.
 *
 * A signal that cancels a statement or ends the session only leaves a note,
 * and much of the server never looks at it: parse analysis and most of the
 * planner, the input functions of types, arithmetic.  What takes time in
 * proportion to the square of what it is given runs there for as long as it
 * likes, on a whole processor.  But nearly all of it allocates memory as it
 * goes, and an allocation can fail at any time, so whoever asks for one is
 * ready for an error.  So when the signal arrives, the memory context in use is
 * given an allocation function that looks at the note first, until there is
 * none any more.  Nobody pays for this before.
 *
 * Where that context is not asked for more, the next signal tries again: the
 * worker sends one each second (worker/task_watch.c).  Loops that do not
 * allocate are bounded by the sizes of arguments instead (bounded.c).  For those
 * that are not, a session that is told for the second time to end gets from then
 * on what nobody else wants of the processor.
 *
 * While it sends an error the server lets nothing interrupt it, its transaction
 * still open, and a client that does not read could keep it there.  Told for the
 * second time, such a session loses the connection.
 */
#include "postgres.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "libpq/libpq-be.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "confine/insist.h"
#include "core/compat.h"

#define LOWEST_PRIORITY 19

/* the functions of the server's usual kind of context, and those with ours among them */
static const MemoryContextMethods *usual = NULL;
static MemoryContextMethods looking;

static void *
look_and_allocate(MemoryContext context, Size size ASB_ALLOC_FLAGS_PARAMETER)
{
	/* where it must not be looked at, this does not */
	CHECK_FOR_INTERRUPTS();
	if (!InterruptPending)
		context->methods = usual;
	return usual->alloc(context, size ASB_ALLOC_FLAGS);
}

/* In a signal handler. */
static void
watch_allocations(void)
{
	MemoryContext context = CurrentMemoryContext;

	/* whoever reports an error is not to be given another one */
	if (context && context != ErrorContext && context->methods == usual && !proc_exit_inprogress)
		context->methods = &looking;
}

static void
told_to_cancel(SIGNAL_ARGS)
{
	StatementCancelHandler(postgres_signal_arg);
	watch_allocations();
}

static void
told_to_end(SIGNAL_ARGS)
{
	static volatile sig_atomic_t told = false;
	int			save_errno = errno;

	die(postgres_signal_arg);
	watch_allocations();
	if (told)
	{
		(void) setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
		if (MyProcPort && MyProc && MyProc->wait_event_info == WAIT_EVENT_CLIENT_WRITE)
			(void) shutdown(MyProcPort->sock, SHUT_RDWR);
	}
	told = true;
	errno = save_errno;
}

void
asb_insist(void)
{
	if (usual)
		return;
	usual = TopMemoryContext->methods;
	looking = *usual;
	looking.alloc = look_and_allocate;
	pqsignal(SIGINT, told_to_cancel);
	pqsignal(SIGTERM, told_to_end);
}
