/* SPDX-License-Identifier: GPL-2.0-only */
#include "stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buf.h"
#include "../base/key_map.h"
#include "../base/log.h"
#include "../symbols/arch/arch.h"
#include "../symbols/symbols.h"
#include "../symbols/unwind.h"
#include "code_history.h"
#include "frames_hash.h"
#include "shared_texts.h"

/* Unused stacks are evicted when this many are new: the kernel half then sends them again. */
#define KEPT_MAX	 (2 * FT_STACKS_TURN)
/* A cut stack of so few frames, the leaf and at most one caller, had no frame pointers. */
#define SHORT_MAX	 2
/* Copied stacks, which the kernel half sends each time, are evicted also by their size. */
#define COPIED_BYTES_MAX (64UL << 20)
/* When a stack has as many frames, inlined functions are left out. */
#define FRAMES_MAX	 (2 * FT_STACK_MAX)

/* A frame of the machine stack. Functions inlined into it are not looked up yet. */
struct call {
	struct stack_frame frame;
	uint64_t module_id; /* as struct symbol has it */
	uint64_t address;   /* of an instruction of the call, in the module */
	bool is_return;	    /* frame.ip is the return address, behind the call */
};

struct known {
	uint64_t id;
	struct stack stack; /* has no frames until find_inlined() makes them of calls */
	struct buf calls;   /* struct call */
	struct buf frames;  /* struct stack_frame */
	size_t nr_copies;   /* copied stacks whose frames are these */
	bool is_copied;	    /* it was never sent by its id */
	bool used;	    /* since the last eviction */
};

/* A stack and an id of it. */
struct stack_id {
	uint64_t id;
	struct known *known;
};

static const struct key_map no_ids = { .item_bytes = sizeof(struct stack_id),
				       .key_bytes = sizeof(uint64_t) };

struct stacks {
	struct symbols *symbols; /* not owned */
	struct unwinder *unwinder;
	struct code_history *map; /* not owned; may be NULL */
	struct key_map known;	  /* struct stack_id: all stacks */
	struct key_map copies;	  /* struct stack_id: of stacks that were sent as copies */
	struct shared_texts texts;
	uint64_t serials;     /* of stacks whose frames were made */
	size_t nr_settled;    /* stacks that were known after the last eviction */
	size_t copied_bytes;  /* of copied stacks, without their texts */
	size_t settled_bytes; /* ... after the last eviction */
	size_t nr_walked;     /* stacks walked by frame pointers */
	size_t nr_short;      /* ... cut after at most SHORT_MAX frames */
};

static void free_known(struct known *known)
{
	buf__free(&known->calls);
	buf__free(&known->frames);
	free(known);
}

static struct known *known_at(const struct stacks *stacks, size_t i)
{
	return ((const struct stack_id *)key_map__at(&stacks->known, i))->known;
}

int stacks__new(struct symbols *symbols, struct stacks **ret)
{
	struct stacks *stacks = calloc(1, sizeof(*stacks));
	int err = stacks ? unwinder__new(symbols__modules(symbols), &stacks->unwinder) : -ENOMEM;

	if (err) {
		stacks__free(stacks);
		stacks = NULL;
	} else {
		stacks->symbols = symbols;
		stacks->known = stacks->copies = no_ids;
	}
	*ret = stacks;
	return err;
}

void stacks__free(struct stacks *stacks)
{
	if (!stacks)
		return;
	for (size_t i = 0; i < stacks->known.nr; i++)
		free_known(known_at(stacks, i));
	key_map__clear(&stacks->known);
	key_map__clear(&stacks->copies);
	shared_texts__free(&stacks->texts);
	unwinder__free(stacks->unwinder);
	free(stacks);
}

static const char *keep(struct stacks *stacks, const char *text)
{
	return shared_texts__keep(&stacks->texts, text);
}

static size_t bytes_of(const struct known *known)
{
	return sizeof(*known) + known->calls.size + known->frames.size;
}

void stacks__use(struct stacks *stacks, struct code_history *map)
{
	stacks->map = map;
}

/* The process and time of the stack that is looked up. */
struct moment {
	struct stacks *stacks;
	uint32_t pid;
	uint64_t time_ns;
};

