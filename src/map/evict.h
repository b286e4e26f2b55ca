/* SPDX-License-Identifier: GPL-2.0-only */
/* faulttrace map --evict: files out of the page cache, and what stayed. */
#ifndef MAP_EVICT_H
#define MAP_EVICT_H

#include "../options.h"
#include "../trace/output.h"
#include "map.h"

/* 0, or -errno of the last that did not work, after saying why: -EBUSY if a part stayed. */
int evict_files(const struct options *opts, const struct run_start *start, struct output *output);

/* One, which is told in *file; says nothing. 0 or -errno. */
int evict_file(struct eviction *file);

#endif /* MAP_EVICT_H */
