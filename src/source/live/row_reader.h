/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Takes the rows of a table out of the kernel: ends the epoch, waits until no program adds
 * to its rows any more, hands each row over once, and frees its place for another key.
 */
#ifndef SOURCE_LIVE_ROW_READER_H
#define SOURCE_LIVE_ROW_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../source.h"

/* Maps and variables of the kernel half (bpf/table.bpf.h). */
struct rows_maps {
	int hash; /* -1: all keys have few values, and the rows are in `few` */
	int few;
	int overflow;
	uint32_t *epoch;
	const uint32_t *made;
	uint32_t *given_back;
	uint32_t enough; /* more rows in use are many */
};

struct row_reader;

int row_reader__new(const struct rows_maps *maps, size_t nr_cpus, struct row_reader **ret);
void row_reader__free(struct row_reader *rows);

/* Are many rows in use, so that they should be taken soon? */
bool row_reader__are_scarce(const struct row_reader *rows);
/* Takes all rows counted up to now. 0, or the -errno of the kernel or of row(). */
int row_reader__take(struct row_reader *rows, row_fn row, void *ctx);

#endif /* SOURCE_LIVE_ROW_READER_H */
