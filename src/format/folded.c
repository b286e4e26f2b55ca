/* SPDX-License-Identifier: GPL-2.0-only */
#include "../faults/calltree.h"
#include "../faults/stacks.h"
#include "../faults/profile.h"
#include "formats.h"

/* Replaces ';' and ' ', which separate frames and the weight. */
static void add_name(struct buf *out, const char *name)
{
	size_t start = out->len;

	buf__add_text(out, name);
	for (size_t i = start; i < out->len; i++) {
		if (out->data[i] == ';')
			out->data[i] = ':';
		else if (out->data[i] == ' ')
			out->data[i] = '_';
	}
}

static void add_line(struct buf *out, const struct calltree *tree, uint32_t leaf, struct buf *path)
{
	const uint32_t *nodes;

	path->len = 0;
	for (uint32_t i = leaf; i; i = calltree__node(tree, i)->parent)
		buf__add(path, (const char *)&i, sizeof(i));
	nodes = (const void *)path->data;
	for (size_t i = path->len / sizeof(*nodes); i > 0; i--) {
		struct calltree_label label = calltree__label(tree, nodes[i - 1]);

		add_name(out, label.name);
		if (label.inlined)
			buf__adds(out, STACK_INLINED);
		buf__addc(out, i > 1 ? ';' : ' ');
	}
	buf__add_u64(out, calltree__node(tree, leaf)->weight);
	buf__addc(out, '\n');
}

static int folded_profile(struct format *f, const struct profile *p,
			  const struct profile_view *view)
{
	struct calltree tree;
	struct buf path = { 0 };

	calltree__build(&tree, p, view->weight);
	for (uint32_t i = 0; i < calltree__nr(&tree); i++) {
		if (calltree__label(&tree, i).type == CALLTREE_KIND &&
		    calltree__node(&tree, i)->weight)
			add_line(f->out, &tree, i, &path);
	}
	buf__free(&path);
	calltree__free(&tree);
	return 0;
}

const struct format_ops folded_format = {
	.name = "folded",
	.is_for_machines = true,
	.profile = folded_profile,
};
