/* SPDX-License-Identifier: GPL-2.0-only */
/* What the ways to show a memory map have in common. */
#ifndef MAP_SHOW_H
#define MAP_SHOW_H

#include "../options.h"
#include "../trace/output.h"
#include "map.h"

/* What a map needs to know beyond what other commands do. */
void map_describe(struct run_start *start, const struct options *opts);
/* map__read(), with a bar on stderr if it takes long. */
int map_read_with_bar(struct memory_map *map, const struct map_config *config);
/* The heading, the rows and the totals. */
void map_show(const struct map_ops *format, const struct run_start *start,
	      const struct memory_map *map, struct output *output);
/* Why there is no map of the process. */
void map_complain(int pid, int err);

#endif /* MAP_SHOW_H */
