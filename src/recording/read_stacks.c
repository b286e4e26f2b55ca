/* SPDX-License-Identifier: GPL-2.0-only */
#include "read_stacks.h"

#include <stdlib.h>

#include "../base/array.h"
#include "../base/hash_index.h"
#include "../base/must.h"

struct read_stack {
	uint64_t id;
	size_t first, nr;     /* frames that came */
	struct stack_row row; /* its id is 0: it has not come yet */
	uint64_t serial;      /* as of struct stack; 0: not made yet */
};

static const struct key_map no_stacks = { .item_bytes = sizeof(struct read_stack),
					  .key_bytes = sizeof(uint64_t) };

void read_stacks__clear(struct read_stacks *stacks)
{
	key_map__clear(&stacks->stacks);
	stacks->stacks = no_stacks;
	free(stacks->frames);
	stacks->frames = NULL;
	stacks->nr_frames = stacks->size = 0;
}

static struct read_stack *find_or_add(struct read_stacks *stacks, uint64_t id)
{
	struct read_stack *stack = key_map__find(&stacks->stacks, &id);

	if (stack)
		return stack;
	stack = key_map__add(&stacks->stacks, &id);
	stack->first = stacks->nr_frames;
	return stack;
}

bool read_stacks__add_frame(struct read_stacks *stacks, const struct frame_row *row)
{
	struct read_stack *stack;

	if (stacks->nr_frames == READ_FRAMES_MAX)
		return false;
	stack = find_or_add(stacks, row->stack);
	if (stack->row.id || stack->first + stack->nr != stacks->nr_frames ||
	    stack->nr == READ_STACK_MAX)
		return false;
	stack->nr++;
	stacks->frames = must(array_reserve(stacks->frames, stacks->nr_frames, &stacks->size,
					    sizeof(*stacks->frames)));
	stacks->frames[stacks->nr_frames++] = *row;
	return true;
}

bool read_stacks__add(struct read_stacks *stacks, const struct stack_row *row)
{
	struct read_stack *stack;

	if (!row->id || row->made_by >= JIT_RUNTIMES || stacks->stacks.nr == READ_FRAMES_MAX)
		return false;
	stack = find_or_add(stacks, row->id);
	if (stack->row.id || stack->nr != row->nr)
		return false;
	stack->row = *row;
	return true;
}

const char *read_text(const struct capture_reader *reader, string_id id)
{
	size_t len;
	const char *text = capture_reader__string(reader, id, &len);

	return text ? text : id ? READ_LOST : "";
}

static struct stack_frame make_frame(const struct frame_row *row,
				     const struct capture_reader *reader)
{
	return (struct stack_frame) {
		.ip = row->ip,
		.function = read_text(reader, row->function),
		.made_code = row->made_code ? read_text(reader, row->made_code) : NULL,
		.offset = row->offset,
		.module = read_text(reader, row->module),
		.build_id = read_text(reader, row->build_id),
		.address = row->address,
		.source = read_text(reader, row->source),
		.line = row->line,
		.is_inlined = row->is_inlined,
	};
}

static uint64_t hash_frame(uint64_t before, const struct stack_frame *frame)
{
	const uint64_t words[] = {
		before,
		frame->ip,
		frame->offset,
		frame->address,
		(uint64_t)frame->line << 1 | frame->is_inlined,
		hash64_text(frame->function),
		hash64_text(frame->made_code ? frame->made_code : ""),
		hash64_text(frame->module),
		hash64_text(frame->build_id),
		hash64_text(frame->source),
	};

	return hash64_bytes(words, sizeof(words));
}

/* Ids are of a segment; this number is the same for equal stacks of all segments. */
static uint64_t serial_of(const struct stack *stack)
{
	uint64_t hash = stack->is_cut;

	for (size_t i = 0; i < stack->nr; i++)
		hash = hash_frame(hash, &stack->frames[i]);
	return hash ? hash : 1;
}

const struct stack *read_stacks__find(struct read_stacks *stacks, uint64_t id,
				      const struct capture_reader *reader)
{
	struct read_stack *stack = key_map__find(&stacks->stacks, &id);

	if (!stack || !stack->row.id)
		return NULL;
	for (size_t i = 0; i < stack->nr; i++)
		stacks->made_frames[i] = make_frame(&stacks->frames[stack->first + i], reader);
	stacks->made = (struct stack) {
		.pid = stack->row.pid,
		.nr = stack->nr,
		.frames = stacks->made_frames,
		.is_cut = stack->row.is_cut,
		.made_by = stack->row.made_by,
	};
	if (!stack->serial)
		stack->serial = serial_of(&stacks->made);
	stacks->made.serial = stack->serial;
	return &stacks->made;
}
