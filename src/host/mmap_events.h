/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What processes do to their executable mappings, as the kernel reports it in perf events: new
 * mappings, execs, forks and exits; nothing about munmap(2) and mremap(2). The kernel writes to
 * a ring of each CPU, which mmap_events__drain() empties.
 *
 * Not reported: what a process that is watched by its id does after it executed a program that
 * is setuid or not readable. The kernel ends the watch, and an event says that the process
 * ended.
 */
#ifndef HOST_MMAP_EVENTS_H
#define HOST_MMAP_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maps.h"

enum mmap_event_type {
	MMAP_EVENT_MAPPED, /* a mapping is new, grew, or was made executable */
	MMAP_EVENT_EXEC,   /* all mappings are gone; those of the program follow */
	MMAP_EVENT_FORK,   /* pid starts with the mappings of its parent */
	MMAP_EVENT_EXIT,   /* the first thread ended; others may go on */
	MMAP_EVENT_LOST,   /* events of any process may be missing */
	MMAP_EVENT_COUNT,
};

struct mmap_event {
	enum mmap_event_type type;
	uint64_t time_ns;	       /* CLOCK_MONOTONIC */
	int pid;		       /* of the process; 0: lost */
	int parent;		       /* of a fork */
	const struct mapping *mapping; /* of a mapping; valid until see() returns */
	uint64_t lost_since_ns;	       /* lost between this and time_ns */
};

struct mmap_events;

struct mmap_events_options {
	/*
	 * Processes, by their pid or a tid: all their threads are watched, and all that they
	 * start from now on. NULL: the whole system.
	 */
	const int *ids;
	size_t nr_ids;
	size_t ring_bytes; /* of each CPU: a power of two, at least four pages */
	void (*see)(void *ctx, const struct mmap_event *event);
	void *ctx;
};

/*
 * 0, -ESRCH when none of the ids is left, else -errno. Many threads on many CPUs
 * are watched through the whole system: see() is then told of others, too.
 */
int mmap_events__open(const struct mmap_events_options *opts, struct mmap_events **ret);
void mmap_events__free(struct mmap_events *events);

/*
 * Hands on what happened until now, in order. That includes the effects of every instruction
 * that ran before this call, except lost events.
 */
void mmap_events__drain(struct mmap_events *events);

/* How many events were lost, as far as the kernel has reported: it does so with its next event. */
uint64_t mmap_events__lost(const struct mmap_events *events);

/* Are events of processes that were not asked for handed on? */
bool mmap_events__are_of_all(const struct mmap_events *events);

#endif /* HOST_MMAP_EVENTS_H */
