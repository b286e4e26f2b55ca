/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a thread was like in user mode at one moment, as far as it was captured:
 * its registers, and the part of its stack that was copied.
 */
#ifndef SYMBOLS_REGISTERS_H
#define SYMBOLS_REGISTERS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* By DWARF's numbers for x86-64. */
enum dwarf_register {
	DWARF_RAX,
	DWARF_RDX,
	DWARF_RCX,
	DWARF_RBX,
	DWARF_RSI,
	DWARF_RDI,
	DWARF_RBP,
	DWARF_RSP,
	DWARF_R8,
	DWARF_R9,
	DWARF_R10,
	DWARF_R11,
	DWARF_R12,
	DWARF_R13,
	DWARF_R14,
	DWARF_R15,
	DWARF_RIP,
	NR_DWARF_REGISTERS,
};

struct registers {
	uint64_t values[NR_DWARF_REGISTERS];
	uint32_t known; /* one bit each: 1 << DWARF_RBP */
};

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

/* Up to 8 bytes of memory; 0, or -EFAULT for what was not copied. */
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

#endif /* SYMBOLS_REGISTERS_H */
