/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of unwind information with its expressions: without the section that it was found in. */
#ifndef SYMBOLS_UNWIND_ROW_H
#define SYMBOLS_UNWIND_ROW_H

#include "cfi.h"

/* Compilers make expressions of some 10 bytes, for one or two registers. */
#define ROW_EXPRESSIONS_MAX 512

struct unwind_row {
	/* Values of CFI_AT_EXPRESSION and CFI_IS_EXPRESSION are offsets in expressions. */
	struct cfi_row row;
	uint16_t expressions_len;
	uint8_t expressions[ROW_EXPRESSIONS_MAX];
};

/* As cfi__find(); false also if the expressions are too long. */
bool unwind_row__find(const struct cfi *cfi, uint64_t address, unsigned int *budget,
		      struct unwind_row *ret);
/* Can it be used, whoever has made it? */
bool unwind_row__is_valid(const struct unwind_row *row);
/* The expression of a rule. */
struct reader unwind_row__expression(const struct unwind_row *row, const struct cfi_rule *rule);

#endif /* SYMBOLS_UNWIND_ROW_H */
