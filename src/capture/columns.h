/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows as the data of a block: column after column, each as planes of bytes, so that what is alike
 * is side by side and zstd makes little of it.
 */
#ifndef CAPTURE_COLUMNS_H
#define CAPTURE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema.h"

/*
 * values: those of the first column, of as many rows as there is room for (stride), then those of
 * the next one; each value as it is in memory. Returns how many bytes it made.
 */
size_t columns__encode(const struct capture_table *table, const char *values, size_t stride,
		       size_t nr_rows, char *data);
/* A column that is decoded. */
struct decoded_column {
	uint64_t *values; /* where they go; NULL: they are not wanted */
	bool is_steady;	  /* all rows have the same value: only values[0] is set */
};

/* columns: one for each of the table. False: these are no data of such a table. */
bool columns__decode(const struct capture_table *table, size_t nr_rows, const char *data,
		     size_t len, struct decoded_column *columns);

#endif /* CAPTURE_COLUMNS_H */
