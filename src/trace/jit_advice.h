/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which runtime made the code that faulted, and how it can be asked to name such code.
 */
#ifndef TRACE_JIT_ADVICE_H
#define TRACE_JIT_ADVICE_H

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

/* Recognised by the files that the process has mapped (or had, when its maps were last read). */
enum jit_runtime jit_runtime_of(struct symbols *symbols, int pid);

/*
 * "[anon code] 0x7f1100000000 (pid 42)": names code by the mapping that it was made in (symbol->made_in), as its
 * instructions one by one say nothing.
 */
void jit_add_label(struct buf *text, const struct symbol *symbol, int pid);

/* Prints a hint at the end of a run if many faults were in JIT code that has no names. */
void jit_advice__give(const struct jit_advice *advice);

#endif /* TRACE_JIT_ADVICE_H */
