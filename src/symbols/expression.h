/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a DWARF expression in call frame information says: a small program on a stack.
 */
#ifndef SYMBOLS_EXPRESSION_H
#define SYMBOLS_EXPRESSION_H

#include "reader.h"
#include "registers.h"

/*
 * It begins with *initial on its stack, or with nothing (NULL). 0; -EFAULT: it needs
 * memory that was not copied; -ENODATA: a register that is not known; -EINVAL: it is
 * not sound.
 */
int expression__evaluate(struct reader program, const uint64_t *initial,
			 const struct registers *registers, const struct stack_copy *memory,
			 uint64_t *ret);

#endif /* SYMBOLS_EXPRESSION_H */
