/* SPDX-License-Identifier: GPL-2.0-only */
#include "array.h"

#include <stdlib.h>

#define FIRST_SIZE 64

void *array_reserve(void *array, size_t nr, size_t *size, size_t item)
{
	size_t more = *size ? 2 * *size : FIRST_SIZE;

	if (nr < *size)
		return array;
	array = reallocarray(array, more, item);
	if (array)
		*size = more;
	return array;
}
