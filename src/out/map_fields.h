/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of a memory map in text, for all that show one.
 */
#ifndef OUT_MAP_FIELDS_H
#define OUT_MAP_FIELDS_H

#include "../map/map.h"
#include "../trace/sink.h"

/* Number columns are left out until a mapping's name has so many columns of the line. */
#define MAP_NAME_ROOM 12

/* Three digits and a unit: "0", "132K", "97.7M", "100G". */
void add_map_bytes(struct buf *out, uint64_t bytes);
/* To the right of so many columns, and a space. */
void add_map_title(struct buf *out, const char *title, unsigned int width);
/* A line with the peak of resident memory; nothing if it is not known. */
void add_map_peak(struct buf *out, const struct run_start *run, const struct memory_map *map);
/* The same in a table with a line for each process: a number and a space. */
#define MAP_PEAK_WIDTH 5
void add_map_peak_column(struct buf *out, const struct memory_map *map);
/* What such a line takes at its end: PEAK and COMM. */
#define MAP_PROCESS_WIDTH (MAP_PEAK_WIDTH + 1 + TASK_COMM - 1)
/* Of the first column. */
unsigned int map_range_width(const struct run_start *run);
/* "7ffe0a3b1000", and its end where there is room. */
void add_map_range(struct buf *out, const struct run_start *run, const struct map_row *row,
		   size_t line);
/*
 * The whole path where it fits, else its last part: if it must be, without " (deleted)",
 * and then a library's begin, or the begin and the end of anything else.
 */
void add_map_name(struct buf *out, const struct run_start *run, const struct map_row *row,
		  size_t line);

#endif /* OUT_MAP_FIELDS_H */
