/* SPDX-License-Identifier: GPL-2.0-only */
/* faulttrace map --evict: evicts files from the page cache, and shows what stayed. */
#ifndef COMMANDS_EVICT_H
#define COMMANDS_EVICT_H

#include "../cli/options.h"
#include "../base/output.h"
#include "../faults/format.h"
#include "../map/map.h"

/* 0, or -errno of the last file that failed, after saying why: -EBUSY if a part of it stayed. */
int evict_files(const struct options *opts, struct format *format, struct output *output);

/* Evicts file->path and fills in the rest of *file. Prints nothing. 0 or -errno. */
int evict_file(struct eviction *file);

#endif /* COMMANDS_EVICT_H */
