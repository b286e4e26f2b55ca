/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A profile as a tree: the root, the thread name, functions from the outermost to
 * the innermost, and the kind of fault as the leaf. Below one parent, all frames of
 * a function are one node, whatever their addresses, and so are all threads of a name.
 */
#ifndef FAULTS_CALLTREE_H
#define FAULTS_CALLTREE_H

#include "../base/intern.h"
#include "profile.h"

enum calltree_type { CALLTREE_ALL, CALLTREE_COMM, CALLTREE_FUNCTION, CALLTREE_KIND };

struct calltree_node {
	uint32_t parent; /* always a smaller number; 0, the root, is its own parent */
	uint32_t label;	 /* number in labels of the tree */
	uint32_t depth;	 /* the root's is 0 */
	uint32_t unused; /* so that there is no padding */
	uint64_t weight; /* of all nodes below, too */
	uint64_t count;	 /* faults of all nodes below, too */
};

struct calltree {
	struct buf nodes;     /* struct calltree_node */
	struct intern keys;   /* parent and label, in the order of the nodes */
	struct intern labels; /* labels as bytes, which calltree__label() decodes */
};

/* A decoded label. Its texts point into the tree. */
struct calltree_label {
	enum calltree_type type;
	uint8_t kind; /* enum ft_kind, of a CALLTREE_KIND */
	bool inlined;
	const char *name;   /* as it is shown; never empty */
	const char *module; /* "" if unknown */
};

void calltree__build(struct calltree *t, const struct profile *p, enum profile_weight weight);
void calltree__free(struct calltree *t);

uint32_t calltree__nr(const struct calltree *t);
const struct calltree_node *calltree__node(const struct calltree *t, uint32_t i);
struct calltree_label calltree__label(const struct calltree *t, uint32_t i);

#endif /* FAULTS_CALLTREE_H */
