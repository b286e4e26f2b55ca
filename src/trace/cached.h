/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of the file that a fault hit is in the page cache: of the range that its
 * mapping shows, or of all of it. Answers are remembered for a while.
 */
#ifndef TRACE_CACHED_H
#define TRACE_CACHED_H

#include <stdbool.h>

#include "../../bpf/faulttrace.h"

struct cached;

int cached__new(bool whole_files, unsigned long long keep_ns, struct cached **ret);
void cached__free(struct cached *c);
/* What is asked for next is asked anew. */
void cached__forget(struct cached *c);

/* name: of the mapping, as in /proc/PID/maps. False if it cannot be known; in percent. */
bool cached__percent(struct cached *c, const struct ft_fault *rec, const char *name,
		     unsigned int *ret);

#endif /* TRACE_CACHED_H */
