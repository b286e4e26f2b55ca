/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the running kernel has its direct map and struct pages, and what the types
 * in its page table entries mean. The addresses are random, and no interface tells
 * them: tries those near two kernel pointers, and tests each on pages of our own.
 */
#ifndef SOURCE_LIVE_PAGE_LAYOUT_H
#define SOURCE_LIVE_PAGE_LAYOUT_H

#include <stdbool.h>

#include "../../../bpf/contract/record.h"

struct layout_search {
	struct ft_layout *layout; /* both in the BPF programs' memory */
	struct ft_calibration *calibration;
	bool (*run)(void *ctx); /* tests *layout, into *calibration; false: it could not */
	void *ctx;
};

/* Fills *layout but for the types. False: not found, and its addresses are 0. */
bool page_layout_find(const struct layout_search *search);

/* Fills in the types. modern: this kernel has PG_anon_exclusive. */
void page_layout_learn_types(struct ft_layout *layout, bool modern);

#endif /* SOURCE_LIVE_PAGE_LAYOUT_H */
