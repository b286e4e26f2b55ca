/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elfutils 0.192's static libraries (Debian 13) lack the search trees of its internal libeu,
 * which they call (https://sourceware.org/bugzilla/show_bug.cgi?id=32293). This file defines
 * them, on tsearch(3), for static programs only. They are weak, so that a libelf.a that has them
 * overrides them. elfutils' own have a lock for programs with several threads; this program
 * reads symbols in one thread.
 */
#include <search.h>
#include <stddef.h>

/* The first member of elfutils' search tree, the only one that is used here. */
struct search_tree {
	void *root;
};

typedef int compare_fn(const void *, const void *);
typedef void free_fn(void *);

#define FOR_ELFUTILS __attribute__((weak))

void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn *compare);
void *eu_tfind(const void *key, struct search_tree *tree, compare_fn *compare);
void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn *compare);
void eu_tdestroy(struct search_tree *tree, free_fn *free_node);
void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, free_fn *free_node);

FOR_ELFUTILS void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn *compare)
{
	return tsearch(key, &tree->root, compare);
}

FOR_ELFUTILS void *eu_tfind(const void *key, struct search_tree *tree, compare_fn *compare)
{
	return tfind(key, &tree->root, compare);
}

FOR_ELFUTILS void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn *compare)
{
	return tdelete(key, &tree->root, compare);
}

FOR_ELFUTILS void eu_tdestroy(struct search_tree *tree, free_fn *free_node)
{
	tdestroy(tree->root, free_node);
	tree->root = NULL;
}

FOR_ELFUTILS void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

FOR_ELFUTILS void eu_search_tree_fini(struct search_tree *tree, free_fn *free_node)
{
	eu_tdestroy(tree, free_node);
}