static bool find_mapping(void *ctx, uint64_t address, struct named_vma *ret)
{
	const struct moment *moment = ctx;

	return code_history__mapping(moment->stacks->map, (int)moment->pid, address,
				     moment->time_ns, ret);
}

/* Is there code before ip, to which a call could return? True also if that is not known. */
static bool may_return_to(struct moment *moment, uint64_t ip)
{
	struct named_vma mapping;

	return !moment->stacks->map || find_mapping(moment, ip - 1, &mapping);
}

/* The label of nameless JIT code, as in rows by symbol; NULL for other code. */
static const char *label_made_code(struct stacks *stacks, const struct symbol *symbol, uint32_t pid)
{
	struct buf text = { 0 };
	const char *label;

	if (*symbol->name || !symbol->made_in)
		return NULL;
	jit_add_label(&text, symbol, (int)pid);
	buf__addc(&text, '\0');
	label = keep(stacks, text.data);
	buf__free(&text);
	return *label ? label : NULL;
}

/* Adds a frame. With is_return ip is behind a call, the last instruction maybe: looks up ip - 1. */
static void add_call(const struct moment *moment, struct known *known, uint64_t ip, bool is_return)
{
	struct stacks *stacks = moment->stacks;
	struct symbol_request request = { .pid = (int)moment->pid,
					  .address = ip - is_return,
					  .is_code = true };
	struct symbol symbol;
	struct call call;

	if (stacks->map)
		code_history__find(stacks->map, &request, moment->time_ns);
	symbols__find(stacks->symbols, &request, &symbol);
	/* Without room for its name the offset is that in the module. */
	symbol.name = keep(stacks, symbol.name);
	call = (struct call) {
		.frame = {
			.ip = ip,
			.function = symbol.name,
			.made_code = label_made_code(stacks, &symbol, moment->pid),
			.module = keep(stacks, symbol.module),
			.build_id = keep(stacks, symbol.build_id),
			.address = symbol.has_module_address ? symbol.module_address + is_return : 0,
			.source = "",
		},
		.module_id = symbol.has_module_address ? symbol.module_id : 0,
		.address = symbol.module_address,
		.is_return = is_return,
	};
	if (symbol_offset(&symbol, &call.frame.offset))
		call.frame.offset += is_return;
	else
		call.frame.module = "";
	buf__add(&known->calls, (const char *)&call, sizeof(call));
}

static struct known *find_known(struct stacks *stacks, uint64_t id)
{
	const struct stack_id *found = key_map__find(&stacks->known, &id);

	if (found)
		found->known->used = true;
	return found ? found->known : NULL;
}

/* NULL: out of memory. */
static struct known *add_known(struct stacks *stacks, uint64_t id, uint32_t pid)
{
	struct known *known = calloc(1, sizeof(*known));
	struct stack_id *added;

	if (!known)
		return NULL;
	known->id = id;
	known->used = true;
	known->stack.pid = pid;
	added = key_map__add(&stacks->known, &id);
	added->known = known;
	return known;
}

/* The kernel starts a program at _start, which has no caller, but no frame that says so. */
static bool ends_at_start(const struct known *known)
{
	const struct call *calls = (const void *)known->calls.data;
	size_t nr = known->calls.len / sizeof(*calls);

	return nr && !strcmp(calls[nr - 1].frame.function, "_start");
}

void stacks__learn(struct stacks *stacks, const struct ft_stack *record)
{
	struct moment moment = { stacks, record->pid, record->h.time_ns };
	struct known *known;
	size_t nr = record->nr, i;

	known = find_known(stacks, record->id) ? NULL : add_known(stacks, record->id, record->pid);
	if (!known)
		return;
	/* Cuts at a return address outside of code: it was read through no real frame pointer. */
	for (i = 0; i < nr && (!i || may_return_to(&moment, record->ips[i])); i++)
		add_call(&moment, known, record->ips[i], i > 0);
	known->stack.is_cut =
		i < nr || (record->end != FT_STACK_OUTERMOST && !ends_at_start(known));
	stacks->nr_walked++;
	stacks->nr_short += known->stack.is_cut && i <= SHORT_MAX;
}

