/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The perf software events that tell the end of a fault: one for minor ones, one
 * for major ones, on each thread of the target, or on each CPU where the target
 * is not a list of them. On a thread they cost nobody else anything.
 */
#ifndef TRACE_SW_EVENTS_H
#define TRACE_SW_EVENTS_H

#include "../options.h"

struct sw_events {
	const struct options *opts;
	int command_pid;
	int (*attach)(void *ctx, int fd); /* takes the descriptor, also when it fails */
	void *ctx;

	size_t nr_threads; /* that have events of their own */
};

/* 0, -ESRCH when no thread of the target is left, else -errno. */
int sw_events__open(struct sw_events *events);
/* The same for one more process, which may be gone already. 0 or -errno. */
int sw_events__add_process(struct sw_events *events, int pid);

/* Are they on each CPU? Then one that comes online needs its own. */
bool sw_events__are_on_cpus(const struct options *opts);
int sw_events__add_cpu(struct sw_events *events, int cpu);

#endif /* TRACE_SW_EVENTS_H */
