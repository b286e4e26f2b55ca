/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which executable mapping was at an address of a process at a point in time, also after the
 * process executed another program or ended. Starts with what /proc shows, and is kept up to
 * date by events.
 *
 * A mapping counts as there until another one covers it. If events were lost, a mapping known
 * from before counts only if /proc shows it afterwards, too.
 *
 * Bounded: evicts processes that ended a while ago, then the least recently used ones. Processes
 * that share their memory without being threads (CLONE_VM, but for vfork) do not see each
 * other's new mappings here.
 */
#ifndef SYMBOLS_PROCESS_HISTORIES_H
#define SYMBOLS_PROCESS_HISTORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../host/mmap_events.h"
#include "proc_snapshot.h"

/* Enough for thousands of processes, or for some with thousands of mappings. */
#define HISTORIES_MAX	    16384
#define HISTORIES_BYTES_MAX (128u << 20)

struct process_histories;

int process_histories__new(size_t max_processes, size_t max_bytes, struct process_histories **ret);
void process_histories__free(struct process_histories *histories);

/*
 * Reads existing mappings from /proc: to be called after mmap_events__open(), with the same ids
 * (NULL: all processes).
 */
void process_histories__read(struct process_histories *histories, const int *ids, size_t nr_ids);

/* Handles an event. Events must come in the order in which they happened. */
void process_histories__see(struct process_histories *histories, const struct mmap_event *event);

/*
 * The mapping at the address at time_ns (CLOCK_MONOTONIC). Events until then must have been
 * seen. False: not known. The name lives until the next call with the same struct
 * process_histories.
 */
bool process_histories__find(struct process_histories *histories, int pid, uint64_t address,
			     uint64_t time_ns, struct named_vma *ret);

/* The same for the nearest code that begins at or below the address. */
bool process_histories__find_below(struct process_histories *histories, int pid, uint64_t address,
				   uint64_t time_ns, struct named_vma *ret);

#endif /* SYMBOLS_PROCESS_HISTORIES_H */
