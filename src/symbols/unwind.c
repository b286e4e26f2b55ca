/* SPDX-License-Identifier: GPL-2.0-only */
#include "unwind.h"

#include <errno.h>
#include <stdlib.h>

#include "expression.h"

#define NR_ROWS	    4096
/* Of the code where the dynamic loader begins, in assembly without unwind information. */
#define ENTRY_BYTES 128

/* What a step returns when there is no caller. */
#define OUTERMOST 1

/* The row of an instruction, or that there is none: its CFA is undefined. */
struct cached_row {
	uint64_t serial; /* the module's; 0: free */
	uint64_t address;
	struct cfi_row row;
};

struct unwinder {
	struct modules *modules;
	bool has_loaded; /* since room was made */
	struct cached_row rows[NR_ROWS];
};

/* On the way from frame to frame. */
struct walk {
	struct unwinder *unwinder;
	const struct unwind_request *request;
	struct process_mapping mapping; /* the last one that was found */
	struct registers registers;	/* of this frame */
	size_t nr;			/* of frames so far, with this one */
	bool is_return;
	bool is_guess;
	bool by_frame_pointer; /* this one was found so */
};

int unwinder__new(struct modules *modules, struct unwinder **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->modules = modules;
	return 0;
}

void unwinder__free(struct unwinder *unwinder)
{
	free(unwinder);
}

/* ---- Where code is -------------------------------------------------------------------------- */

static bool ask_mapping(struct walk *walk, uint64_t address)
{
	const struct unwind_request *request = walk->request;
	struct modules *modules = walk->unwinder->modules;
	const struct process_mapping *now;

	if (request->find_mapping)
		return request->find_mapping(request->context, address, &walk->mapping);
	now = process__find(modules__process(modules, request->pid), address);
	if (now)
		walk->mapping = *now;
	return now;
}

static bool covers(const struct process_mapping *mapping, uint64_t address)
{
	return mapping->start <= address && address < mapping->end;
}

static bool find_mapping(struct walk *walk, uint64_t address)
{
	/* The caller's stays what it was; the process's own may be read again any time. */
	if (walk->request->find_mapping && covers(&walk->mapping, address))
		return true;
	if (!ask_mapping(walk, address) || !covers(&walk->mapping, address)) {
		walk->mapping = (struct process_mapping) { 0 };
		return false;
	}
	if (!walk->mapping.name)
		walk->mapping.name = "";
	return true;
}

/* In a function that called, the instruction behind may be another function's. */
static uint64_t instruction(const struct walk *walk)
{
	return walk->registers.values[DWARF_RIP] - walk->is_return;
}

static bool find_place(struct walk *walk, struct place *ret)
{
	uint64_t address = instruction(walk);

	if (!find_mapping(walk, address))
		return false;
	modules__place(walk->unwinder->modules, walk->request->pid, address, &walk->mapping, ret);
	return ret->module && ret->has_address;
}

/* May it be where a call returns to? */
static bool is_code(struct walk *walk, uint64_t address)
{
	return find_mapping(walk, address - 1) &&
	       !covers(&walk->mapping, walk->registers.values[DWARF_RSP]);
}

static const struct cfi_row *find_row(struct walk *walk, const struct place *place)
{
	struct unwinder *unwinder = walk->unwinder;
	struct cached_row *cached = &unwinder->rows[place__hash(place) % NR_ROWS];

	if (cached->serial != place->module->serial || cached->address != place->address) {
		cached->serial = place->module->serial;
		cached->address = place->address;
		if (!module__find_row(place->module,
				      modules__process(unwinder->modules, walk->request->pid),
				      place->address, &cached->row))
			cached->row.cfa.kind = CFI_UNDEFINED;
		unwinder->has_loaded = true;
	}
	return cached->row.cfa.kind == CFI_UNDEFINED ? NULL : &cached->row;
}

/* ---- By unwind information ------------------------------------------------------------------ */

