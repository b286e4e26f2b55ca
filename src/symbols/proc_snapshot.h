/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recent copy of the mappings of a process: read on demand, and kept after the process has
 * ended.
 */
#ifndef SYMBOLS_PROC_SNAPSHOT_H
#define SYMBOLS_PROC_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../host/maps.h"
#include "jit_map.h"

struct proc_snapshot {
	int pid;
	int dir; /* /proc/PID; it never becomes another process's; -1: gone */
	struct named_vma *mappings;
	size_t nr;
	size_t bytes;	  /* of memory that the mappings take */
	uint64_t read_ns; /* when the mappings were read; cost_ns: how long it took */
	uint64_t cost_ns;
	struct jit_map jit;
	uint64_t jit_read_ns; /* the same of its names of JIT code */
	uint64_t jit_cost_ns;
	bool has_ended; /* so it was at end_asked_ns */
	uint64_t end_asked_ns;
};

/* Always works: a process that is gone already has no mappings. */
void proc_snapshot__init(struct proc_snapshot *process, int pid);
void proc_snapshot__free(struct proc_snapshot *process);

/* Its "/", only to open files in it; -1: the process is gone. */
int proc_snapshot__open_root(const struct proc_snapshot *process);

/*
 * The mapping at this address, or NULL. Reads the mappings again if they are older than a
 * second, or, not too often, if they do not cover the address.
 */
const struct named_vma *proc_snapshot__find(struct proc_snapshot *process, uint64_t address);
/*
 * For an address in memory without a file: the mapping of a file that this memory continues, as
 * a program's zeroed data does; or NULL.
 */
const struct named_vma *proc_snapshot__find_continued(struct proc_snapshot *process,
						      uint64_t address);
/* Has its names of JIT code read again, not too often. True if there are new ones. */
bool proc_snapshot__refresh_jit(struct proc_snapshot *process, struct symbolizer *symbolizer);

#endif /* SYMBOLS_PROC_SNAPSHOT_H */
