/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which runtime (Node, Java) generated the code that faulted, and its option to name such code.
 */
#ifndef FAULTS_JIT_ADVICE_H
#define FAULTS_JIT_ADVICE_H

#include <stdbool.h>

#include "../base/buf.h"

struct symbol;
struct symbols;

enum jit_runtime { JIT_NONE, JIT_NODE, JIT_JAVA, JIT_RUNTIMES };

struct jit_advice {
	unsigned long long faults; /* all faults of the run */
	unsigned long long of[JIT_RUNTIMES];
	bool of_stacks; /* counted if any frame of the stack is such code, not only the instruction */
};

/* Recognised by a file that the process has mapped (or had, when its maps were last read). */
enum jit_runtime jit_runtime_of(struct symbols *symbols, int pid);

/*
 * Adds "[anon code] 0x7f1100000000 (pid 42)": the mapping of nameless code (symbol->made_in). The
 * address of each instruction would tell nothing.
 */
void jit_add_label(struct buf *text, const struct symbol *symbol, int pid);

/* Counts faults whose code, or code in whose stack, a runtime generated; JIT_NONE: none did. */
static inline void jit_advice__count(struct jit_advice *advice, enum jit_runtime made_by,
				     unsigned long long faults)
{
	advice->faults += faults;
	advice->of[made_by] += faults;
}

/* Prints a hint at the end of a run if many faults were in JIT code that has no names. */
void jit_advice__give(const struct jit_advice *advice);

#endif /* FAULTS_JIT_ADVICE_H */
