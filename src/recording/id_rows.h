/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of a segment that other rows point to, by their ids, which count from 1. Ids of rows that
 * were lost are missing. The ids of a stranger's capture may be any.
 */
#ifndef RECORDING_ID_ROWS_H
#define RECORDING_ID_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A segment of the recorder's has fewer. */
#define ID_ROWS_MAX (1u << 20)

struct id_rows {
	size_t row_bytes; /* set this one; the rest is zero at first */
	char *rows;
	bool *is_there; /* by id */
	size_t size;
};

void id_rows__clear(struct id_rows *rows);
/* False: there cannot be such an id, or it is there already. */
bool id_rows__add(struct id_rows *rows, uint32_t id, const void *row);

/* NULL: there is none. */
static inline const void *id_rows__find(const struct id_rows *rows, uint32_t id)
{
	return id < rows->size && rows->is_there[id] ? rows->rows + id * rows->row_bytes : NULL;
}

#endif /* RECORDING_ID_ROWS_H */