static int evaluate(const struct walk *walk, const struct cfi *cfi, const struct cfi_rule *rule,
		    const uint64_t *cfa, uint64_t *ret)
{
	return expression__evaluate(cfi__expression(cfi, rule), cfa, &walk->registers,
				    &walk->request->stack, ret);
}

static int read_memory(const struct walk *walk, uint64_t address, uint64_t *ret)
{
	return stack_copy__read(&walk->request->stack, address, 8, ret);
}

static int read_register(const struct walk *walk, unsigned int number, uint64_t *ret)
{
	*ret = walk->registers.values[number];
	return registers__has(&walk->registers, number) ? 0 : -ENODATA;
}

static int find_cfa(const struct walk *walk, const struct cfi *cfi, const struct cfi_row *row,
		    uint64_t *ret)
{
	int err;

	if (row->cfa.kind == CFI_IS_EXPRESSION)
		return evaluate(walk, cfi, &row->cfa, NULL, ret);
	err = read_register(walk, row->cfa_register, ret);
	*ret += (uint64_t)row->cfa.value;
	return err;
}

/* The caller's value of a register. */
static int restore(const struct walk *walk, const struct cfi *cfi, const struct cfi_row *row,
		   unsigned int number, uint64_t cfa, uint64_t *ret)
{
	const struct cfi_rule *rule = &row->rules[number];
	uint64_t address;
	int err;

	switch (rule->kind) {
	case CFI_SAME:
		/* The CFA is by definition what the caller's stack pointer was. */
		*ret = cfa;
		return number == DWARF_RSP ? 0 : read_register(walk, number, ret);
	case CFI_AT_OFFSET: return read_memory(walk, cfa + (uint64_t)rule->value, ret);
	case CFI_IS_OFFSET: *ret = cfa + (uint64_t)rule->value; return 0;
	case CFI_REGISTER:
		return (uint32_t)rule->value < NR_DWARF_REGISTERS
			       ? read_register(walk, (unsigned int)rule->value, ret)
			       : -ENODATA;
	case CFI_AT_EXPRESSION:
		err = evaluate(walk, cfi, rule, &cfa, &address);
		return err ? err : read_memory(walk, address, ret);
	case CFI_IS_EXPRESSION: return evaluate(walk, cfi, rule, &cfa, ret);
	default: return -ENODATA;
	}
}

static int restore_all(const struct walk *walk, const struct cfi *cfi, const struct cfi_row *row,
		       uint64_t cfa, struct registers *ret)
{
	ret->known = 0;
	for (unsigned int number = 0; number < NR_DWARF_REGISTERS; number++) {
		uint64_t value;
		int err = restore(walk, cfi, row, number, cfa, &value);

		if (!err)
			registers__set(ret, number, value);
		else if (number == DWARF_RSP || number == DWARF_RIP)
			return err;
	}
	return 0;
}

/*
 * Frames lie one above the other. What a signal interrupted may have had another
 * stack, which was not copied.
 */
static bool is_above(const struct walk *walk, const struct cfi_row *row, uint64_t cfa)
{
	uint64_t unused;

	return cfa > walk->registers.values[DWARF_RSP] ||
	       (row->is_signal && stack_copy__read(&walk->request->stack, cfa, 1, &unused));
}

static int step_by_row(struct walk *walk)
{
	const struct cfi_row *row;
	const struct cfi *cfi;
	struct registers caller;
	struct place place;
	uint64_t cfa;
	int err;

	if (!find_place(walk, &place))
		return -ENODATA;
	row = find_row(walk, &place);
	if (!row)
		return -ENODATA;
	if (row->rules[DWARF_RIP].kind == CFI_UNDEFINED)
		return OUTERMOST;
	cfi = module__cfi(place.module, row);
	err = find_cfa(walk, cfi, row, &cfa);
	if (err)
		return err;
	/* That nothing is said about the return address is no way to find it. */
	if (row->rules[DWARF_RIP].kind == CFI_SAME || !is_above(walk, row, cfa))
		return -ENODATA;
	err = restore_all(walk, cfi, row, cfa, &caller);
	if (err)
		return err;
	if (!row->is_signal && caller.values[DWARF_RIP] && !is_code(walk, caller.values[DWARF_RIP]))
		return -ENOEXEC;
	walk->registers = caller;
	walk->is_return = !row->is_signal;
	walk->by_frame_pointer = false;
	return 0;
}

