/* SPDX-License-Identifier: GPL-2.0-only */
#include "expression.h"

#include <dwarf.h>

#define STACK_MAX 64
/* An expression may jump, so it might never end. */
#define STEPS_MAX 1000

struct evaluation {
	const struct registers *registers;
	const struct stack_copy *memory;
	struct reader program;
	const uint8_t *start;
	uint64_t stack[STACK_MAX];
	size_t nr;
	int err;
};

static void fail(struct evaluation *e, int err)
{
	if (!e->err)
		e->err = err;
}

static void push(struct evaluation *e, uint64_t value)
{
	if (e->nr == STACK_MAX)
		fail(e, -EINVAL);
	else
		e->stack[e->nr++] = value;
}

static uint64_t pop(struct evaluation *e)
{
	if (e->nr)
		return e->stack[--e->nr];
	fail(e, -EINVAL);
	return 0;
}

/* The value at this depth of the stack; 0: the last one. */
static uint64_t peek(struct evaluation *e, uint64_t depth)
{
	if (depth < e->nr)
		return e->stack[e->nr - 1 - depth];
	fail(e, -EINVAL);
	return 0;
}

static void push_register(struct evaluation *e, uint64_t number, int64_t offset)
{
	if (!registers__has(e->registers, number))
		fail(e, -ENODATA);
	else
		push(e, e->registers->values[number] + (uint64_t)offset);
}

static void push_memory(struct evaluation *e, size_t size)
{
	uint64_t address = pop(e), value = 0;

	if (!size || size > sizeof(value))
		fail(e, -EINVAL);
	else if (!e->err)
		fail(e, stack_copy__read(e->memory, address, size, &value));
	push(e, value);
}

/* Pushes a constant or a register's value; false: this operation does something else. */
static bool run_push(struct evaluation *e, uint8_t code)
{
	static const struct {
		uint8_t size;
		bool is_signed;
	} constants[] = {
		[DW_OP_addr] = { 8, false },	[DW_OP_const1u] = { 1, false },
		[DW_OP_const1s] = { 1, true },	[DW_OP_const2u] = { 2, false },
		[DW_OP_const2s] = { 2, true },	[DW_OP_const4u] = { 4, false },
		[DW_OP_const4s] = { 4, true },	[DW_OP_const8u] = { 8, false },
		[DW_OP_const8s] = { 8, false },
	};
	struct reader *program = &e->program;
	uint64_t number;

	if (code >= DW_OP_lit0 && code <= DW_OP_lit31) {
		push(e, code - DW_OP_lit0);
	} else if (code >= DW_OP_breg0 && code <= DW_OP_breg31) {
		push_register(e, code - DW_OP_breg0, reader__sleb(program));
	} else if (code == DW_OP_bregx) {
		number = reader__uleb(program);
		push_register(e, number, reader__sleb(program));
	} else if (code == DW_OP_constu) {
		push(e, reader__uleb(program));
	} else if (code == DW_OP_consts) {
		push(e, (uint64_t)reader__sleb(program));
	} else if (code < sizeof(constants) / sizeof(*constants) && constants[code].size) {
		push(e, constants[code].is_signed
				? (uint64_t)reader__signed(program, constants[code].size)
				: reader__unsigned(program, constants[code].size));
	} else {
		return false;
	}
	return true;
}

/* Turns one value into another; false: this operation does something else. */
static bool run_unary(struct evaluation *e, uint8_t code)
{
	switch (code) {
	case DW_OP_abs:
		if ((int64_t)peek(e, 0) < 0)
			push(e, -pop(e));
		return true;
	case DW_OP_neg: push(e, -pop(e)); return true;
	case DW_OP_not: push(e, ~pop(e)); return true;
	case DW_OP_plus_uconst: push(e, pop(e) + reader__uleb(&e->program)); return true;
	case DW_OP_deref: push_memory(e, 8); return true;
	case DW_OP_deref_size: push_memory(e, reader__unsigned(&e->program, 1)); return true;
	default: return false;
	}
}

static uint64_t shift_signed(uint64_t value, uint64_t by)
{
	bool is_negative = value >> 63;
	uint64_t bits = is_negative ? ~value : value;

	bits = by < 64 ? bits >> by : 0;
	return is_negative ? ~bits : bits;
}

