/*
 * shmem.c
 *	  Requests and initializes the parts of shared memory that the layers
 *	  register.
 *
 * The table below is filled in _PG_init of the postmaster and read-only
 * afterwards.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "core/shmem.h"

#define ASB_MAX_PARTS 24

typedef struct AsbShmemPart
{
	const char *name;
	Size		(*size) (void);
	AsbShmemInit init;
	void	  **address;
} AsbShmemPart;

static AsbShmemPart parts[ASB_MAX_PARTS];
static int	nparts = 0;

static shmem_request_hook_type next_shmem_request_hook = NULL;
static shmem_startup_hook_type next_shmem_startup_hook = NULL;

void
asb_shmem_register(const char *name, Size (*size) (void),
				   AsbShmemInit init, void **address)
{
	Assert(process_shared_preload_libraries_in_progress);
	if (nparts == ASB_MAX_PARTS)
		elog(ERROR, "too many parts of shared memory");
	parts[nparts++] = (AsbShmemPart) {name, size, init, address};
}

static void
shmem_request(void)
{
	if (next_shmem_request_hook)
		next_shmem_request_hook();

	for (int i = 0; i < nparts; i++)
		RequestAddinShmemSpace(MAXALIGN(parts[i].size()));
}

static void
shmem_startup(void)
{
	if (next_shmem_startup_hook)
		next_shmem_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (int i = 0; i < nparts; i++)
	{
		Size		size = parts[i].size();
		bool		found;

		*parts[i].address = ShmemInitStruct(parts[i].name, size, &found);
		if (!found)
		{
			memset(*parts[i].address, 0, size);
			parts[i].init(*parts[i].address);
		}
	}
	LWLockRelease(AddinShmemInitLock);
}

void
asb_shmem_init(void)
{
	next_shmem_request_hook = shmem_request_hook;
	shmem_request_hook = shmem_request;
	next_shmem_startup_hook = shmem_startup_hook;
	shmem_startup_hook = shmem_startup;
}
