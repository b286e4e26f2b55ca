/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of code that a process made at run time, from the file that it writes
 * for perf: /tmp/perf-PID.map. Finds the file, and has the symbolizer read it.
 */
#ifndef SYMBOLS_JIT_MAP_H
#define SYMBOLS_JIT_MAP_H

#include "symbolizer.h"

/* All zero to begin with. */
struct jit_map {
	struct symbolizer *symbolizer;
	uint64_t id;	     /* by which it knows the names */
	uint64_t generation; /* of the symbolizer that has read them; 0: none has */
	uint64_t version;    /* unique, never reused: another one when new names were read */
	bool has_failed;     /* not read any more */
	uint64_t inode;
	uint64_t read_bytes; /* of the file */
	uint64_t bytes;	     /* of memory that the names take */
	int kept; /* fd of the file, to read the rest when the process has ended; 0: none */

	/* To find a file that the process writes only when it ends. */
	int folder;	  /* fd of the process's /tmp; 0: not known, or no longer needed */
	unsigned int pid; /* in its innermost pid namespace */
	unsigned int uid;
};

/*
 * To be called while the process runs: its file is then found also when the process has ended
 * before the first update. process: fd of its /proc/PID.
 */
void jit_map__expect(struct jit_map *map, int process);
/*
 * Has what was added to the file since the last call read. process: fd of its /proc/PID; the
 * process may have ended since that call. As perf does, accepts only a file of the process's
 * user, or of root and no link. 0, -EAGAIN if there is nothing new, or -errno.
 */
int jit_map__update(struct jit_map *map, struct symbolizer *symbolizer, int process);
/*
 * The readable name of the code at an address; it lives until the next question. *start: of that
 * code. NULL: none is known.
 */
const char *jit_map__name(struct jit_map *map, uint64_t address, uint64_t *start);
void jit_map__free(struct jit_map *map);

#endif /* SYMBOLS_JIT_MAP_H */
