/* SPDX-License-Identifier: GPL-2.0-only */
#include "flamegraph_boxes.h"

#include <stdlib.h>
#include <string.h>

/* Frames below 1/MIN_SHARE are not drawn: zoomed to a sixteenth, they are about a pixel wide. */
#define MIN_SHARE 20000
/* A browser takes seconds for more frames: then only wider ones are drawn. */
#define MAX_BOXES 16000

#define NO_BOX UINT32_MAX

const struct calltree_node *graph__node(const struct graph *g, const struct box *box)
{
	return calltree__node(&g->tree, box->node);
}

static uint32_t count_boxes(const struct graph *g)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < calltree__nr(&g->tree); i++)
		nr += calltree__node(&g->tree, i)->weight >= g->min_weight;
	return nr;
}

static void *allocate(size_t nr, size_t size)
{
	struct buf b = { 0 };

	/* A buf, as that ends the program with a message when out of memory. */
	buf__reserve(&b, nr * size);
	memset(b.data, 0, nr * size);
	return b.data;
}

/* Orders by caller, as in the tree; the heaviest box of a caller comes first. */
static int compare_boxes(const void *a_, const void *b_, void *ctx)
{
	const struct graph *g = ctx;
	const struct box *a = a_, *b = b_;
	const struct calltree_node *x = graph__node(g, a), *y = graph__node(g, b);
	struct calltree_label left, right;
	int names;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	left = calltree__label(&g->tree, a->node);
	right = calltree__label(&g->tree, b->node);
	names = strcmp(left.name, right.name);
	return names ? names : a->node < b->node ? -1 : a->node > b->node;
}

static void choose_boxes(struct graph *g)
{
	uint32_t nr_nodes = calltree__nr(&g->tree);

	g->min_weight = g->total / MIN_SHARE + 1;
	while ((g->nr_boxes = count_boxes(g)) > MAX_BOXES && g->min_weight <= g->total / 2)
		g->min_weight *= 2;
	g->boxes = allocate(g->nr_boxes + 1, sizeof(*g->boxes));
	g->box_of = allocate(nr_nodes, sizeof(*g->box_of));
	g->nr_boxes = 0;
	for (uint32_t i = 0; i < nr_nodes; i++) {
		g->box_of[i] = NO_BOX;
		if (calltree__node(&g->tree, i)->weight >= g->min_weight)
			g->boxes[g->nr_boxes++].node = i;
	}
	/* The root stays the first. */
	if (g->nr_boxes)
		qsort_r(g->boxes + 1, g->nr_boxes - 1, sizeof(*g->boxes), compare_boxes, g);
	for (uint32_t i = 0; i < g->nr_boxes; i++)
		g->box_of[g->boxes[i].node] = i;
}

/* Boxes are sorted: that of a caller is placed before those of its callees. */
static void place_boxes(struct graph *g)
{
	for (uint32_t i = 1; i < g->nr_boxes; i++) {
		const struct calltree_node *node = graph__node(g, &g->boxes[i]);
		struct box *caller = &g->boxes[g->box_of[node->parent]];

		g->boxes[i].start = g->boxes[i].next = caller->next;
		g->boxes[i].odd = i && graph__node(g, &g->boxes[i - 1])->parent == node->parent &&
				  !g->boxes[i - 1].odd;
		caller->next += node->weight;
		if (node->depth > g->max_depth)
			g->max_depth = node->depth;
	}
}

/* Sums up the kinds below each box, and counts in a caller's box the callees that are not drawn. */
static void sum_kinds(struct graph *g)
{
	for (uint32_t i = 1; i < calltree__nr(&g->tree); i++) {
		const struct calltree_node *node = calltree__node(&g->tree, i);
		struct calltree_label label = calltree__label(&g->tree, i);

		if (g->box_of[i] == NO_BOX && g->box_of[node->parent] != NO_BOX && node->weight) {
			g->boxes[g->box_of[node->parent]].nr_narrow++;
			g->boxes[g->box_of[node->parent]].narrow_count += node->count;
			g->left_out += node->weight;
		}
		if (label.type != CALLTREE_KIND)
			continue;
		g->nr_stacks++;
		for (uint32_t up = i;; up = calltree__node(&g->tree, up)->parent) {
			if (g->box_of[up] != NO_BOX)
				g->boxes[g->box_of[up]].kinds[label.kind] += node->weight;
			if (!up)
				break;
		}
	}
}

void graph__make_boxes(struct graph *g)
{
	choose_boxes(g);
	place_boxes(g);
	sum_kinds(g);
}

void graph__free_boxes(struct graph *g)
{
	free(g->boxes);
	free(g->box_of);
}

size_t graph__sort_kinds(const uint64_t *weights, uint8_t *kinds)
{
	size_t nr = 0;

	for (uint8_t kind = 0; kind < FT_KIND_COUNT; kind++) {
		size_t at = nr;

		if (!weights[kind])
			continue;
		for (; at > 0 && weights[kinds[at - 1]] < weights[kind]; at--)
			kinds[at] = kinds[at - 1];
		kinds[at] = kind;
		nr++;
	}
	return nr;
}
