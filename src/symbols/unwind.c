/* SPDX-License-Identifier: GPL-2.0-only */
#include "unwind.h"

#include <errno.h>
#include <stdlib.h>

#include "expression.h"

#define NR_ROWS	  4096
/*
 * Instructions of CFI programs and operations of expressions that may be run for one stack. An
 * ordinary one needs some thousand, and fewer where its rows are cached.
 */
#define STEPS_MAX 65536

/* What a step returns when there is no caller. */
#define OUTERMOST 1

/* The cached row of an instruction; its CFA is CFI_UNDEFINED if there is none. */
struct cached_row {
	uint64_t serial; /* the module's; 0: free */
	uint64_t address;
	struct unwind_row row;
};

struct unwinder {
	struct binaries *binaries;
	bool has_loaded; /* since the last binaries__make_room() */
	struct cached_row rows[NR_ROWS];
};

/* The state while one stack is unwound. */
struct walk {
	struct unwinder *unwinder;
	const struct unwind_request *request;
	struct named_vma mapping;   /* the last one that was found */
	struct registers registers; /* of this frame */
	size_t nr;		    /* of frames so far, with this one */
	bool is_return;
	bool is_guess;
	bool by_frame_pointer; /* this frame was found by one */
	unsigned int budget;   /* of STEPS_MAX */
};

int unwinder__new(struct binaries *binaries, struct unwinder **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->binaries = binaries;
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
	struct binaries *binaries = walk->unwinder->binaries;
	const struct named_vma *now;

	if (request->find_mapping)
		return request->find_mapping(request->context, address, &walk->mapping);
	now = proc_snapshot__find(binaries__process(binaries, request->pid), address);
	if (now)
		walk->mapping = *now;
	return now;
}

static bool covers(const struct named_vma *mapping, uint64_t address)
{
	return mapping->vma.start <= address && address < mapping->vma.end;
}

static bool find_mapping(struct walk *walk, uint64_t address)
{
	/* What find_mapping() gave stays valid; the process's own may be read again any time. */
	if (walk->request->find_mapping && covers(&walk->mapping, address))
		return true;
	if (!ask_mapping(walk, address) || !covers(&walk->mapping, address)) {
		walk->mapping = (struct named_vma) { 0 };
		return false;
	}
	if (!walk->mapping.name)
		walk->mapping.name = "";
	return true;
}

/* The instruction behind a call may be in another function: take the call itself. */
static uint64_t instruction(const struct walk *walk)
{
	return walk->registers.values[DWARF_IP] - walk->is_return;
}

static bool find_place(struct walk *walk, struct place *ret)
{
	uint64_t address = instruction(walk);

	if (!find_mapping(walk, address))
		return false;
	binaries__place(walk->unwinder->binaries, walk->request->pid, address, &walk->mapping, ret);
	return ret->module && ret->has_address;
}

/* Can a call return to this address? */
static bool is_code(struct walk *walk, uint64_t address)
{
	return find_mapping(walk, address - 1) &&
	       !covers(&walk->mapping, walk->registers.values[DWARF_SP]);
}

static const struct unwind_row *find_row(struct walk *walk, const struct place *place)
{
	struct unwinder *unwinder = walk->unwinder;
	struct cached_row *cached = &unwinder->rows[place__hash(place) % NR_ROWS];

	if (cached->serial != place->module->serial || cached->address != place->address) {
		cached->serial = place->module->serial;
		cached->address = place->address;
		if (!binary__find_row(place->module,
				      binaries__process(unwinder->binaries, walk->request->pid),
				      place->address, &walk->budget, &cached->row))
			cached->row.row.cfa.kind = CFI_UNDEFINED;
		/* Not found within the budget of this stack: not cached, as the next one may find it. */
		if (!walk->budget)
			cached->serial = 0;
		unwinder->has_loaded = true;
	}
	return cached->row.row.cfa.kind == CFI_UNDEFINED ? NULL : &cached->row;
}

/* ---- By unwind information ------------------------------------------------------------------ */

