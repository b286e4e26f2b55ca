/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each architecture spells its own way, for the unwinder: ARCH.h, which defines the constants
 * below, and ARCH.c, which defines the functions. The unwinder uses
 * only these names.
 *
 *   enum dwarf_register   the registers by DWARF's numbers, and NR_DWARF_REGISTERS
 *   DWARF_IP, DWARF_SP, DWARF_FP
 *                         which of them are the instruction, the stack pointer, the frame pointer
 *   DWARF_RETURN_ADDRESS  which one stands for the return address in unwind information
 *   RED_ZONE_BYTES        below the stack pointer, where leaf functions may keep values
 *   ENTRY_CODE_BYTES      size of the dynamic loader's entry code, which has no unwind information
 *   ARCH_AUDIT            this architecture's system calls, in a filter of them
 */
#ifndef SYMBOLS_ARCH_ARCH_H
#define SYMBOLS_ARCH_ARCH_H

#ifdef __x86_64__
#include "x86.h"
#else
#error "this architecture has no file in src/symbols/arch yet"
#endif

struct ft_stack_copy;
struct registers;
struct stack_copy;

/* The registers of a record. */
struct registers arch__registers_of(const struct ft_stack_copy *record);

/*
 * The registers of a caller, without unwind information; 0, or -ENODATA if they are not known.
 * By the frame pointer, which must be known; or after a call to an address without code, which has
 * done nothing but the call.
 */
int arch__caller_by_frame_pointer(const struct registers *registers, const struct stack_copy *stack,
				  struct registers *ret);
int arch__caller_after_call(const struct registers *registers, const struct stack_copy *stack,
			    struct registers *ret);

#endif /* SYMBOLS_ARCH_ARCH_H */
