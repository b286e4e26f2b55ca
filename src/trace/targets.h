/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether there is something to trace, whether it is still there, and waiting for
 * it to do something or to end.
 */
#ifndef TRACE_TARGETS_H
#define TRACE_TARGETS_H

#include <poll.h>
#include <stdbool.h>

#include "../options.h"

/* 0, or -errno after saying which pid or tid cannot be traced, and why. */
int targets__check(const struct options *opts);

struct targets {
	struct pollfd *fds; /* the first is the tracer's; then a pidfd of each */
	size_t nr;
	size_t nr_ended;
	const int *ids; /* those that have no pidfd, looked up in /proc; or NULL */
	size_t nr_ids;
};

/* The pids or tids of the options, or the one command if it has a pid. */
int targets__watch(struct targets *targets, const struct options *opts, const int *command_pid);
void targets__free(struct targets *targets);

/* Until fd is readable, one of the targets ended, a signal came, or the time is over. */
void targets__wait(struct targets *targets, int fd, int timeout_ms);

/* Are all of them gone? Never for a cgroup or the whole system. */
bool targets__gone(const struct targets *targets);

#endif /* TRACE_TARGETS_H */