static int evaluate(struct walk *walk, const struct unwind_row *row, const struct cfi_rule *rule,
		    const uint64_t *cfa, uint64_t *ret)
{
	return expression__evaluate(unwind_row__expression(row, rule), cfa, &walk->registers,
				    &walk->request->stack, &walk->budget, ret);
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

static int find_cfa(struct walk *walk, const struct unwind_row *row, uint64_t *ret)
{
	const struct cfi_rule *cfa = &row->row.cfa;
	int err;

	if (cfa->kind == CFI_IS_EXPRESSION)
		return evaluate(walk, row, cfa, NULL, ret);
	err = read_register(walk, row->row.cfa_register, ret);
	*ret += (uint64_t)cfa->value;
	return err;
}

/* The caller's value of a register. */
static int restore(struct walk *walk, const struct unwind_row *row, unsigned int number,
		   uint64_t cfa, uint64_t *ret)
{
	const struct cfi_rule *rule = &row->row.rules[number];
	uint64_t address;
	int err;

	switch (rule->kind) {
	case CFI_SAME:
		/* The CFA is by definition what the caller's stack pointer was. */
		*ret = cfa;
		return number == DWARF_SP ? 0 : read_register(walk, number, ret);
	case CFI_AT_OFFSET: return read_memory(walk, cfa + (uint64_t)rule->value, ret);
	case CFI_IS_OFFSET: *ret = cfa + (uint64_t)rule->value; return 0;
	case CFI_REGISTER:
		return (uint32_t)rule->value < NR_DWARF_REGISTERS
			       ? read_register(walk, (unsigned int)rule->value, ret)
			       : -ENODATA;
	case CFI_AT_EXPRESSION:
		err = evaluate(walk, row, rule, &cfa, &address);
		return err ? err : read_memory(walk, address, ret);
	case CFI_IS_EXPRESSION: return evaluate(walk, row, rule, &cfa, ret);
	default: return -ENODATA;
	}
}

static int restore_all(struct walk *walk, const struct unwind_row *row, uint64_t cfa,
		       struct registers *ret)
{
	ret->known = 0;
	for (unsigned int number = 0; number < NR_DWARF_REGISTERS; number++) {
		uint64_t value;
		int err = restore(walk, row, number, cfa, &value);

		if (!err)
			registers__set(ret, number, value);
		else if (number == DWARF_SP || number == DWARF_RETURN_ADDRESS)
			return err;
	}
	return 0;
}

/*
 * Is the caller's frame above this one? A signal may have interrupted code on another stack,
 * which was not copied.
 */
static bool is_above(const struct walk *walk, const struct cfi_row *row, uint64_t cfa)
{
	uint64_t unused;

	return cfa > walk->registers.values[DWARF_SP] ||
	       (row->is_signal && stack_copy__read(&walk->request->stack, cfa, 1, &unused));
}

static int step_by_row(struct walk *walk)
{
	const struct unwind_row *found;
	const struct cfi_row *row;
	struct registers caller;
	struct place place;
	uint64_t cfa;
	int err;

	if (!find_place(walk, &place))
		return -ENODATA;
	found = find_row(walk, &place);
	if (!found)
		return -ENODATA;
	row = &found->row;
	if (row->rules[DWARF_RETURN_ADDRESS].kind == CFI_UNDEFINED)
		return OUTERMOST;
	err = find_cfa(walk, found, &cfa);
	if (err)
		return err;
	/* CFI_SAME: there is no rule for the return address. */
	if (row->rules[DWARF_RETURN_ADDRESS].kind == CFI_SAME || !is_above(walk, row, cfa))
		return -ENODATA;
	err = restore_all(walk, found, cfa, &caller);
	if (err)
		return err;
	if (!row->is_signal && caller.values[DWARF_IP] && !is_code(walk, caller.values[DWARF_IP]))
		return -ENOEXEC;
	walk->registers = caller;
	walk->is_return = !row->is_signal;
	walk->by_frame_pointer = false;
	return 0;
}

/* ---- Without unwind information ------------------------------------------------------------- */

/* Is this the entry of the dynamic loader? It has no caller, but no information says so. */
static bool is_entry(struct walk *walk)
{
	struct place place;
	uint64_t fp;

	return !read_register(walk, DWARF_FP, &fp) && !fp && find_place(walk, &place) &&
	       place.address - place.module->entry < ENTRY_CODE_BYTES;
}

/* After a call to an address without code. */
static int step_from_nowhere(struct walk *walk)
{
	struct registers caller;

	if (arch__caller_after_call(&walk->registers, &walk->request->stack, &caller) ||
	    !is_code(walk, caller.values[DWARF_IP]))
		return -ENODATA;
	walk->registers = caller;
	return 0;
}

static int step_by_frame_pointer(struct walk *walk)
{
	struct registers caller;
	uint64_t fp;

	if (read_register(walk, DWARF_FP, &fp))
		return -ENODATA;
	if (!fp && walk->by_frame_pointer)
		return OUTERMOST;
	if (arch__caller_by_frame_pointer(&walk->registers, &walk->request->stack, &caller))
		return -ENODATA;
	if (caller.values[DWARF_IP] && !is_code(walk, caller.values[DWARF_IP]))
		return -ENODATA;
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
 * Steps to the caller's frame; 0, OUTERMOST, -EFAULT for memory that was not copied, -ENOEXEC
 * for a caller that is no code, or another error. Guesses only where unwind information is
 * missing or of no use, not if it led to one of these two errors, or was too long.
 */
static int step(struct walk *walk)
{
	int err = step_by_row(walk);

	if (!walk->budget)
		return -ENODATA;
	if (err && err != OUTERMOST && err != -EFAULT && err != -ENOEXEC)
		err = step_by_guess(walk);
	return err || walk->registers.values[DWARF_IP] ? err : OUTERMOST;
}

size_t unwinder__unwind(struct unwinder *unwinder, const struct unwind_request *request,
			struct unwind_frame *frames, size_t max, enum unwind_end *end)
{
	const uint32_t needed = 1u << DWARF_IP | 1u << DWARF_SP;
	struct walk walk = {
		.unwinder = unwinder,
		.request = request,
		.registers = request->registers,
		.budget = STEPS_MAX,
	};
	int err = (request->registers.known & needed) == needed ? 0 : -ENODATA;

	if (unwinder->has_loaded)
		binaries__make_room(unwinder->binaries);
	unwinder->has_loaded = false;
	while (!err && walk.nr < max) {
		frames[walk.nr++] = (struct unwind_frame) {
			.address = walk.registers.values[DWARF_IP],
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
