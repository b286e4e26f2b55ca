/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds and checks the processes, threads or cgroup to trace, and waits for their
 * records, or for their end.
 */
#ifndef SOURCE_LIVE_TARGETS_H
#define SOURCE_LIVE_TARGETS_H

#include <poll.h>
#include <stdbool.h>

#include "../../host/processes.h"
#include "../target.h"

/* Why processes are searched by name. */
struct target_search {
	const char *verb;      /* what will be done with the processes, for messages: "trace" */
	bool wants_one;	       /* it is an error if several processes have a name */
	bool quiet;	       /* prints no note if several have it */
	const char *host_root; /* where the names of containers are: see container_names.h */
};

/*
 * Adds the ids of the processes that -p named, and replaces a container by its cgroup. 0, or -errno
 * after saying which name no process or container has, or who shares one that is to be of one only.
 */
int targets__find(struct target *target, const struct target_search *search);

/* 0, or -errno after saying which pid or tid cannot be traced, and why. */
int targets__check(const struct target *target);

/* A descriptor of the target's cgroup, or -errno after saying why there is none. */
int targets__open_cgroup(const struct target *target);

/* Adds the target's processes and their living descendants. 0 or -errno after saying why. */
int targets__family(const struct target *target, struct pids *family);

/*
 * Traces the living descendants of the target too, with -f. The programs that follow forks must be
 * attached already: a child forked before its parent was adopted is found by searching again, until
 * there are no new ones. choose() adds a process: it returns 1, 0 if it was added before, or -errno.
 * adopt() begins to trace all that were added. 0, or -errno after saying why.
 */
int targets__follow(const struct target *target, int (*choose)(void *ctx, int pid),
		    int (*adopt)(void *ctx), void *ctx);

/* Prints a note with the number of living children that are not traced, if there are any. */
void targets__tell_unfollowed(const struct target *target);

/* Prints on a terminal what is traced from now on, and how to end that. Not for a command. */
void targets__tell_begin(const struct target *target);

struct targets {
	struct pollfd *fds; /* the tracer's, the output's; then a pidfd for each target */
	size_t nr;	    /* pidfds */
	size_t nr_ended;
	const int *ids; /* all targets, to look up in /proc if one has no pidfd; else NULL */
	size_t nr_ids;
};

/* Opens pidfds of the target's pids or tids; of the command, if command_pid is not NULL. */
int targets__watch(struct targets *targets, const struct target *target, const int *command_pid);
void targets__free(struct targets *targets);

/*
 * Waits until fd is readable, the reader of `output` is gone, a target has ended, a signal came or
 * the timeout is over. Either descriptor may be -1. True if the reader is gone: from then on calls
 * with this output return at once.
 */
bool targets__wait(struct targets *targets, int fd, int output, int timeout_ms);

/* Has this one ended, of those with pidfds? True, too, if it has none. */
bool targets__has_ended(const struct targets *targets, size_t i);
/* Have all targets ended? Never true for a cgroup or the whole system. */
bool targets__gone(const struct targets *targets);

#endif /* SOURCE_LIVE_TARGETS_H */
