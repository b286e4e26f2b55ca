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
 * Looks up the names among the options' processes, and adds the ids of those that have them. 0, or
 * -errno after saying which name nobody has; of a map, which processes share one.
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
 * Has the living children of the target traced, if they are to be, and theirs. What an adopted
 * process forks must be followed already: those that were forked before their parent was adopted
 * are looked for until there is nothing new. choose() takes one more process: 1, 0 if it was chosen
 * already, or -errno; adopt() begins to trace all that are chosen. 0 or -errno after saying why.
 */
int targets__follow(const struct options *opts, int (*choose)(void *ctx, int pid),
		    int (*adopt)(void *ctx), void *ctx);

/* Says how many living children of the target are not traced, if there are any. */
void targets__tell_unfollowed(const struct options *opts);

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
 * Until fd is readable, who reads what is written to `output` has left, one of the targets ended, a
 * signal came, or the time is over. -1: no such descriptor. True if the reader has left: then
 * it would not wait again.
 */
bool targets__wait(struct targets *targets, int fd, int output, int timeout_ms);

/* Are all of them gone? Never for a cgroup or the whole system. */
bool targets__gone(const struct targets *targets);

#endif /* TRACE_TARGETS_H */
