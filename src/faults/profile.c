/* SPDX-License-Identifier: GPL-2.0-only */
#include "profile.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "../base/intern.h"
#include "../base/key_map.h"
#include "../base/must.h"
#include "../base/path.h"
#include "stacks.h"

const char *const profile_weight_names[PROFILE_WEIGHTS] = {
	[PROFILE_COUNT] = "count",
	[PROFILE_LATENCY] = "latency",
	[PROFILE_BYTES] = "bytes",
};

const struct profile_weight_words profile_weight_words[PROFILE_WEIGHTS] = {
	[PROFILE_COUNT] = { "faults", "count", "page faults" },
	[PROFILE_LATENCY] = { "latency", "nanoseconds", "ns in page faults" },
	[PROFILE_BYTES] = { "memory", "bytes", "bytes in page faults" },
};

/* Frames, samples and calls are interned by their bytes: no padding. Texts are numbers in texts. */
struct frame {
	uint64_t address;
	uint32_t function;
	uint32_t module;
	uint32_t build_id;
	uint32_t source;
	uint32_t line;
	uint32_t inlined;
};
_Static_assert(sizeof(struct frame) == 32, "a frame has no padding");

struct sample {
	uint32_t stack;
	uint32_t comm;
	uint32_t pid;
	uint32_t kind;
};
_Static_assert(sizeof(struct sample) == 16, "a sample has no padding");
_Static_assert(sizeof(struct profile_call) == 8, "a call has no padding");

struct weights {
	uint64_t of[PROFILE_WEIGHTS];
};

/* In place of a call: the stack is new, and there is no more room. */
#define LEFT_OUT (UINT32_MAX - 1)

/* The innermost call of a stack that has been added. */
struct known_stack {
	uint64_t serial;
	uint32_t call;
};

static const struct key_map no_stacks = { .item_bytes = sizeof(struct known_stack),
					  .key_bytes = sizeof(uint64_t) };

struct profile {
	struct intern texts;
	struct intern frames;  /* struct frame */
	struct intern calls;   /* struct profile_call */
	struct intern samples; /* struct sample */
	struct buf weights;    /* struct weights of each sample */
	struct buf stack;      /* struct profile_frame: scratch of profile__add_stack() */
	struct key_map stacks; /* struct known_stack */
	struct weights total, unknown;
	size_t bytes_max;
	uint32_t left_out_call; /* in place of the stacks for which there is no room */
	uint64_t left_out;
};

void profile__free(struct profile *p)
{
	if (!p)
		return;
	intern__free(&p->texts);
	intern__free(&p->frames);
	intern__free(&p->calls);
	intern__free(&p->samples);
	buf__free(&p->weights);
	buf__free(&p->stack);
	key_map__clear(&p->stacks);
	free(p);
}

static uint32_t add_text(struct profile *p, const char *text)
{
	return intern__add_text(&p->texts, text ? text : "");
}

static uint32_t add_frame(struct profile *p, const struct profile_frame *f)
{
	struct frame frame = {
		.address = f->address,
		.function = add_text(p, f->function),
		.module = add_text(p, f->module),
		.build_id = add_text(p, f->build_id),
		.source = add_text(p, f->source),
		.line = f->line,
		.inlined = f->inlined,
	};

	return intern__add(&p->frames, &frame, sizeof(frame));
}

/* Interns calls from the outermost one inwards, so that stacks share their common outer calls. */
static uint32_t add_calls(struct profile *p, const struct profile_frame *frames, size_t nr)
{
	uint32_t call = PROFILE_NO_CALL;

	for (size_t i = nr; i > 0; i--) {
		struct profile_call next = {
			.caller = call,
			.frame = add_frame(p, &frames[i - 1]),
		};

		call = intern__add(&p->calls, &next, sizeof(next));
	}
	return call;
}

static struct weights *weights_of(const struct profile *p, uint32_t i)
{
	return (struct weights *)p->weights.data + i;
}

