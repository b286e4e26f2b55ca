/* SPDX-License-Identifier: GPL-2.0-only */
#include "jit_advice.h"

#include <stddef.h>

#include "../base/log.h"
#include "../base/path.h"
#include "../symbols/symbols.h"

/* A hint is given if at least one fault in 20 is in code of the runtime. */
#define ONE_IN 20

static const struct {
	const char *file; /* a file that processes of this runtime have mapped */
	const char *command;
} runtimes[JIT_RUNTIMES] = {
	[JIT_NODE] = { "node", "node --perf-basic-prof" },
	[JIT_JAVA] = { "libjvm.so", "java -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit" },
};

enum jit_runtime jit_runtime_of(struct symbols *symbols, int pid)
{
	for (size_t i = JIT_NONE + 1; i < JIT_RUNTIMES; i++)
		if (symbols__has_mapped(symbols, pid, runtimes[i].file))
			return (enum jit_runtime)i;
	return JIT_NONE;
}

void jit_add_label(struct buf *text, const struct symbol *symbol, int pid)
{
	buf__addf(text, "%s 0x%llx (pid %d)",
		  *symbol->module ? path_last(symbol->module) : "[anon code]",
		  (unsigned long long)symbol->made_in, pid);
}

void jit_advice__give(const struct jit_advice *advice)
{
	const char *where = advice->of_stacks ? "have code made at run time in their stacks"
					      : "are in code made at run time";

	for (size_t i = JIT_NONE + 1; i < JIT_RUNTIMES; i++)
		if (advice->of[i] && advice->of[i] >= advice->faults / ONE_IN)
			log_hint("%llu of %llu faults %s: %s names it", advice->of[i],
				 advice->faults, where, runtimes[i].command);
}
