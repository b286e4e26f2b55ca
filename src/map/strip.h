/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mapping's pages counted by state, as a whole and in the pieces that a strip
 * shows. Runs of pages come in any order.
 */
#ifndef MAP_STRIP_H
#define MAP_STRIP_H

#include "../host/residency.h"
#include "map.h"

struct strip {
	uint64_t nr_pages;
	unsigned int nr_cells;
	uint64_t pages[PAGE_NR_STATES];
	uint64_t cells[MAP_STRIP_MAX][PAGE_NR_STATES];
};

/* At most so many cells, and no more than there are pages. */
void strip__init(struct strip *s, uint64_t nr_pages, unsigned int nr_cells);
void strip__add(struct strip *s, uint64_t first, uint64_t nr, enum page_state state);
enum map_cell strip__cell(const struct strip *s, unsigned int i);

#endif /* MAP_STRIP_H */