struct profile *profile__new_within(size_t bytes)
{
	struct profile *p = must(calloc(1, sizeof(*p)));

	p->stacks = no_stacks;
	p->bytes_max = bytes;
	p->left_out_call = PROFILE_NO_CALL;
	return p;
}

struct profile *profile__new(void)
{
	return profile__new_within(PROFILE_BYTES_MAX);
}

static size_t bytes_of(const struct intern *t)
{
	return t->bytes.len + t->items.len;
}

static bool is_full(const struct profile *p)
{
	return bytes_of(&p->texts) + bytes_of(&p->frames) + bytes_of(&p->calls) +
		       bytes_of(&p->samples) + p->weights.len +
		       p->stacks.nr * sizeof(struct known_stack) >=
	       p->bytes_max;
}

/* A stack, or a thread, that is new when there is no more room: one sample for each kind. */
static struct sample leave_out(struct profile *p, const struct profile_faults *faults,
			       uint32_t kind)
{
	const struct profile_frame frame = { .function = PROFILE_LEFT_OUT };

	if (p->left_out_call == PROFILE_NO_CALL)
		p->left_out_call = add_calls(p, &frame, 1);
	p->left_out += faults->weights[PROFILE_COUNT];
	return (struct sample) {
		.stack = p->left_out_call,
		.comm = add_text(p, ""),
		.kind = kind,
	};
}

/* call: the innermost one. */
static void add_sample(struct profile *p, uint32_t call, const struct profile_faults *faults)
{
	uint32_t kind = faults->kind < FT_KIND_COUNT ? faults->kind : FT_KIND_OTHER, comm = 0, i;
	const char *name = faults->comm ? faults->comm : "";
	bool fits = !is_full(p) || intern__find(&p->texts, name, strlen(name) + 1, &comm);
	struct sample sample = {
		.stack = call,
		.comm = fits ? add_text(p, name) : 0,
		.pid = faults->pid,
		.kind = kind,
	};
	static const struct weights none;

	if (is_full(p) && (!fits || !intern__find(&p->samples, &sample, sizeof(sample), &i)))
		sample = leave_out(p, faults, kind);
	i = intern__add(&p->samples, &sample, sizeof(sample));

	if (p->weights.len / sizeof(none) <= i)
		buf__add(&p->weights, (const char *)&none, sizeof(none));
	for (int w = 0; w < PROFILE_WEIGHTS; w++) {
		if (faults->weights[w] == FT_UNKNOWN64) {
			p->unknown.of[w] += faults->weights[PROFILE_COUNT];
			continue;
		}
		weights_of(p, i)->of[w] += faults->weights[w];
		p->total.of[w] += faults->weights[w];
	}
}

void profile__add(struct profile *p, const struct profile_faults *faults)
{
	uint32_t call = is_full(p) ? LEFT_OUT : add_calls(p, faults->frames, faults->nr_frames);

	add_sample(p, call, faults);
}

/* Returns the innermost call. */
static uint32_t add_stack(struct profile *p, const struct stack *stack)
{
	struct profile_frame frame = { .function = STACK_CUT };

	p->stack.len = 0;
	for (size_t i = 0; stack && i < stack->nr; i++) {
		const struct stack_frame *from = &stack->frames[i];

		buf__add(&p->stack,
			 (const char *)&(struct profile_frame) {
				 .function = *from->function ? from->function : from->made_code,
				 .module = from->module,
				 .build_id = from->build_id,
				 .address = from->address,
				 .source = from->source,
				 .line = from->line,
				 .inlined = from->is_inlined,
			 },
			 sizeof(frame));
	}
	if (!stack || stack->is_cut)
		buf__add(&p->stack, (const char *)&frame, sizeof(frame));
	return add_calls(p, (const void *)p->stack.data, p->stack.len / sizeof(frame));
}

