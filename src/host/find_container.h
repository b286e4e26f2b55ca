/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the cgroup of a container that runs here. */
#ifndef HOST_FIND_CONTAINER_H
#define HOST_FIND_CONTAINER_H

#include "../base/buf.h"

/*
 * name: the container's id, the begin of it, its name, POD/NAME or NAMESPACE/POD/NAME. A whole id
 * counts before names, and these before the begins of ids. host_root: see container_names__open().
 * 0, and *path is the cgroup's, malloc()ed; -ENOENT: none; -ENODEV: v2 is not mounted; -ENOTUNIQ:
 * several, and some of them are added to the text.
 */
int find_container(const char *name, const char *host_root, char **path, struct buf *several);

#endif /* HOST_FIND_CONTAINER_H */
