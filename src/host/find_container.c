/* SPDX-License-Identifier: GPL-2.0-only */
#include "find_container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/must.h"
#include "cgroup_tree.h"
#include "container_names.h"

/* So many of several containers are told. */
#define TOLD_MAX 3

/* How well a container is what was asked for. */
enum match { MATCH_NONE, MATCH_BEGIN, MATCH_NAME, MATCH_ID };

struct search {
	const char *name;
	int names_root;
	enum match best;
	size_t nr; /* containers that match so well */
	char *path;
	struct buf *told;
};

/* "NAMESPACE/POD/NAME", or its last parts. */
static bool has_name(const struct container_names *names, const char *name)
{
	const char *const parts[] = { names->container, names->pod, names->namespace };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t part = strlen(parts[i]);

		if (!part || part > len || memcmp(name + len - part, parts[i], part) != 0)
			return false;
		len -= part;
		if (!len)
			return true;
		if (name[--len] != '/')
			return false;
	}
	return false;
}

static enum match match_of(const struct search *search, const struct container *container,
			   const struct container_names *names)
{
	if (!strcmp(container->id, search->name))
		return MATCH_ID;
	if (has_name(names, search->name))
		return MATCH_NAME;
	return *search->name && !strncmp(container->id, search->name, strlen(search->name))
		       ? MATCH_BEGIN
		       : MATCH_NONE;
}

static void take(struct search *search, enum match match, const char *path,
		 const struct container *container, const struct container_names *names)
{
	if (match > search->best) {
		search->best = match;
		search->nr = 0;
		search->told->len = 0;
	}
	if (!search->nr++) {
		free(search->path);
		search->path = must(strdup(path));
	}
	if (search->nr > TOLD_MAX)
		return;
	buf__adds(search->told, search->nr > 1 ? ", " : "");
	if (*names->container) {
		container_names__add_text(container, names, search->told);
		buf__addf(search->told, " (%.12s)", container->id);
	} else {
		buf__adds(search->told, container->id);
	}
	/* Whoever may make cgroups can make one that looks like a container's. */
	buf__addf(search->told, " at %s", path);
}

/* Cgroups below the container's own are left out. */
static bool look_at(void *ctx, const char *path, uint64_t id)
{
	struct search *search = ctx;
	struct container_names names;
	struct container container;
	enum match match;

	(void)id;
	if (!container__of_path(path, &container) || !*container.id || path[container.path_len])
		return false;
	container_names__find(search->names_root, &container, &names);
	match = match_of(search, &container, &names);
	if (match && match >= search->best)
		take(search, match, path, &container, &names);
	return false;
}

int find_container(const char *name, const char *host_root, char **path, struct buf *several)
{
	struct search search = { .name = name, .told = several };
	struct cgroup_tree tree;

	if (cgroup_tree__open(&tree))
		return -ENODEV;
	search.names_root = container_names__open(host_root);
	cgroup_tree__walk(&tree, look_at, &search);
	cgroup_tree__close(&tree);
	if (search.names_root >= 0)
		close(search.names_root);
	if (search.nr == 1) {
		*path = search.path;
		return 0;
	}
	free(search.path);
	if (search.nr > TOLD_MAX)
		buf__adds(several, ", ..");
	return search.nr ? -ENOTUNIQ : -ENOENT;
}
