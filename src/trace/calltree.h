/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile as a tree: all, thread name, functions from the outermost to the
 * innermost, and the kind of fault as the leaf. Frames of one function are one
 * node, whatever their addresses, and so are threads of one name.
 */
#ifndef TRACE_CALLTREE_H
#define TRACE_CALLTREE_H

#include "../base/intern.h"
#include "profile.h"

enum calltree_type { CALLTREE_ALL, CALLTREE_COMM, CALLTREE_FUNCTION, CALLTREE_KIND };

struct calltree_node {
	uint32_t parent; /* always a smaller number; the root, 0, is its own */
	uint32_t label;
	uint32_t depth;	 /* the root's is 0 */
	uint32_t unused; /* so that there is no padding */
	uint64_t weight; /* with all that is below */
	uint64_t count;	 /* faults, likewise */
};

struct calltree {
	struct buf nodes;     /* struct calltree_node */
	struct intern keys;   /* parent and label, in the order of the nodes */
	struct intern labels; /* bytes: what calltree__label() takes apart */
};

/* Points into the tree. */
struct calltree_label {
	enum calltree_type type;
	uint8_t kind; /* enum ft_kind, of a CALLTREE_KIND */
	bool inlined;
	const char *name;   /* to be shown; never empty */
	const char *module; /* "" if unknown */
};

void calltree__build(struct calltree *t, const struct profile *p, enum profile_weight weight);
void calltree__free(struct calltree *t);

uint32_t calltree__nr(const struct calltree *t);
const struct calltree_node *calltree__node(const struct calltree *t, uint32_t i);
struct calltree_label calltree__label(const struct calltree *t, uint32_t i);

#endif /* TRACE_CALLTREE_H */