/* ---- Without it ----------------------------------------------------------------------------- */

/* The dynamic loader has no caller where it begins, but does not say so. */
static bool is_entry(struct walk *walk)
{
	struct place place;
	uint64_t rbp;

	return !read_register(walk, DWARF_RBP, &rbp) && !rbp && find_place(walk, &place) &&
	       place.address - place.module->entry < ENTRY_BYTES;
}

/* A call of what is no function: nothing has been saved but where to return to. */
static int step_from_nowhere(struct walk *walk)
{
	uint64_t sp = walk->registers.values[DWARF_RSP], address;

	if (read_memory(walk, sp, &address) || !is_code(walk, address))
		return -ENODATA;
	registers__set(&walk->registers, DWARF_RIP, address);
	registers__set(&walk->registers, DWARF_RSP, sp + 8);
	return 0;
}

static int step_by_frame_pointer(struct walk *walk)
{
	struct registers caller = { 0 };
	uint64_t rbp, caller_rbp, address;

	if (read_register(walk, DWARF_RBP, &rbp))
		return -ENODATA;
	if (!rbp && walk->by_frame_pointer)
		return OUTERMOST;
	if (rbp < walk->registers.values[DWARF_RSP] || read_memory(walk, rbp, &caller_rbp) ||
	    read_memory(walk, rbp + 8, &address))
		return -ENODATA;
	if (address && !is_code(walk, address))
		return -ENODATA;
	registers__set(&caller, DWARF_RIP, address);
	registers__set(&caller, DWARF_RSP, rbp + 16);
	registers__set(&caller, DWARF_RBP, caller_rbp);
	walk->registers = caller;
	walk->by_frame_pointer = true;
	return 0;
}

static int step_by_guess(struct walk *walk)
{
	int err;

	if (is_entry(walk))
		return OUTERMOST;
	if (walk->nr == 1 && !find_mapping(walk, instruction(walk)))
		err = step_from_nowhere(walk);
	else
		err = step_by_frame_pointer(walk);
	if (!err)
		walk->is_return = walk->is_guess = true;
	return err;
}

/* ---- All frames ----------------------------------------------------------------------------- */

/*
 * To the caller's frame; 0, OUTERMOST, -EFAULT for memory that was not copied, -ENOEXEC for
 * a caller that is no code, or another error. A guess is for where nothing is said, not for
 * where what is said is not so.
 */
static int step(struct walk *walk)
{
	int err = step_by_row(walk);

	if (err && err != OUTERMOST && err != -EFAULT && err != -ENOEXEC)
		err = step_by_guess(walk);
	return err || walk->registers.values[DWARF_RIP] ? err : OUTERMOST;
}

size_t unwinder__unwind(struct unwinder *unwinder, const struct unwind_request *request,
			struct unwind_frame *frames, size_t max, enum unwind_end *end)
{
	const uint32_t needed = 1u << DWARF_RIP | 1u << DWARF_RSP;
	struct walk walk = {
		.unwinder = unwinder,
		.request = request,
		.registers = request->registers,
	};
	int err = (request->registers.known & needed) == needed ? 0 : -ENODATA;

	if (unwinder->has_loaded)
		modules__make_room(unwinder->modules);
	unwinder->has_loaded = false;
	while (!err && walk.nr < max) {
		frames[walk.nr++] = (struct unwind_frame) {
			.address = walk.registers.values[DWARF_RIP],
			.is_return = walk.is_return,
			.is_guess = walk.is_guess,
		};
		err = step(&walk);
	}
	*end = !err		  ? UNWIND_FULL
	       : err == OUTERMOST ? UNWIND_COMPLETE
	       : err == -EFAULT	  ? UNWIND_TRUNCATED
				  : UNWIND_UNREADABLE;
	return walk.nr;
}
