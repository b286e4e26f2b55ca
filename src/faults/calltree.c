/* SPDX-License-Identifier: GPL-2.0-only */
#include "calltree.h"

#include <stdio.h>

#include "../base/path.h"
#include "fault.h"
#include "stacks.h"

/* Identifies a node. */
struct key {
	uint32_t parent;
	uint32_t label;
};

struct builder {
	struct calltree *tree;
	const struct profile *profile;
	struct buf text;
	struct buf labels; /* uint32_t: the label of each frame of the profile */
	struct buf path;   /* uint32_t: frames of one stack, the innermost first */
};

/* Encodes a label: three bytes, then two texts with their NULs. */
static uint32_t add_label(struct builder *b, struct calltree_label label)
{
	const char head[] = { (char)label.type, (char)label.kind, (char)label.inlined };

	b->text.len = 0;
	buf__add(&b->text, head, sizeof(head));
	buf__add(&b->text, label.name, strlen(label.name) + 1);
	buf__add(&b->text, label.module, strlen(label.module) + 1);
	return intern__add(&b->tree->labels, b->text.data, b->text.len);
}

struct calltree_label calltree__label(const struct calltree *t, uint32_t i)
{
	const char *bytes = intern__get(&t->labels, calltree__node(t, i)->label);
	const char *name = bytes + 3;

	return (struct calltree_label) {
		.type = (enum calltree_type)bytes[0],
		.kind = (uint8_t)bytes[1],
		.inlined = bytes[2],
		.name = name,
		.module = name + strlen(name) + 1,
	};
}

/*
 * Functions without a name are shown as their module, [libc.so.6], [vdso]: shown by their
 * addresses, each address would be a node.
 */
static void nameless(struct buf *name, const char *module)
{
	if (!*module)
		buf__adds(name, STACK_UNKNOWN);
	else if (*module == '[')
		buf__adds(name, module);
	else
		buf__addf(name, "[%s]", path_last(module));
	buf__addc(name, '\0');
}

static void label_frames(struct builder *b)
{
	struct buf name = { 0 };

	for (uint32_t i = 0; i < profile__nr_frames(b->profile); i++) {
		struct profile_frame frame = profile__frame(b->profile, i);
		uint32_t label;

		name.len = 0;
		nameless(&name, frame.module);
		label = add_label(b, (struct calltree_label) {
					     .type = CALLTREE_FUNCTION,
					     .inlined = frame.inlined,
					     .name = *frame.function ? frame.function : name.data,
					     .module = frame.module,
				     });
		buf__add(&b->labels, (const char *)&label, sizeof(label));
	}
	buf__free(&name);
}

uint32_t calltree__nr(const struct calltree *t)
{
	return (uint32_t)(t->nodes.len / sizeof(struct calltree_node));
}

static struct calltree_node *node_of(const struct calltree *t, uint32_t i)
{
	return (struct calltree_node *)t->nodes.data + i;
}

const struct calltree_node *calltree__node(const struct calltree *t, uint32_t i)
{
	return node_of(t, i);
}

static uint32_t add_node(struct calltree *t, uint32_t parent, uint32_t label)
{
	struct key key = { parent, label };
	uint32_t i = intern__add(&t->keys, &key, sizeof(key));

	if (i == calltree__nr(t)) {
		struct calltree_node node = { .parent = parent, .label = label };

		node.depth = i ? node_of(t, parent)->depth + 1 : 0;
		buf__add(&t->nodes, (const char *)&node, sizeof(node));
	}
	return i;
}

/* Adds the functions of a stack below a node. Returns the node of the innermost call. */
static uint32_t add_path(struct builder *b, uint32_t node, uint32_t call)
{
	const uint32_t *labels = (const void *)b->labels.data;
	const uint32_t *path;

	b->path.len = 0;
	while (call != PROFILE_NO_CALL) {
		struct profile_call c = profile__call(b->profile, call);

		buf__add(&b->path, (const char *)&c.frame, sizeof(c.frame));
		call = c.caller;
	}
	path = (const void *)b->path.data;
	for (size_t i = b->path.len / sizeof(*path); i > 0; i--)
		node = add_node(b->tree, node, labels[path[i - 1]]);
	return node;
}

static void add_sample(struct builder *b, const struct profile_sample *s, uint64_t weight)
{
	struct calltree_label comm = { .type = CALLTREE_COMM,
				       .name = *s->comm ? s->comm : "[unknown]",
				       .module = "" };
	struct calltree_label kind = { .type = CALLTREE_KIND, .kind = s->kind, .module = "" };
	char name[32];
	uint32_t node;

	snprintf(name, sizeof(name), "[%s]", kind_names[s->kind]);
	kind.name = name;
	node = add_node(b->tree, 0, add_label(b, comm));
	node = add_path(b, node, s->stack);
	node = add_node(b->tree, node, add_label(b, kind));
	node_of(b->tree, node)->weight += weight;
	node_of(b->tree, node)->count += s->weights[PROFILE_COUNT];
}

/* Adds each node's sums to its parent's, backwards: children have larger numbers. */
static void sum_up(struct calltree *t)
{
	for (uint32_t i = calltree__nr(t) - 1; i > 0; i--) {
		const struct calltree_node *node = node_of(t, i);
		struct calltree_node *parent = node_of(t, node->parent);

		parent->weight += node->weight;
		parent->count += node->count;
	}
}

void calltree__build(struct calltree *t, const struct profile *p, enum profile_weight weight)
{
	struct builder b = { .tree = t, .profile = p };

	*t = (struct calltree) { 0 };
	add_node(t, 0,
		 add_label(&b, (struct calltree_label) {
				       .type = CALLTREE_ALL, .name = "all", .module = "" }));
	label_frames(&b);
	for (uint32_t i = 0; i < profile__nr_samples(p); i++) {
		struct profile_sample sample = profile__sample(p, i);

		add_sample(&b, &sample, sample.weights[weight]);
	}
	sum_up(t);
	buf__free(&b.text);
	buf__free(&b.labels);
	buf__free(&b.path);
}

void calltree__free(struct calltree *t)
{
	buf__free(&t->nodes);
	intern__free(&t->keys);
	intern__free(&t->labels);
}
