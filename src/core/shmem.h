/*
 * shmem.h
 *	  One registration for all shared memory of the module.
 */
#ifndef ASB_SHMEM_H
#define ASB_SHMEM_H

#include "storage/shmem.h"		/* add_size() and mul_size(), for "size" below */

/* Initializes a part once, under AddinShmemInitLock. */
typedef void (*AsbShmemInit) (void *part);

/*
 * Announces a part of shared memory.  To be called from a layer's init, that
 * is from _PG_init; "size" is evaluated in the postmaster when MaxBackends is
 * known.  *address is set in the postmaster and inherited by every child.
 */
extern void asb_shmem_register(const char *name, Size (*size) (void),
							   AsbShmemInit init, void **address);

extern void asb_shmem_init(void);

#endif							/* ASB_SHMEM_H */
