/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's functions, as /proc/kallsyms has them. */
#ifndef SYMBOLS_KERNEL_NAMES_H
#define SYMBOLS_KERNEL_NAMES_H

#include "symbol_table.h"

#define KERNEL_NAMES_BEGIN (1ULL << 63)

struct kernel_names {
	struct symbol_table table;
	bool was_read; /* by the first kernel_names__find() */
};

void kernel_names__free(struct kernel_names *names);
/* NULL: not known, or hidden from this user. */
const struct symbol_entry *kernel_names__find(struct kernel_names *names, uint64_t address);

#endif /* SYMBOLS_KERNEL_NAMES_H */
