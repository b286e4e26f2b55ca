/* SPDX-License-Identifier: GPL-2.0-only */
#include "id_rows.h"

#include <stdlib.h>
#include <string.h>

#include "../base/must.h"

#define SIZE_MIN 256

void id_rows__clear(struct id_rows *rows)
{
	free(rows->rows);
	free(rows->is_there);
	*rows = (struct id_rows) { .row_bytes = rows->row_bytes };
}

static void grow(struct id_rows *rows, uint32_t id)
{
	size_t size = rows->size ? rows->size : SIZE_MIN;

	while (size <= id)
		size *= 2;
	rows->rows = must(realloc(rows->rows, size * rows->row_bytes));
	rows->is_there = must(realloc(rows->is_there, size));
	memset(rows->is_there + rows->size, 0, size - rows->size);
	rows->size = size;
}

bool id_rows__add(struct id_rows *rows, uint32_t id, const void *row)
{
	if (!id || id > ID_ROWS_MAX || id_rows__find(rows, id))
		return false;
	if (id >= rows->size)
		grow(rows, id);
	rows->is_there[id] = true;
	memcpy(rows->rows + id * rows->row_bytes, row, rows->row_bytes);
	return true;
}
