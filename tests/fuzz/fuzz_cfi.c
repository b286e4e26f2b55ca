/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as .eh_frame or .debug_frame: the first byte says which. */
#include "expressions.h"

#define SECTION_ADDRESS 0x2000
#define ENTRIES_MAX	32

static void find_rows(const struct cfi *cfi, uint64_t start)
{
	static const uint8_t offsets[] = { 0, 1, 5, 40 };
	struct cfi_row row;

	for (size_t i = 0; i < NR(offsets); i++) {
		unsigned int budget = 100000;

		if (cfi__find(cfi, start + offsets[i], &budget, &row)) {
			EXPECT(row.cfa.kind == CFI_IS_OFFSET || row.cfa.kind == CFI_IS_EXPRESSION);
			EXPECT(row.cfa_register < NR_DWARF_REGISTERS);
			evaluate_rules(cfi, &row);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	bool is_eh = input__u8(&input) & 1;
	size_t len;
	uint8_t *bytes = input__rest(&input, &len);
	struct cfi cfi;

	cfi__init(&cfi, bytes, len, SECTION_ADDRESS, is_eh);
	for (size_t i = 0; i < cfi.nr && i < ENTRIES_MAX; i++) {
		EXPECT(!i || cfi.entries[i - 1].start <= cfi.entries[i].start);
		find_rows(&cfi, cfi.entries[i].start);
	}
	cfi__free(&cfi);
	return 0;
}
