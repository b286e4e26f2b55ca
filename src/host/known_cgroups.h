/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cgroups by the kernel's ids: the path of each, looked up when its id comes for the first time and
 * kept when it is gone, and its container.
 */
#ifndef HOST_KNOWN_CGROUPS_H
#define HOST_KNOWN_CGROUPS_H

#include "../base/key_map.h"
#include "cgroup_tree.h"
#include "container_names.h"

/* What a row or a label tells of a cgroup that is in no container. */
#define NO_CONTAINER "[no container]"

struct known_cgroups {
	struct cgroup_tree tree;
	int names_root;
	struct key_map by_id;	    /* struct known_cgroup */
	size_t bytes;		    /* of their paths */
	unsigned long long look_ns; /* when all of them may be looked at again */
};

/* host_root: the folder that has the files of container runtimes; usually "/". */
void known_cgroups__open(struct known_cgroups *known, const char *host_root);
void known_cgroups__close(struct known_cgroups *known);

/*
 * The path of a cgroup, valid until the next call. NULL: not known, since it was gone when its id
 * came first, or again after very many others; or not yet, where only a walk finds it and the last
 * one was a moment ago.
 */
const char *known_cgroups__path(struct known_cgroups *known, uint64_t id);
/* What a row tells of the container of a cgroup; valid as the path is, and NULL as that is. */
const char *known_cgroups__container(struct known_cgroups *known, uint64_t id);
void known_cgroups__forget(struct known_cgroups *known, uint64_t id);

/* Which container a path belongs to, and its names. False: to none. */
bool known_cgroups__describe(const struct known_cgroups *known, const char *path,
			     struct container *container, struct container_names *names);

#endif /* HOST_KNOWN_CGROUPS_H */
