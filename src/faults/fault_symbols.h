/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The function whose instruction faulted, and the variable whose address it accessed.
 */
#ifndef FAULTS_FAULT_SYMBOLS_H
#define FAULTS_FAULT_SYMBOLS_H

#include "fault.h"

struct code_history;
struct fault_symbols;
struct symbols;

/* symbols is to live longer. */
int fault_symbols__new(struct symbols *symbols, struct fault_symbols **ret);
void fault_symbols__free(struct fault_symbols *fs);

/* Looks addresses up in map from now on. NULL, or before this call: in what is mapped now. */
void fault_symbols__use(struct fault_symbols *fs, struct code_history *map);

/* Sets symbol and data_symbol of a fault whose name is set; valid until the next call. */
void fault_symbols__find(struct fault_symbols *fs, struct fault *fault);
/* After it: sets made_code, source and line, too. */
void fault_symbols__find_line(struct fault_symbols *fs, struct fault *fault);

#endif /* FAULTS_FAULT_SYMBOLS_H */
