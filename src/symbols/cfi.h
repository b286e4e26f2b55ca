/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call frame information: what .eh_frame or .debug_frame says about how to get from a function's
 * frame to its caller's.
 *
 * Does not use libdw, which fails on damaged or hostile files: it allocates memory for as many
 * registers as a file names, gigabytes, and reads past the end of a CFI program.
 */
#ifndef SYMBOLS_CFI_H
#define SYMBOLS_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/registers.h"
#include "reader.h"

#define CFI_SECTION_MAX (256UL << 20)

/* Where the caller's value of a register is. CFA: the canonical frame address. */
enum cfi_kind {
	CFI_SAME,	   /* still in the register; the default without a rule */
	CFI_UNDEFINED,	   /* lost; for the return address: there is no caller */
	CFI_AT_OFFSET,	   /* in memory at CFA + value */
	CFI_IS_OFFSET,	   /* it is CFA + value */
	CFI_REGISTER,	   /* in the register value */
	CFI_AT_EXPRESSION, /* in memory where the expression at section offset value says */
	CFI_IS_EXPRESSION, /* the result of the expression at section offset value */
};

struct cfi_rule {
	int32_t value;
	enum cfi_kind kind : 8;
};

/* The rules that hold at one instruction. */
struct cfi_row {
	struct cfi_rule rules[NR_DWARF_REGISTERS];
	struct cfi_rule cfa; /* CFI_IS_OFFSET: cfa_register + value; or CFI_IS_EXPRESSION */
	uint8_t cfa_register;
	bool is_signal; /* a signal frame, made by the kernel: its caller was interrupted */
	bool is_eh;	/* from .eh_frame */
};

struct cfi_entry {
	uint64_t start;
	uint32_t offset;
};

struct cfi {
	uint8_t *bytes; /* NULL: there is none */
	size_t size;
	uint64_t address; /* where the section is loaded */
	bool is_eh;
	struct cfi_entry *entries; /* one for each function, sorted */
	size_t nr;
};

/* Takes ownership of bytes, which must be malloc()ed. Skips entries that are invalid. */
void cfi__init(struct cfi *cfi, uint8_t *bytes, size_t size, uint64_t address, bool is_eh);
void cfi__free(struct cfi *cfi);
size_t cfi__bytes(const struct cfi *cfi);

/*
 * The row of the instruction at this ELF address; false: there is no valid one. *budget: how many
 * instructions of CFI programs may still be run; 0 afterwards: they were not enough.
 */
bool cfi__find(const struct cfi *cfi, uint64_t address, unsigned int *budget, struct cfi_row *ret);
/* The expression of a rule. */
struct reader cfi__expression(const struct cfi *cfi, const struct cfi_rule *rule);

#endif /* SYMBOLS_CFI_H */
