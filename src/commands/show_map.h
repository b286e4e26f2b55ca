/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and shows memory maps: shared by `map` with and without tracing. */
#ifndef COMMANDS_SHOW_MAP_H
#define COMMANDS_SHOW_MAP_H

#include "../cli/options.h"
#include "../base/output.h"
#include "../map/map.h"

/* Fills in the fields of *start that only maps need. */
void map_describe(struct run_start *start, const struct options *opts);
/* map__read(), with a progress bar on stderr if it takes long. */
int map_read_with_bar(struct memory_map *map, const struct map_config *config);
/* Shows a map: heading, rows and totals. */
void map_show(struct format *format, const struct memory_map *map, struct output *output);
/* Prints why the map of the process could not be read. */
void map_complain(int pid, int err);

#endif /* COMMANDS_SHOW_MAP_H */
