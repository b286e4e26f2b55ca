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
	bool in_long_line; /* the rest of a line that is left out comes next */
	int kept; /* fd of the file, to read the rest when the process has ended; 0: none */

	/* To find a file that the process writes only when it ends. */
	int folder;	  /* fd of the process's /tmp; 0: not known, or no longer needed */
	unsigned int pid; /* in its innermost pid namespace */
	unsigned int uid;
};

/*
 * Reads what was added to the file since the last call. process: fd of its /proc/PID; the
 * process may have ended since that call. As perf does, accepts only a file of the process's
 * user, or of root and no link. 0, -EAGAIN if there is nothing new, or -errno.
 */
int jit_map__update(struct jit_map *map, int process);
void jit_map__free(struct jit_map *map);

#endif /* SYMBOLS_JIT_MAP_H */
