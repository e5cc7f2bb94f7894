/*
 * merge_sort.c
 *	  Bottom-up merge sort over pointers.
 */
#include "common/merge_sort.h"

#include <string.h>

void
asb_merge_sort(const void **items, const void **scratch, size_t n,
			   AsbCompare compare)
{
	const void **from = items;
	const void **to = scratch;

	for (size_t width = 1; width < n; width *= 2)
	{
		const void **swap = from;

		for (size_t low = 0; low < n; low += 2 * width)
		{
			size_t		mid = low + width < n ? low + width : n;
			size_t		high = mid + width < n ? mid + width : n;
			size_t		i = low,
						j = mid;

			for (size_t k = low; k < high; k++)
			{
				if (i < mid && (j >= high || compare(from[i], from[j]) <= 0))
					to[k] = from[i++];
				else
					to[k] = from[j++];
			}
		}
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
}
