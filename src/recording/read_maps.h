/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory maps of a capture that is read, one after another. It may be a stranger's: rows that are
 * impossible, or exceed what is kept in memory, are refused.
 */
#ifndef RECORDING_READ_MAPS_H
#define RECORDING_READ_MAPS_H

#include "../base/key_map.h"
#include "tables.h"

/* Of all maps of a capture. A recorder writes fewer. */
#define READ_MAPPINGS_MAX (128u << 10)
#define READ_PAGES_MAX	  (1u << 20)  /* rows */
#define READ_NAMES_MAX	  (32u << 20) /* bytes */

#define READ_MAPS_MAX (8u << 10)

/* A map of which rows have been read. A block of rows may have those of several maps. */
struct read_map {
	struct memory_map map;
	size_t size_rows;
	struct buf pages; /* struct map_span: rows that came so far */
	size_t next_page; /* the first one that belongs to no mapping so far */
	bool lacks_pages; /* of a mapping, some were lost */
};

/* All zero to begin with, but for page_size. */
struct read_maps {
	uint64_t page_size;
	struct key_map numbers; /* struct numbered_map: all maps so far */
	struct numbered_map {
		uint32_t number;
		struct read_map *map; /* NULL: it has been taken */
	} last;			      /* the one that was met last */
	size_t all_rows, all_pages, all_names;
};

void read_maps__clear(struct read_maps *maps);

/* False: the row is refused. */
bool read_maps__add_pages(struct read_maps *maps, const struct map_pages_row *row);
bool read_maps__add_mapping(struct read_maps *maps, const struct map_mapping_row *row,
			    const struct capture_reader *reader);
/* The map has been read. To be freed by the caller. */
bool read_maps__end(struct read_maps *maps, const struct whole_map_row *row,
		    const struct capture_reader *reader, struct memory_map *map);

#endif /* RECORDING_READ_MAPS_H */
