/* SPDX-License-Identifier: GPL-2.0-only */
/* The names in a perf map, /tmp/perf-PID.map: lines "START SIZE NAME" in hex. */
#ifndef SYMBOLS_JIT_NAMES_H
#define SYMBOLS_JIT_NAMES_H

#include "symbol_table.h"

/* The most that is read of one file: a large Java service writes a quarter of it. */
#define JIT_NAMES_READ_MAX (64u << 20)

/* All zero to begin with. */
struct jit_names {
	struct symbol_table table;
	uint64_t read_bytes;
	uint32_t nr_lines;
	bool in_long_line; /* the rest of a line that is left out comes next */
};

/* Reads what was added to the file since the last call. 0 or -errno. */
int jit_names__read(struct jit_names *names, int fd);
void jit_names__free(struct jit_names *names);

#endif /* SYMBOLS_JIT_NAMES_H */
