/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call frame information: what .eh_frame or .debug_frame says about how to get from
 * a function's frame to its caller's.
 *
 * libdw could read it, too, but not what others may have damaged: it makes room for
 * as many registers as a file names, gigabytes, and reads behind a program's end.
 */
#ifndef SYMBOLS_CFI_H
#define SYMBOLS_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader.h"
#include "registers.h"

#define CFI_SECTION_MAX (256UL << 20)

/* Where the caller's value of a register is. CFA: the canonical frame address. */
enum cfi_kind {
	CFI_SAME,	   /* in the register, as what nothing is said about */
	CFI_UNDEFINED,	   /* lost; of the return address: there is no caller */
	CFI_AT_OFFSET,	   /* in memory at CFA + value */
	CFI_IS_OFFSET,	   /* it is CFA + value */
	CFI_REGISTER,	   /* in the register value */
	CFI_AT_EXPRESSION, /* in memory, where the expression at value in the section says */
	CFI_IS_EXPRESSION, /* what that expression says */
};

struct cfi_rule {
	int32_t value;
	enum cfi_kind kind : 8;
};

/* What holds at one instruction. */
struct cfi_row {
	struct cfi_rule rules[NR_DWARF_REGISTERS];
	struct cfi_rule cfa; /* CFI_IS_OFFSET: to cfa_register; or CFI_IS_EXPRESSION */
	uint8_t cfa_register;
	bool is_signal; /* the kernel made this frame: its caller was interrupted */
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

/* Takes the bytes, which are malloc()ed. What cannot be read in them is left out. */
void cfi__init(struct cfi *cfi, uint8_t *bytes, size_t size, uint64_t address, bool is_eh);
void cfi__free(struct cfi *cfi);
size_t cfi__bytes(const struct cfi *cfi);

/* For the instruction at this address of the ELF file; false: nothing sound is said about it. */
bool cfi__find(const struct cfi *cfi, uint64_t address, struct cfi_row *ret);
/* The expression of a rule. */
struct reader cfi__expression(const struct cfi *cfi, const struct cfi_rule *rule);

#endif /* SYMBOLS_CFI_H */
