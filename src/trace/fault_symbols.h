/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The function whose instruction faulted, and the variable that it was about.
 */
#ifndef TRACE_FAULT_SYMBOLS_H
#define TRACE_FAULT_SYMBOLS_H

#include "fault.h"

struct code_map;
struct fault_symbols;

int fault_symbols__new(struct fault_symbols **ret);
void fault_symbols__free(struct fault_symbols *fs);

/* Where to ask what was at an address; NULL, and before that: what is there now. */
void fault_symbols__use(struct fault_symbols *fs, struct code_map *map);

/* Completes the fault, whose mapping has a name already; what it is given lives until the next call. */
void fault_symbols__find(struct fault_symbols *fs, struct fault *fault);

#endif /* TRACE_FAULT_SYMBOLS_H */
