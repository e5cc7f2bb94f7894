/*
 * contained.c
 *	  Running something in a subtransaction, so that its error ends it alone.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "core/contained.h"

bool
asb_is_locked(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
}

static bool
contained(void (*run) (void *arg), void *arg, const char *context, bool (*expected) (int sqlerrcode),
		  bool undone)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	ResourceOwner oldowner = CurrentResourceOwner;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(oldcontext);
	PG_TRY();
	{
		run(arg);
		if (undone)
			RollbackAndReleaseCurrentSubTransaction();
		else
			ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(oldcontext);
		if (expected ? !expected(geterrcode()) : asb_is_locked(geterrcode()))
			PG_RE_THROW();
		if (expected == NULL)
		{
			errcontext("%s", context);
			EmitErrorReport();
		}
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(oldcontext);
	CurrentResourceOwner = oldowner;
	return done;
}

bool
asb_contained(void (*run) (void *arg), void *arg, const char *context)
{
	return contained(run, arg, context, NULL, false);
}

bool
asb_contained_if(void (*run) (void *arg), void *arg, bool (*expected) (int sqlerrcode))
{
	return contained(run, arg, NULL, expected, false);
}

bool
asb_contained_undone(void (*run) (void *arg), void *arg, bool (*expected) (int sqlerrcode))
{
	return contained(run, arg, NULL, expected, true);
}
