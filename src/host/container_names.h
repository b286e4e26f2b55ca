/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people call a container, from files that its runtime keeps on disk: the configuration of an
 * OCI bundle, docker's own, or the name of a log. No runtime is asked. What no file tells is unknown.
 */
#ifndef HOST_CONTAINER_NAMES_H
#define HOST_CONTAINER_NAMES_H

#include "../base/buf.h"
#include "container.h"

/* A namespace has at most 63 bytes, a pod 253. Longer names are not taken. */
#define CONTAINER_NAME_MAX 256

/* "": not known. */
struct container_names {
	char namespace[CONTAINER_NAME_MAX];
	char pod[CONTAINER_NAME_MAX];
	char container[CONTAINER_NAME_MAX];
	const char *
		runtime; /* as the path of the cgroup tells it, else as the place of the file does */
};

/* Opens the folder that has the machine's files, "/" but for tests and agents: a descriptor or -errno. */
int container_names__open(const char *root);
/* Looks for the names of a container. root: from container_names__open(), or -1. */
void container_names__find(int root, const struct container *container,
			   struct container_names *ret);

/*
 * Adds "NAMESPACE/POD/CONTAINER"; of a container in no pod its name; of one without a name its id,
 * and of a pod's own cgroup the pod's.
 */
void container_names__add_text(const struct container *container,
			       const struct container_names *names, struct buf *text);

#endif /* HOST_CONTAINER_NAMES_H */
