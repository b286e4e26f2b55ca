/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroups of v2 as a tree of folders: finds the path of one by the kernel's id, and all of them. */
#ifndef HOST_CGROUP_TREE_H
#define HOST_CGROUP_TREE_H

#include <stdbool.h>
#include <stdint.h>

/* A walk ends after so many cgroups, and does not go deeper than this. */
#define CGROUP_TREE_MAX	  65536
#define CGROUP_TREE_DEPTH 64

struct cgroup_tree {
	int fd;		  /* of the root */
	char mount[4096]; /* where it is mounted */
};

/* 0 or -errno; -ENOENT: v2 is not mounted. Then fd is -1, and no path is found. */
int cgroup_tree__open(struct cgroup_tree *tree);
void cgroup_tree__close(struct cgroup_tree *tree);

/*
 * The path, from the root, of the cgroup with this kernel id; malloc()ed. NULL: it is gone, or
 * below another root. By its file handle; by a walk where that is not permitted.
 */
char *cgroup_tree__path(const struct cgroup_tree *tree, uint64_t id);
/* The same by the file handle alone. 0 or -errno; -EPERM: that is not permitted. */
int cgroup_tree__path_by_id(const struct cgroup_tree *tree, uint64_t id, char **path);
/* The same, of a tree that is opened for it. */
char *cgroup__path(unsigned long long id);

/*
 * Does the cgroup with this id, at this path, exist? Then *since_ns, if not NULL, is a time
 * (CLOCK_REALTIME) since which it does, or 0; it may be older.
 */
bool cgroup_tree__has(const struct cgroup_tree *tree, const char *path, uint64_t id,
		      uint64_t *since_ns);

/*
 * Calls visit() for each cgroup, a parent before its children, until that returns true: then true.
 * Cgroups that come and go meanwhile may be left out.
 */
typedef bool cgroup_visit_fn(void *ctx, const char *path, uint64_t id);
bool cgroup_tree__walk(const struct cgroup_tree *tree, cgroup_visit_fn *visit, void *ctx);

#endif /* HOST_CGROUP_TREE_H */
