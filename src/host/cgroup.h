/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup v2 directory, by its path in the file system or in the hierarchy.
 */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

/* A file descriptor, or -errno; -ENOTDIR: exists, and is no cgroup v2. */
int cgroup__open(const char *path);

#endif /* HOST_CGROUP_H */
