/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a memory map as rows of a segment, or of several. */
#ifndef RECORDING_WRITE_MAP_H
#define RECORDING_WRITE_MAP_H

#include "segment.h"

/* A mapping, and its pages. spans: the first one of the row. number: of the map, in the run. */
void write_map__row(struct segment *segment, uint32_t number, const struct map_row *row,
		    const struct map_span *spans);
/* All mappings have been written. */
void write_map__end(struct segment *segment, uint32_t number, const struct memory_map *map);

#endif /* RECORDING_WRITE_MAP_H */
