/* SPDX-License-Identifier: GPL-2.0-only */
#include "arch.h"

#include "../../../bpf/contract/record.h"
#include "registers.h"

_Static_assert(FT_STACK_RED_ZONE == RED_ZONE_BYTES, "the kernel half copies the red zone");

struct registers arch__registers_of(const struct ft_stack_copy *record)
{
	struct registers registers = { 0 };

	registers__set(&registers, DWARF_RIP, record->ip);
	registers__set(&registers, DWARF_RSP, record->sp);
	registers__set(&registers, DWARF_RBP, record->bp);
	registers__set(&registers, DWARF_RBX, record->bx);
	registers__set(&registers, DWARF_R12, record->r12);
	registers__set(&registers, DWARF_R13, record->r13);
	registers__set(&registers, DWARF_R14, record->r14);
	registers__set(&registers, DWARF_R15, record->r15);
	return registers;
}

/* A frame begins with the caller's frame pointer, and the return address is above it. */
int arch__caller_by_frame_pointer(const struct registers *registers, const struct stack_copy *stack,
				  struct registers *ret)
{
	uint64_t rbp = registers->values[DWARF_RBP], caller_rbp, address;

	if (rbp < registers->values[DWARF_RSP] || stack_copy__read(stack, rbp, 8, &caller_rbp) ||
	    stack_copy__read(stack, rbp + 8, 8, &address))
		return -ENODATA;
	*ret = (struct registers) { 0 };
	registers__set(ret, DWARF_RIP, address);
	registers__set(ret, DWARF_RSP, rbp + 16);
	registers__set(ret, DWARF_RBP, caller_rbp);
	return 0;
}

/* Only the return address is on the stack. */
int arch__caller_after_call(const struct registers *registers, const struct stack_copy *stack,
			    struct registers *ret)
{
	uint64_t rsp = registers->values[DWARF_RSP], address;

	if (stack_copy__read(stack, rsp, 8, &address))
		return -ENODATA;
	*ret = *registers;
	registers__set(ret, DWARF_RIP, address);
	registers__set(ret, DWARF_RSP, rsp + 8);
	return 0;
}
