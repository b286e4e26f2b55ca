/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow, and a search in arrays that are in order. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Returns the array with room for one more item than the nr that it has; *size is how many it has
 * room for. NULL: out of memory, and the array is as it was.
 */
void *array_reserve(void *array, size_t nr, size_t *size, size_t item);

/*
 * How many of nr items come before the one that is wanted. is_before: an expression of the index i,
 * true of the first items and false of all that follow.
 */
#define COUNT_BEFORE(i, nr, is_before)                        \
	({                                                    \
		size_t low_ = 0, high_ = (nr);                \
                                                              \
		while (low_ < high_) {                        \
			size_t i = low_ + (high_ - low_) / 2; \
                                                              \
			if (is_before)                        \
				low_ = i + 1;                 \
			else                                  \
				high_ = i;                    \
		}                                             \
		low_;                                         \
	})

#endif /* BASE_ARRAY_H */
