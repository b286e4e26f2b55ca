/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether there is something to trace, whether it is still there, and waiting for
 * it to do something or to end.
 */
#ifndef TRACE_TARGETS_H
#define TRACE_TARGETS_H

#include <poll.h>
#include <stdbool.h>

#include "../host/processes.h"
#include "../options.h"

/*
 * Adds the ids of the processes whose names the options have. 0, or -errno after saying which name
 * no process has or, for map -d, which processes share a name.
 */
int targets__find(struct options *opts);

/* 0, or -errno after saying which pid or tid cannot be traced, and why. */
int targets__check(const struct options *opts);

/* Are children of the target traced that are there before the run begins (-f with -p)? */
static inline bool targets__follow_living(const struct options *opts)
{
	return opts->follow && opts->target == TARGET_PID;
}

/* A descriptor of the target's cgroup, or -errno after saying why there is none. */
int targets__open_cgroup(const struct options *opts);

/* Adds the target's processes and their living descendants. 0 or -errno after saying why. */
int targets__family(const struct options *opts, struct pids *family);

/*
 * Traces the living descendants of the target too, with -f. The programs that follow forks must be
 * attached already: a child forked before its parent was adopted is found by searching again, until
 * there are no new ones. choose() adds a process: it returns 1, 0 if it was added before, or -errno.
 * adopt() begins to trace all that were added. 0, or -errno after saying why.
 */
int targets__follow(const struct options *opts, int (*choose)(void *ctx, int pid),
		    int (*adopt)(void *ctx), void *ctx);

/* Prints a note with the number of living children that are not traced, if there are any. */
void targets__tell_unfollowed(const struct options *opts);

/* On a terminal a note says what is traced from now on, and how to end that; -q removes it. Not for a command. */
void targets__tell_begin(const struct options *opts);

struct targets {
	struct pollfd *fds; /* the tracer's, the output's; then a pidfd of each */
	size_t nr;
	size_t nr_ended;
	const int *ids; /* those that have no pidfd, looked up in /proc; or NULL */
	size_t nr_ids;
};

/* The pids or tids of the options, or the one command if it has a pid. */
int targets__watch(struct targets *targets, const struct options *opts, const int *command_pid);
void targets__free(struct targets *targets);

/*
 * Waits until fd is readable, the reader of `output` has left, a target has ended, a signal came or
 * the time is over. Either descriptor may be -1. True if the reader has left: a second call would
 * return at once.
 */
bool targets__wait(struct targets *targets, int fd, int output, int timeout_ms);

/* Are all of them gone? Never for a cgroup or the whole system. */
bool targets__gone(const struct targets *targets);

#endif /* TRACE_TARGETS_H */