/* Finds or adds the stack with these frames in this generation of code; NULL: out of memory. */
static struct known *know_frames(const struct moment *moment, uint32_t generation,
				 const struct unwind_frame *frames, size_t nr, bool is_cut)
{
	uint64_t code = (uint64_t)generation << 32 | moment->pid;
	uint64_t id = hash_frames(code, frames, nr, is_cut);
	struct known *known = find_known(moment->stacks, id);

	if (known)
		return known;
	known = add_known(moment->stacks, id, moment->pid);
	if (!known)
		return NULL;
	known->stack.is_cut = is_cut;
	for (size_t i = 0; i < nr; i++)
		add_call(moment, known, frames[i].address, frames[i].is_return);
	known->is_copied = true;
	moment->stacks->copied_bytes += bytes_of(known);
	return known;
}

static void add_copy(struct stacks *stacks, uint64_t id, struct known *known)
{
	struct stack_id *copy;

	if (key_map__find(&stacks->copies, &id))
		return;
	copy = key_map__add(&stacks->copies, &id);
	copy->known = known;
	known->nr_copies++;
}

void stacks__learn_copy(struct stacks *stacks, const struct ft_stack_copy *record)
{
	struct moment moment = { stacks, record->pid, record->h.time_ns };
	struct unwind_request request = {
		.pid = (int)record->pid,
		.registers = arch__registers_of(record),
		.stack = { FT_STACK_COPY_FROM(record->sp), record->bytes, record->len },
		.find_mapping = stacks->map ? find_mapping : NULL,
		.context = &moment,
	};
	struct unwind_frame frames[FT_STACK_MAX];
	enum unwind_end end;
	struct known *known;
	size_t nr;

	nr = unwinder__unwind(stacks->unwinder, &request, frames, FT_STACK_MAX, &end);
	known = know_frames(&moment, record->generation, frames, nr, end != UNWIND_COMPLETE);
	if (known)
		add_copy(stacks, record->id, known);
}

/* Adds the inlined functions of a call, then its function, by the name in the symbol table. */
static void add_frames(struct stacks *stacks, struct known *known, const struct call *call,
		       const struct inlined_frames *inlined)
{
	for (size_t i = 0; i < inlined->nr; i++) {
		const struct source_frame *source = &inlined->frames[i];
		struct stack_frame frame = call->frame;

		frame.is_inlined = i + 1 < inlined->nr;
		if (frame.is_inlined || !*frame.function)
			frame.function = keep(stacks, source->function);
		if (frame.is_inlined)
			frame.offset = 0;
		frame.source = keep(stacks, source->file);
		frame.line = source->line;
		buf__add(&known->frames, (const char *)&frame, sizeof(frame));
	}
}

/* Looks up the name of JIT code again: some processes write the names when they end. */
static void name_late(struct stacks *stacks, uint32_t pid, struct call *call)
{
	struct symbol symbol;

	if (*call->frame.function || call->module_id ||
	    !symbols__find_jit(stacks->symbols, (int)pid, call->frame.ip - call->is_return,
			       &symbol))
		return;
	call->frame.function = keep(stacks, symbol.name);
	call->frame.made_code = NULL;
	call->frame.offset = symbol.offset + call->is_return;
	call->frame.module = keep(stacks, symbol.module);
}

static void find_inlined(struct stacks *stacks, struct known *known)
{
	struct call *calls = (void *)known->calls.data;
	size_t bytes = bytes_of(known);

	for (size_t i = 0; i < known->calls.len / sizeof(*calls); i++) {
		const struct inlined_frames *inlined;

		name_late(stacks, known->stack.pid, &calls[i]);
		if (calls[i].frame.made_code && !known->stack.made_by)
			known->stack.made_by =
				jit_runtime_of(stacks->symbols, (int)known->stack.pid);
		inlined = symbols__find_inlined(stacks->symbols, (int)known->stack.pid,
						calls[i].module_id, calls[i].address);
		if (inlined && known->frames.len / sizeof(struct stack_frame) < FRAMES_MAX)
			add_frames(stacks, known, &calls[i], inlined);
		else
			buf__add(&known->frames, (const char *)&calls[i].frame,
				 sizeof(calls[i].frame));
	}
	buf__free(&known->calls);
	if (known->is_copied)
		stacks->copied_bytes += bytes_of(known) - bytes;
	known->stack.serial = ++stacks->serials;
	known->stack.frames = (const void *)known->frames.data;
	known->stack.nr = known->frames.len / sizeof(struct stack_frame);
}

