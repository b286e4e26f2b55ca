/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The captured state of a thread in user mode at one moment: its registers, and the part of its
 * stack that was copied.
 */
#ifndef SYMBOLS_ARCH_REGISTERS_H
#define SYMBOLS_ARCH_REGISTERS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arch.h"

struct registers {
	uint64_t values[NR_DWARF_REGISTERS];
	uint32_t known; /* bit n: values[n] is known */
};

_Static_assert(NR_DWARF_REGISTERS <= 32, "each has a bit in known");

struct stack_copy {
	uint64_t start; /* the address of its first byte */
	const void *bytes;
	size_t size;
};

static inline void registers__set(struct registers *registers, unsigned int number, uint64_t value)
{
	registers->values[number] = value;
	registers->known |= 1u << number;
}

static inline bool registers__has(const struct registers *registers, uint64_t number)
{
	return number < NR_DWARF_REGISTERS && registers->known >> number & 1;
}

/* Reads up to 8 bytes of memory; 0, or -EFAULT if not all were copied. */
static inline int stack_copy__read(const struct stack_copy *copy, uint64_t address, size_t size,
				   uint64_t *ret)
{
	uint64_t at = address - copy->start;

	if (address < copy->start || at > copy->size || copy->size - at < size)
		return -EFAULT;
	*ret = 0;
	memcpy(ret, (const char *)copy->bytes + at, size);
	return 0;
}

#endif /* SYMBOLS_ARCH_REGISTERS_H */