/* Makes the calls of a stack only once. */
static uint32_t call_of(struct profile *p, const struct stack *stack)
{
	struct known_stack *known;

	if (stack && !stack->serial && is_full(p))
		return LEFT_OUT;
	if (!stack || !stack->serial)
		return add_stack(p, stack);
	known = key_map__find(&p->stacks, &stack->serial);
	if (!known && is_full(p))
		return LEFT_OUT;
	if (!known) {
		known = key_map__add(&p->stacks, &stack->serial);
		known->call = add_stack(p, stack);
	}
	return known->call;
}

void profile__add_stack(struct profile *p, const struct stack *stack,
			const struct profile_faults *faults)
{
	add_sample(p, call_of(p, stack), faults);
}

uint64_t profile__total(const struct profile *p, enum profile_weight weight)
{
	return p->total.of[weight];
}

uint64_t profile__left_out(const struct profile *p)
{
	return p->left_out;
}

uint64_t profile__unknown(const struct profile *p, enum profile_weight weight)
{
	return p->unknown.of[weight];
}

uint32_t profile__nr_samples(const struct profile *p)
{
	return p->samples.nr;
}

struct profile_sample profile__sample(const struct profile *p, uint32_t i)
{
	const struct sample *sample = intern__get(&p->samples, i);

	return (struct profile_sample) {
		.stack = sample->stack,
		.comm = intern__get(&p->texts, sample->comm),
		.pid = sample->pid,
		.kind = (uint8_t)sample->kind,
		.weights = weights_of(p, i)->of,
	};
}

struct profile_call profile__call(const struct profile *p, uint32_t call)
{
	return *(const struct profile_call *)intern__get(&p->calls, call);
}

uint32_t profile__nr_frames(const struct profile *p)
{
	return p->frames.nr;
}

struct profile_frame profile__frame(const struct profile *p, uint32_t i)
{
	const struct frame *frame = intern__get(&p->frames, i);

	return (struct profile_frame) {
		.function = intern__get(&p->texts, frame->function),
		.module = intern__get(&p->texts, frame->module),
		.build_id = intern__get(&p->texts, frame->build_id),
		.address = frame->address,
		.source = intern__get(&p->texts, frame->source),
		.line = frame->line,
		.inlined = frame->inlined,
	};
}

/* ---- The program ---------------------------------------------------------------------------- */

/* The faults that have a module in their stack. Indexed by the number of its path in texts. */
struct use {
	uint64_t faults;
	uint32_t counted; /* number of the last sample added to faults, + 1: each counts once */
};

static void count_uses(const struct profile *p, struct use *uses)
{
	for (uint32_t i = 0; i < p->samples.nr; i++) {
		uint32_t call = profile__sample(p, i).stack;

		while (call != PROFILE_NO_CALL) {
			struct profile_call c = profile__call(p, call);
			const struct frame *frame = intern__get(&p->frames, c.frame);
			struct use *use = &uses[frame->module];

			if (use->counted != i + 1)
				use->faults += weights_of(p, i)->of[PROFILE_COUNT];
			use->counted = i + 1;
			call = c.caller;
		}
	}
}

/* True for the path of a program: no library, and neither [kernel] nor [vdso]. */
static bool is_no_library(const char *path)
{
	const char *name = path_last(path);

	return *name && *name != '[' && fnmatch("*.so", name, 0) && fnmatch("*.so.*", name, 0);
}

const char *profile__program(const struct profile *p)
{
	size_t size = p->texts.nr * sizeof(struct use);
	const char *path, *program = "";
	struct buf memory = { 0 };
	struct use *uses;
	uint64_t most = 0;

	buf__reserve(&memory, size + 1);
	memset(memory.data, 0, size);
	uses = (struct use *)memory.data;
	count_uses(p, uses);
	for (uint32_t i = 0; i < p->texts.nr; i++) {
		path = intern__get(&p->texts, i);
		if (uses[i].faults > most && is_no_library(path)) {
			most = uses[i].faults;
			program = path;
		}
	}
	buf__free(&memory);
	return program;
}
