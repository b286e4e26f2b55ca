/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cgroup v2 directory, by its path in the file system or in the hierarchy; and what a
 * cgroup says of its memory.
 */
#ifndef HOST_CGROUP_H
#define HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a hierarchy is mounted, which is not always below /sys/fs/cgroup: type "cgroup2"; or "cgroup",
 * and the option that tells those of v1 apart, such as a controller. 0, or -ENOENT: nowhere.
 */
int cgroup__mount_point(const char *type, const char *option, char *ret, size_t size);

/*
 * A file descriptor, or -errno; -ENOTDIR: exists, and is no cgroup v2. A path may be a directory's, or
 * one below the root of the hierarchy, with or without a leading slash.
 */
int cgroup__open(const char *path);

/*
 * The directory of cgroup v1 that such a path means: of the memory controller, if that has one of this
 * path. 0, or -ENOENT: none.
 */
int cgroup__find_v1(const char *path, char *ret, size_t size);

/*
 * Of a directory of cgroup v1, the v2 directory of the same path below its own root: systemd and
 * container runtimes make both. 0; -ENOENT: v2 is mounted, and has none; -ENODEV: v2 is not
 * mounted.
 */
int cgroup__twin(const char *directory, char *ret, size_t size);

/* The path from the cgroup root, of a kernel's cgroup id; malloc()ed. NULL: not known. */
char *cgroup__path(unsigned long long id);

/*
 * How often pages came back into the memory of the process's cgroup soon after they had
 * been reclaimed from it; of the nearest ancestor where the memory controller is off.
 */
struct cgroup_refaults {
	char path[4096]; /* from the root of the hierarchy: of v2, or of v1's memory controller */
	char stat[8192]; /* where it says so */
	bool is_v1;
	unsigned long long anon;
	unsigned long long file;
};

/* Both: 0 or -errno. */
int cgroup__refaults(int pid, struct cgroup_refaults *ret);
/* The same cgroup once more, whatever became of the process. */
int cgroup__refaults_again(struct cgroup_refaults *ret);

/*
 * The lowest limit, in bytes, on the memory of a process's cgroup and of its ancestors; path: of the cgroup
 * that has it. 0, or -ENOENT: there is none, or it cannot be read.
 */
int cgroup__memory_limit(int pid, char *path, size_t size, unsigned long long *limit);

#endif /* HOST_CGROUP_H */
