/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds cgroup directories, by their path in the file system or in the hierarchy; and reads the
 * memory statistics of a cgroup.
 */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a hierarchy is mounted, which is not always below /sys/fs/cgroup. type: "cgroup2"; or
 * "cgroup" for v1, with the mount option that tells its hierarchies apart, such as a controller.
 * 0 or -errno; -ENOENT: nowhere.
 */
int cgroup__mount_point(const char *type, const char *option, char *ret, size_t size);

/*
 * Opens a cgroup v2 directory. path: of the directory, or below the root of the hierarchy, with
 * or without a leading slash. A file descriptor, or -errno; -ENOTDIR: exists, and is no cgroup
 * v2.
 */
int cgroup__open(const char *path);

/*
 * The directory of cgroup v1 with such a path: the memory controller's, if that has one. 0, or
 * -ENOENT: none.
 */
int cgroup__find_v1(const char *path, char *ret, size_t size);

/*
 * The v2 directory with the same path below its root as a directory of cgroup v1: systemd and
 * container runtimes make both. 0; -ENOENT: v2 is mounted, and has none; -ENODEV: v2 is not
 * mounted.
 */
int cgroup__twin(const char *directory, char *ret, size_t size);

/*
 * How often pages came back into the memory of the process's cgroup soon after they had
 * been reclaimed from it; of the nearest ancestor where the memory controller is off.
 */
struct cgroup_refaults {
	char path[4096]; /* from the root of the hierarchy: of v2, or of v1's memory controller */
	char stat[8192]; /* the memory.stat that has the counts */
	bool is_v1;
	unsigned long long anon;
	unsigned long long file;
};

/* Fills ret: 0 or -errno. */
int cgroup__refaults(int pid, struct cgroup_refaults *ret);
/* Reads the same cgroup's counts again, even if the process has ended or moved. 0 or -errno. */
int cgroup__refaults_again(struct cgroup_refaults *ret);

/*
 * The lowest limit, in bytes, on the memory of a process's cgroup and of its ancestors; path: of
 * the cgroup that has it. 0, or -ENOENT: there is none, or it cannot be read.
 */
int cgroup__memory_limit(int pid, char *path, size_t size, unsigned long long *limit);

#endif /* HOST_CGROUP_H */
