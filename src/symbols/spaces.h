/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which executable mapping was at an address of a process at a point in time,
 * also after it executed another program or ended. Begun with what /proc shows,
 * kept up to date by events.
 *
 * A mapping is believed to be there until another one covers it. Where events
 * were lost, what was known before is believed only where /proc shows it
 * afterwards, too.
 *
 * Bounded: processes that ended a while ago are forgotten, then those of which
 * nothing was heard for longest. Processes that share their memory without being
 * threads (CLONE_VM, but for vfork) do not see each other's new mappings here.
 */
#ifndef SYMBOLS_SPACES_H
#define SYMBOLS_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../host/mmap_events.h"
#include "process.h"

/* Enough for thousands of processes, or for some with thousands of mappings. */
#define SPACES_PROCESSES 16384
#define SPACES_BYTES	 (128u << 20)

struct spaces;

int spaces__new(size_t max_processes, size_t max_bytes, struct spaces **ret);
void spaces__free(struct spaces *spaces);

/*
 * Reads what is there already: to be called when events are open. The ids are
 * those that they were opened for.
 */
void spaces__read(struct spaces *spaces, const int *ids, size_t nr_ids);

/* In the order in which they happened. */
void spaces__see(struct spaces *spaces, const struct mmap_event *event);

/*
 * Events until time_ns (CLOCK_MONOTONIC) must have been seen. False: not known.
 * The name lives until the next call with the same struct spaces.
 */
bool spaces__find(struct spaces *spaces, int pid, uint64_t address, uint64_t time_ns,
		  struct process_mapping *ret);

/* The same for the nearest code that begins at or below the address. */
bool spaces__find_below(struct spaces *spaces, int pid, uint64_t address, uint64_t time_ns,
			struct process_mapping *ret);

#endif /* SYMBOLS_SPACES_H */
