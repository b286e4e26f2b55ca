/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts a mapping's pages by state, in all and for each cell of its strip. Runs of
 * pages can be added in any order.
 */
#ifndef MAP_STRIP_H
#define MAP_STRIP_H

#include "../host/page_state.h"
#include "map.h"

struct strip {
	uint64_t nr_pages;
	unsigned int nr_cells;
	uint64_t pages[PAGE_NR_STATES];
	uint64_t cells[MAP_STRIP_MAX][PAGE_NR_STATES];
};

/* The strip has nr_cells cells, or one a page if there are fewer pages. */
void strip__init(struct strip *s, uint64_t nr_pages, unsigned int nr_cells);
void strip__add(struct strip *s, uint64_t first, uint64_t nr, enum page_state state);
enum map_cell strip__cell(const struct strip *s, unsigned int i);

#endif /* MAP_STRIP_H */
