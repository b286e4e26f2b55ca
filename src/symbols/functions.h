/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions with code of their own in a DWARF compilation unit, by address. */
#ifndef SYMBOLS_FUNCTIONS_H
#define SYMBOLS_FUNCTIONS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct function_range;

/* All zero: not read yet. */
struct functions {
	bool was_read;
	struct function_range *ranges;
	size_t nr;
	size_t size;
};

/* Finds the function at the address; the first call reads the unit's functions. */
bool functions__find(struct functions *functions, Dwarf *dwarf, Dwarf_Die *unit, uint64_t address,
		     Dwarf_Die *ret);
void functions__free(struct functions *functions);
size_t functions__bytes(const struct functions *functions);

#endif /* SYMBOLS_FUNCTIONS_H */
