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

/* The first page of a cell: cells differ by one page where they do not divide evenly. */
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
 * Where there is anything, that is shown, so that one page in a gigabyte is seen;
 * of several things the one with most pages. What is not known says nothing against
 * what is.
 */
enum map_cell strip__cell(const struct strip *s, unsigned int i)
{
	static const struct {
		enum page_state state;
		enum map_cell cell;
	} shown[] = {
		{ PAGE_PRESENT, CELL_PARTLY },
		{ PAGE_CACHED, CELL_CACHED },
		{ PAGE_SWAPPED, CELL_SWAPPED },
	};
	const uint64_t *pages = s->cells[i];
	enum map_cell cell = pages[PAGE_UNKNOWN] ? CELL_UNKNOWN : CELL_ABSENT;
	uint64_t most = 0;

	if (pages[PAGE_PRESENT] &&
	    pages[PAGE_PRESENT] * 2 >= cell_start(s, i + 1) - cell_start(s, i))
		return CELL_PRESENT;
	for (size_t j = 0; j < sizeof(shown) / sizeof(shown[0]); j++) {
		if (pages[shown[j].state] > most) {
			most = pages[shown[j].state];
			cell = shown[j].cell;
		}
	}
	return cell;
}
