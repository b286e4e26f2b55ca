/* SPDX-License-Identifier: GPL-2.0-only */
/* A map that was kept: strips and totals are made of its rows and spans. */
#include "map.h"

#include <string.h>

#include "strip.h"

/* The spans are in the row, and do not overlap. */
static bool restore_strip(struct map_row *row, const struct map_span *spans, unsigned int nr_cells,
			  uint64_t page_size)
{
	struct strip strip;

	strip__init(&strip, (row->end - row->start) / page_size, nr_cells);
	for (size_t i = 0; i < row->nr_spans; i++) {
		const struct map_span *span = &spans[i];

		/* A zero page is shown as present: reading it takes no fault. */
		strip__add(&strip, (span->start - row->start) / page_size,
			   (span->end - span->start) / page_size,
			   span->state == PAGE_ZERO ? PAGE_PRESENT : span->state);
	}
	return map__keep_strip(row, &strip);
}

bool map__restore(struct memory_map *map, unsigned int nr_cells, uint64_t page_size)
{
	const uint64_t pss = map->all.n[FIELD_PSS];
	size_t next = 0;

	memset(map->classes, 0, sizeof(map->classes));
	map->all = (struct map_total) { 0 };
	for (size_t i = 0; i < map->nr_rows; i++) {
		struct map_row *row = &map->rows[i];

		if (!restore_strip(row, map_spans(&map->spans, next), nr_cells, page_size))
			return false;
		next += row->nr_spans;
		map__add_total(&map->classes[row->class], row);
		map__add_total(&map->all, row);
	}
	map->all.n[FIELD_PSS] = pss;
	return true;
}
