/* SPDX-License-Identifier: GPL-2.0-only */
/* Which frames of a call tree a flame graph draws, and where: for flamegraph.c, which draws them. */
#ifndef FORMAT_FLAMEGRAPH_BOXES_H
#define FORMAT_FLAMEGRAPH_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/buf.h"
#include "../faults/calltree.h"
#include "../faults/fault.h"

/* A frame that is drawn: a node of the tree that is wide enough. */
struct box {
	uint32_t node;
	bool odd;	       /* every other box of a caller: it has another shade */
	uint32_t nr_narrow;    /* callees that are too narrow to be drawn */
	uint64_t narrow_count; /* faults of these */
	uint64_t start;	       /* in units of weight, from the left */
	uint64_t next;	       /* where the next callee's box goes */
	uint64_t kinds[FT_KIND_COUNT];
};

struct graph {
	struct buf *out;
	const struct profile *profile;
	const struct profile_view *view;
	struct calltree tree;
	struct box *boxes;
	uint32_t nr_boxes;
	uint32_t *box_of; /* by node; NO_BOX if it is too narrow */
	uint64_t total;
	uint64_t min_weight;
	uint64_t left_out;
	uint32_t nr_stacks;
	uint32_t max_depth;
	struct buf text;
};

/* Makes the boxes of graph->tree, sums up their kinds, and counts what is left out. */
void graph__make_boxes(struct graph *g);
void graph__free_boxes(struct graph *g);

const struct calltree_node *graph__node(const struct graph *g, const struct box *box);

/* The kinds that have a weight, the heaviest first. Returns how many there are. */
size_t graph__sort_kinds(const uint64_t *weights, uint8_t *kinds);

#endif /* FORMAT_FLAMEGRAPH_BOXES_H */
