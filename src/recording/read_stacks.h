/* SPDX-License-Identifier: GPL-2.0-only */
/* The stacks of the segment that is read. */
#ifndef RECORDING_READ_STACKS_H
#define RECORDING_READ_STACKS_H

#include "../base/key_map.h"
#include "../faults/stacks.h"
#include "tables.h"

/* More frames than a stack has, inlined ones included; what exceeds them is refused. */
#define READ_STACK_MAX	2048
/* More frames than a segment has; what exceeds them is refused. */
#define READ_FRAMES_MAX (2u << 20)

struct read_stacks {
	struct key_map stacks; /* struct read_stack, by their ids */
	struct frame_row *frames;
	size_t nr_frames, size;
	/* The stack that was made last. */
	struct stack made;
	struct stack_frame made_frames[READ_STACK_MAX];
};

void read_stacks__clear(struct read_stacks *stacks);
/* False: it cannot be. The frames of a stack come one after the other, and before it. */
bool read_stacks__add_frame(struct read_stacks *stacks, const struct frame_row *row);
bool read_stacks__add(struct read_stacks *stacks, const struct stack_row *row);
/* NULL: it is not known. The strings are of the reader, and valid as long as those. */
const struct stack *read_stacks__find(struct read_stacks *stacks, uint64_t id,
				      const struct capture_reader *reader);

/* A string that was in a block that cannot be read. */
#define READ_LOST "[lost]"

/* A string of the capture; "" for none. */
const char *read_text(const struct capture_reader *reader, string_id id);

#endif /* RECORDING_READ_STACKS_H */
