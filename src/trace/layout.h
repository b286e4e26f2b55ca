/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the running kernel keeps its page tables and struct pages, and what the
 * types in its page table entries mean. Random or configured, and told by nobody:
 * proposed from two pointers, and proved on pages of our own.
 */
#ifndef TRACE_LAYOUT_H
#define TRACE_LAYOUT_H

#include <stdbool.h>

#include "../../bpf/faulttrace.h"

struct layout_search {
	struct ft_layout *layout; /* both in the programs' memory */
	struct ft_calibration *calibration;
	bool (*run)(void *ctx); /* one try; false: it could not be run */
	void *ctx;
};

/* false: not found, and *layout says so. */
bool layout_find(const struct layout_search *search);

/* modern: this kernel remembers exclusive anonymous pages (see there). */
void layout_learn_types(struct ft_layout *layout, bool modern);

#endif /* TRACE_LAYOUT_H */
