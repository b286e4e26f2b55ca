/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of code that a process made at run time, from the file that it writes
 * for perf: /tmp/perf-PID.map, lines "START SIZE NAME" in hex.
 */
#ifndef SYMBOLS_JIT_MAP_H
#define SYMBOLS_JIT_MAP_H

#include "symbol_table.h"

struct jit_map {
	struct symbol_table table;
	uint64_t inode;
	uint64_t read_bytes;
	uint32_t nr_lines;
	int kept; /* the file, to be read to its end when the process has ended; 0: none */

	/* To find it also if it is written only when the process ends. */
	int folder;	  /* it is in; 0: not known, or not needed any more */
	unsigned int pid; /* in its own, innermost, namespace */
	unsigned int uid;
};

/*
 * Reads what the file has got since the last time. process: its directory below
 * /proc; it may be gone, if it was there the last time. As perf does, only a file of
 * the process's user or of root is believed.
 * 0, -EAGAIN if there is nothing new, or -errno.
 */
int jit_map__update(struct jit_map *map, int process);
void jit_map__free(struct jit_map *map);

#endif /* SYMBOLS_JIT_MAP_H */
