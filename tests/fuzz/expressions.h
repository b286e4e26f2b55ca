/* SPDX-License-Identifier: GPL-2.0-only */
/* Evaluates expressions of unwind information, with some registers and memory. */
#ifndef TESTS_FUZZ_EXPRESSIONS_H
#define TESTS_FUZZ_EXPRESSIONS_H

#include "../../src/symbols/cfi.h"
#include "../../src/symbols/expression.h"
#include "fuzz.h"

static inline void evaluate(struct reader program, const uint64_t *initial)
{
	static const uint64_t words[16] = { 0x1008, 0x1010, UINT64_MAX, 7, 0x1078 };
	const struct stack_copy memory = { 0x1000, words, sizeof(words) };
	struct registers registers = { .known = 0xf7 | 1u << DWARF_IP };
	unsigned int budget = 100000;
	uint64_t value = 0;

	for (size_t i = 0; i < NR_DWARF_REGISTERS; i++)
		registers.values[i] = 0x1000 + 8 * i;
	expression__evaluate(program, initial, &registers, &memory, &budget, &value);
}

static inline void evaluate_rules(const struct cfi *cfi, const struct cfi_row *row)
{
	const uint64_t cfa = 0x1040;

	for (size_t i = 0; i < NR_DWARF_REGISTERS; i++)
		if (row->rules[i].kind == CFI_AT_EXPRESSION ||
		    row->rules[i].kind == CFI_IS_EXPRESSION)
			evaluate(cfi__expression(cfi, &row->rules[i]), &cfa);
	if (row->cfa.kind == CFI_IS_EXPRESSION)
		evaluate(cfi__expression(cfi, &row->cfa), NULL);
}

#endif /* TESTS_FUZZ_EXPRESSIONS_H */