const struct stack *stacks__find(struct stacks *stacks, uint64_t id)
{
	const struct stack_id *copy = key_map__find(&stacks->copies, &id);
	struct known *known = copy ? copy->known : find_known(stacks, id);

	if (known && known->calls.len)
		find_inlined(stacks, known);
	return known ? &known->stack : NULL;
}

/* Forgets the id of a copy. Returns the stack that it was a copy of, or NULL. */
static struct known *forget_copy(struct stacks *stacks, uint64_t id)
{
	struct stack_id *copy = key_map__find(&stacks->copies, &id);
	struct known *known;

	if (!copy)
		return NULL;
	known = copy->known;
	known->nr_copies--;
	key_map__remove(&stacks->copies, copy);
	return known;
}

void stacks__forget(struct stacks *stacks, uint64_t id)
{
	forget_copy(stacks, id);
}

bool stacks__are_many(const struct stacks *stacks)
{
	return stacks->known.nr >= stacks->nr_settled + KEPT_MAX ||
	       stacks->copied_bytes >= stacks->settled_bytes + COPIED_BYTES_MAX;
}

void stacks__keep(struct stacks *stacks, uint64_t id)
{
	find_known(stacks, id);
}

/* Forgets one of all stacks. */
static void forget_known(struct stacks *stacks, size_t i)
{
	struct known *known = known_at(stacks, i);

	if (known->is_copied)
		stacks->copied_bytes -= bytes_of(known);
	key_map__remove(&stacks->known, key_map__at(&stacks->known, i));
	free_known(known);
}

/* Evicts the stacks that were not used since the last eviction: of all, or of the copied ones. */
static void evict_unused(struct stacks *stacks, bool of_all)
{
	/* From the last one on, which takes the place of one that is forgotten. */
	for (size_t i = stacks->known.nr; i-- > 0;) {
		struct known *known = known_at(stacks, i);

		if (!known->is_copied && !of_all)
			continue;
		if (!known->used && !known->nr_copies)
			forget_known(stacks, i);
		else
			known->used = false;
	}
	if (of_all)
		stacks->nr_settled = stacks->known.nr;
	stacks->settled_bytes = stacks->copied_bytes;
}

static void mark_frame(const struct stack_frame *frame)
{
	shared_texts__mark(frame->function);
	shared_texts__mark(frame->made_code);
	shared_texts__mark(frame->module);
	shared_texts__mark(frame->build_id);
	shared_texts__mark(frame->source);
}

static void mark_texts(const struct known *known)
{
	const struct call *calls = (const void *)known->calls.data;

	for (size_t i = 0; i < known->calls.len / sizeof(*calls); i++)
		mark_frame(&calls[i].frame);
	for (size_t i = 0; i < known->stack.nr; i++)
		mark_frame(&known->stack.frames[i]);
}

void stacks__tidy(struct stacks *stacks)
{
	if (stacks__are_many(stacks))
		evict_unused(stacks, stacks->known.nr >= stacks->nr_settled + KEPT_MAX);
	if (shared_texts__are_many(&stacks->texts)) {
		for (size_t i = 0; i < stacks->known.nr; i++)
			mark_texts(known_at(stacks, i));
		shared_texts__sweep(&stacks->texts);
	}
}

uint64_t stacks__settle(struct stacks *stacks, uint64_t id)
{
	const struct known *known = forget_copy(stacks, id);

	return known ? known->id : 0;
}

void stacks__advise(const struct stacks *stacks)
{
	if (stacks->nr_short * 2 > stacks->nr_walked)
		log_hint("%zu of %zu stacks are short, without frame pointers: try --stack=dwarf",
			 stacks->nr_short, stacks->nr_walked);
}
