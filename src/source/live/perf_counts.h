/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opens the perf software events that occur at the end of a fault: one for minor and
 * one for major faults, on each thread of the target, or on each CPU if the target is
 * a cgroup or the system. Events of a thread do not slow down other threads.
 */
#ifndef SOURCE_LIVE_PERF_COUNTS_H
#define SOURCE_LIVE_PERF_COUNTS_H

#include "../target.h"

struct perf_counts {
	const struct target *target;
	int command_pid;
	int (*attach)(void *ctx, int fd); /* of an event; owns fd from then on, even if it fails */
	void *ctx;

	size_t nr_threads; /* threads that have events of their own */
};

/* Opens the events of the target. 0, -ESRCH if none of its threads is left, else -errno. */
int perf_counts__open(struct perf_counts *events);
/* The same for one more process, which may be gone already. 0 or -errno. */
int perf_counts__add_process(struct perf_counts *events, int pid);

/* Opens the events of a CPU that came online, if the target's events are on each CPU. */
int perf_counts__add_cpu(struct perf_counts *events, int cpu);

#endif /* SOURCE_LIVE_PERF_COUNTS_H */
