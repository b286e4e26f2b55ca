/* SPDX-License-Identifier: GPL-2.0-only */
#include "write_map.h"

#include <string.h>

void write_map__row(struct segment *segment, uint32_t number, const struct map_row *row,
		    const struct map_span *spans)
{
	struct map_mapping_row mapping = {
		.start = row->start,
		.end = row->end,
		.offset = row->offset,
		.inode = row->inode,
		.map = number,
		.dev = row->dev,
		.nr_pages = (uint32_t)row->nr_spans,
		.perms = segment__string(segment, row->perms),
		.class = segment__string(segment, map_class_names[row->class]),
		.name = segment__string(segment, row->name),
	};

	memcpy(mapping.n, row->n, sizeof(mapping.n));
	for (size_t i = 0; i < row->nr_spans; i++) {
		struct map_pages_row pages = { .start = spans[i].start,
					       .end = spans[i].end,
					       .map = number,
					       .state = (uint8_t)spans[i].state };

		segment__row(segment, RECORDING_MAP_PAGES, &pages);
	}
	segment__row(segment, RECORDING_MAP_MAPPING, &mapping);
}

void write_map__end(struct segment *segment, uint32_t number, const struct memory_map *map)
{
	struct whole_map_row row = {
		.begin_ns = map->begin_ns,
		.end_ns = map->end_ns,
		.pss = map->all.n[FIELD_PSS],
		.peak_rss = map->peak_rss,
		.map = number,
		.pid = (uint32_t)map->pid,
		.nr_mappings = (uint32_t)map->nr_rows,
		.comm = segment__string(segment, map->comm),
		.is_complete = map->is_complete,
		.knows_pages = map->knows_runs,
	};

	segment__row(segment, RECORDING_MAP, &row);
}
