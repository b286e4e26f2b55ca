/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as an expression of unwind information. The first one: is a value on its stack? */
#include "expressions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	const uint64_t cfa = 0x1040;
	bool has_initial = input__u8(&input) & 1;
	size_t len;
	uint8_t *code = input__rest(&input, &len);

	evaluate((struct reader) { code, code + len, false }, has_initial ? &cfa : NULL);
	free(code);
	return 0;
}
