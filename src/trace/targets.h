/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether there is something to trace, and whether it is still there.
 */
#ifndef TRACE_TARGETS_H
#define TRACE_TARGETS_H

#include <stdbool.h>

#include "../options.h"

/* 0, or -errno after saying which pid or tid cannot be traced, and why. */
int targets__check(const struct options *opts);

/* Are all the pids or tids gone? Never for a cgroup or the whole system. */
bool targets__gone(const struct options *opts);

#endif /* TRACE_TARGETS_H */
