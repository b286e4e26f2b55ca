/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process's mappings as they were a moment ago: read when they are asked for,
 * and kept after its end.
 */
#ifndef SYMBOLS_PROCESS_H
#define SYMBOLS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jit_map.h"

struct process_mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev; /* as in struct mapping */
	const char *name;
};

struct process {
	int pid;
	int dir; /* /proc/PID; it never becomes another process's; -1: gone */
	struct process_mapping *mappings;
	size_t nr;
	uint64_t read_ns; /* when, and how long it took */
	uint64_t cost_ns;
	struct jit_map jit;
	uint64_t jit_read_ns;
};

/* Always works: a process that is gone already has no mappings. */
void process__init(struct process *process, int pid);
void process__free(struct process *process);

/*
 * The mapping at this address, or NULL. They are read again when they are older
 * than a second, or do not cover it; but never for most of the time.
 */
const struct process_mapping *process__find(struct process *process, uint64_t address);
/*
 * For an address in memory without a file: the mapping of a file that this
 * memory continues, as it does for a program's zeroed data; or NULL.
 */
const struct process_mapping *process__find_continued(struct process *process, uint64_t address);
/* Code that was made at run time. */
const struct symbol_entry *process__find_jit(struct process *process, uint64_t address);

#endif /* SYMBOLS_PROCESS_H */
