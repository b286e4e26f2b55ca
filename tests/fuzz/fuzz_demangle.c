/* SPDX-License-Identifier: GPL-2.0-only */
/* Any bytes as a mangled name, with much room for the readable one, and with little. */
#include "../../src/symbols/demangle.h"
#include "fuzz.h"

static void demangle_into(const char *name, size_t size)
{
	char *text = malloc(size);

	EXPECT(text);
	if (demangle(name, text, size))
		EXPECT(*text && strnlen(text, size) < size);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, data + size };
	char *name = input__string(&input);

	demangle_into(name, 4096);
	demangle_into(name, 9);
	free(name);
	return 0;
}
