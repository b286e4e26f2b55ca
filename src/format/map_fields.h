/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a memory map in text, for all that show one.
 */
#ifndef FORMAT_MAP_FIELDS_H
#define FORMAT_MAP_FIELDS_H

#include "../map/map.h"
#include "../faults/format.h"

/* Number columns are left out until a mapping's name has so many columns of the line. */
#define MAP_NAME_ROOM 12

/* As units_add_bytes(); "-" for MAP_UNKNOWN. */
void add_map_bytes(struct buf *out, uint64_t bytes);
/* A line with the peak of resident memory; nothing if it is not known. */
void add_map_peak(struct buf *out, const struct run_start *run, const struct memory_map *map);
/* The same in a table with a line for each process: a number and a space. */
#define MAP_PEAK_WIDTH 5
void add_map_peak_column(struct buf *out, const struct memory_map *map);
/* The columns at the end of such a line: PEAK and COMM. */
#define MAP_PROCESS_WIDTH (MAP_PEAK_WIDTH + 1 + TASK_COMM - 1)
/* The width of the first column, the range. */
unsigned int map_range_width(const struct run_start *run);
/* The start, "7ffe0a3b1000"; with -w the end, too. */
void add_map_range(struct buf *out, const struct run_start *run, const struct map_row *row,
		   size_t line);
/*
 * The whole path where it fits, else its last part: if that is too long, without " (deleted)",
 * then a library's name without its version, or what shorten_name() makes of another one.
 */
void add_map_name(struct buf *out, const struct run_start *run, const struct map_row *row,
		  size_t line);

#endif /* FORMAT_MAP_FIELDS_H */