static uint64_t divide_signed(struct evaluation *e, int64_t a, int64_t b)
{
	if (b == 0)
		fail(e, -EINVAL);
	if (b == 0 || b == -1)
		return -(uint64_t)a;
	return (uint64_t)(a / b);
}

static uint64_t divide_rest(struct evaluation *e, uint64_t a, uint64_t b)
{
	if (!b)
		fail(e, -EINVAL);
	return b ? a % b : 0;
}

/* Turns two values into one; false: this operation does something else. */
static bool compute(struct evaluation *e, uint8_t code, uint64_t a, uint64_t b, uint64_t *ret)
{
	int64_t sa = (int64_t)a, sb = (int64_t)b;

	switch (code) {
	case DW_OP_and: *ret = a & b; return true;
	case DW_OP_or: *ret = a | b; return true;
	case DW_OP_xor: *ret = a ^ b; return true;
	case DW_OP_plus: *ret = a + b; return true;
	case DW_OP_minus: *ret = a - b; return true;
	case DW_OP_mul: *ret = a * b; return true;
	case DW_OP_div: *ret = divide_signed(e, sa, sb); return true;
	case DW_OP_mod: *ret = divide_rest(e, a, b); return true;
	case DW_OP_shl: *ret = b < 64 ? a << b : 0; return true;
	case DW_OP_shr: *ret = b < 64 ? a >> b : 0; return true;
	case DW_OP_shra: *ret = shift_signed(a, b); return true;
	case DW_OP_eq: *ret = sa == sb; return true;
	case DW_OP_ne: *ret = sa != sb; return true;
	case DW_OP_lt: *ret = sa < sb; return true;
	case DW_OP_le: *ret = sa <= sb; return true;
	case DW_OP_gt: *ret = sa > sb; return true;
	case DW_OP_ge: *ret = sa >= sb; return true;
	default: return false;
	}
}

static bool run_binary(struct evaluation *e, uint8_t code)
{
	size_t nr = e->nr;
	uint64_t result = 0;

	/* Pops only if compute() knows the code; for a missing operand, pop() then fails. */
	if (!compute(e, code, nr > 1 ? e->stack[nr - 2] : 0, nr ? e->stack[nr - 1] : 0, &result))
		return false;
	pop(e);
	pop(e);
	push(e, result);
	return true;
}

static void swap(struct evaluation *e)
{
	uint64_t last = pop(e), before = pop(e);

	push(e, last);
	push(e, before);
}

/* Moves the last value below the next two. */
static void rotate(struct evaluation *e)
{
	uint64_t last = pop(e), second = pop(e), third = pop(e);

	push(e, last);
	push(e, third);
	push(e, second);
}

static void jump(struct evaluation *e, bool taken)
{
	int64_t by = reader__signed(&e->program, 2);

	if (!taken)
		return;
	if (by < e->start - e->program.at || by > e->program.end - e->program.at)
		fail(e, -EINVAL);
	else
		e->program.at += by;
}

static void run_other(struct evaluation *e, uint8_t code)
{
	switch (code) {
	case DW_OP_nop: break;
	case DW_OP_dup: push(e, peek(e, 0)); break;
	case DW_OP_drop: pop(e); break;
	case DW_OP_over: push(e, peek(e, 1)); break;
	case DW_OP_pick: push(e, peek(e, reader__unsigned(&e->program, 1))); break;
	case DW_OP_swap: swap(e); break;
	case DW_OP_rot: rotate(e); break;
	case DW_OP_skip: jump(e, true); break;
	case DW_OP_bra: jump(e, pop(e)); break;
	default: fail(e, -EINVAL);
	}
}

int expression__evaluate(struct reader program, const uint64_t *initial,
			 const struct registers *registers, const struct stack_copy *memory,
			 unsigned int *budget, uint64_t *ret)
{
	struct evaluation e = {
		.registers = registers,
		.memory = memory,
		.program = program,
		.start = program.at,
	};

	if (initial)
		push(&e, *initial);
	for (int steps = 0; !e.err && e.program.at < e.program.end; steps++) {
		uint8_t code = (uint8_t)reader__unsigned(&e.program, 1);

		if (steps == STEPS_MAX || !*budget)
			fail(&e, -EINVAL);
		else
			--*budget;
		if (!e.err && !run_push(&e, code) && !run_unary(&e, code) && !run_binary(&e, code))
			run_other(&e, code);
	}
	if (e.program.failed)
		fail(&e, -EINVAL);
	*ret = peek(&e, 0);
	return e.err;
}
