/* SPDX-License-Identifier: GPL-2.0-only */
/* Evaluates DWARF expressions of call frame information: programs of a stack machine. */
#ifndef SYMBOLS_EXPRESSION_H
#define SYMBOLS_EXPRESSION_H

#include "arch/registers.h"
#include "reader.h"

/*
 * Starts with *initial on the stack, or with an empty one (NULL). *budget: how many operations may
 * still be run. 0; -EFAULT: it needs memory
 * that was not copied; -ENODATA: a register that is not known; -EINVAL: it is invalid.
 */
int expression__evaluate(struct reader program, const uint64_t *initial,
			 const struct registers *registers, const struct stack_copy *memory,
			 unsigned int *budget, uint64_t *ret);

#endif /* SYMBOLS_EXPRESSION_H */
