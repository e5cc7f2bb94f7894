/*
 * merge_sort.h
 *	  A sort without a bad case.  qsort of the server is a quicksort, for which
 *	  an adversary can choose input that takes quadratic time; this is used
 *	  where the input comes from an agent.
 */
#ifndef ASB_COMMON_MERGE_SORT_H
#define ASB_COMMON_MERGE_SORT_H

#include <stddef.h>

typedef int (*AsbCompare) (const void *a, const void *b);

/*
 * Sort n pointers by what they point to; `scratch` has room for n more.  Stable,
 * at most n * ceil(log2 n) comparisons.
 */
extern void asb_merge_sort(const void **items, const void **scratch, size_t n,
						   AsbCompare compare);

#endif							/* ASB_COMMON_MERGE_SORT_H */
