/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of a table, taken out of the kernel: each is handed over once, whole, when
 * no program adds to it any more, and its place is free for another key.
 */
#ifndef TRACE_ROWS_H
#define TRACE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../bpf/key.h"

/*
 * One row: its parts on each CPU. key NULL: that of all faults whose own row did not
 * fit. Returns 0 or -errno.
 */
typedef int (*row_fn)(void *ctx, const struct ft_key *key, const struct ft_row *parts,
		      size_t nr_parts);

/* Of the kernel half (bpf/table.bpf.h). */
struct rows_maps {
	int hash; /* -1: all keys have few values, and then */
	int few;
	int overflow;
	uint32_t *epoch;
	const uint32_t *made;
	uint32_t *given_back;
	uint32_t enough;
};

struct rows;

int rows__new(const struct rows_maps *maps, size_t nr_cpus, struct rows **ret);
void rows__free(struct rows *rows);

/* Should be taken soon: many places are in use. */
bool rows__are_scarce(const struct rows *rows);
/* All that was counted up to now. 0, or the -errno of the kernel or of row(). */
int rows__take(struct rows *rows, row_fn row, void *ctx);

#endif /* TRACE_ROWS_H */
