/* SPDX-License-Identifier: GPL-2.0-only */
#include "strip.h"

#include <string.h>

void strip__init(struct strip *s, uint64_t nr_pages, unsigned int nr_cells)
{
	s->nr_pages = nr_pages;
	s->nr_cells = nr_cells < nr_pages ? nr_cells : (unsigned int)nr_pages;
	memset(s->pages, 0, sizeof(s->pages));
	memset(s->cells, 0, s->nr_cells * sizeof(s->cells[0]));
}

/* The first page of a cell. If pages do not divide evenly, cells differ by one page. */
static uint64_t cell_start(const struct strip *s, uint64_t cell)
{
	return (cell * s->nr_pages + s->nr_cells - 1) / s->nr_cells;
}

void strip__add(struct strip *s, uint64_t first, uint64_t nr, enum page_state state)
{
	uint64_t end = first + nr;

	s->pages[state] += nr;
	while (s->nr_cells && first < end) {
		uint64_t cell = first * s->nr_cells / s->nr_pages;
		uint64_t next = cell_start(s, cell + 1);

		next = next < end ? next : end;
		s->cells[cell][state] += next - first;
		first = next;
	}
}

/*
 * A cell is present if at least half of it is resident; partly if less is, even one page,
 * whatever the rest is. With no page resident it is cached or swapped, whichever has more
 * pages; with none of these, unknown if any page is unknown, else absent. So one page in
 * a gigabyte is seen, and a cell never hides that a part of it is resident.
 */
enum map_cell strip__cell(const struct strip *s, unsigned int i)
{
	const uint64_t *pages = s->cells[i];
	uint64_t size = cell_start(s, i + 1) - cell_start(s, i);

	if (pages[PAGE_PRESENT])
		return pages[PAGE_PRESENT] * 2 >= size ? CELL_PRESENT : CELL_PARTLY;
	if (pages[PAGE_CACHED] || pages[PAGE_SWAPPED])
		return pages[PAGE_CACHED] >= pages[PAGE_SWAPPED] ? CELL_CACHED : CELL_SWAPPED;
	return pages[PAGE_UNKNOWN] ? CELL_UNKNOWN : CELL_ABSENT;
}
