/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../base/cleanup.h"

static int open_v2(const char *path)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return fd;
	close(fd);
	return -ENOTDIR;
}

int cgroup__mount_point(const char *type, const char *option, char *ret, size_t size)
{
	struct mntent *entry;
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	int err = -ENOENT;

	if (!mounts)
		return -errno;
	while (err && (entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_type, type) || (option && !hasmntopt(entry, option)))
			continue;
		snprintf(ret, size, "%s", entry->mnt_dir);
		err = 0;
	}
	endmntent(mounts);
	return err;
}

static int mount_point(char *ret, size_t size)
{
	return cgroup__mount_point("cgroup2", NULL, ret, size);
}

int cgroup__open(const char *path)
{
	char whole[8192], mount[4096];
	int fd = open_v2(path), below;

	if (fd >= 0)
		return fd;
	if (!mount_point(mount, sizeof(mount))) {
		snprintf(whole, sizeof(whole), "%s/%s", mount, path);
		below = open_v2(whole);
		if (below >= 0)
			return below;
	}
	if (fd == -ENOENT && !cgroup__find_v1(path, whole, sizeof(whole)))
		return -ENOTDIR;
	return fd;
}

/* The part of the path behind the mount point of its v1 hierarchy; NULL: it is in none. */
static const char *below_v1_mount(const char *path)
{
	const char *found = NULL;
	struct mntent *entry;
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	while (mounts && !found && (entry = getmntent(mounts))) {
		size_t n = strlen(entry->mnt_dir);

		if (!strcmp(entry->mnt_type, "cgroup") && !strncmp(path, entry->mnt_dir, n) &&
		    (!path[n] || path[n] == '/'))
			found = path + n;
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Looks for the path below the root of each v1 hierarchy, and prefers the memory controller's. */
static bool find_in_v1(const char *path, char *ret, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	bool found = false, is_memory = false;
	struct mntent *entry;

	while (mounts && !is_memory && (entry = getmntent(mounts))) {
		char whole[8192];

		if (strcmp(entry->mnt_type, "cgroup"))
			continue;
		snprintf(whole, sizeof(whole), "%s/%s", entry->mnt_dir, path + (*path == '/'));
		if (!is_directory(whole))
			continue;
		is_memory = hasmntopt(entry, "memory");
		if (!found || is_memory)
			snprintf(ret, size, "%s", whole);
		found = true;
	}
	if (mounts)
		endmntent(mounts);
	return found;
}

int cgroup__find_v1(const char *path, char *ret, size_t size)
{
	char *whole __cleanup_free = realpath(path, NULL);

	if (whole && below_v1_mount(whole)) {
		snprintf(ret, size, "%s", whole);
		return 0;
	}
	return find_in_v1(path, ret, size) ? 0 : -ENOENT;
}

int cgroup__twin(const char *directory, char *ret, size_t size)
{
	const char *below = below_v1_mount(directory);
	char mount[4096];
	int fd;

	if (mount_point(mount, sizeof(mount)))
		return -ENODEV;
	if (!below || snprintf(ret, size, "%s%s", mount, below) >= (int)size)
		return -ENOENT;
	fd = open_v2(ret);
	if (fd < 0)
		return -ENOENT;
	close(fd);
	return 0;
}

/* Prefers "4:memory:/a" of v1: where it is, v2's "0::/b" has no memory controller. */
static int memory_cgroup(int pid, char *path, size_t size, bool *is_v1)
{
	char file[64], line[4096 + 64];
	int err = -ENOENT;

	snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
	FILE *f __cleanup_fclose = fopen(file, "re");

	if (!f)
		return -errno;
	*is_v1 = false;
	while (!*is_v1 && fgets(line, sizeof(line), f)) {
		char *controllers = strchr(line, ':');
		char *at = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!at)
			continue;
		*at++ = '\0';
		at[strcspn(at, "\n")] = '\0';
		*is_v1 = !strcmp(controllers + 1, "memory");
		if (!*is_v1 && controllers[1])
			continue;
		snprintf(path, size, "%s", at);
		err = 0;
	}
	return err;
}

/* v1 counts the cgroup alone and, with the prefix "total_", with its descendants, as v2 does. */
int cgroup__refaults_again(struct cgroup_refaults *ret)
{
	const char *prefix = ret->is_v1 ? "total_" : "";
	char line[256], key[64];
	unsigned long long n;
	int found = 0;
	FILE *stat __cleanup_fclose = fopen(ret->stat, "re");

	if (!stat)
		return -errno;
	while (fgets(line, sizeof(line), stat)) {
		if (sscanf(line, "%63s %llu", key, &n) != 2 ||
		    strncmp(key, prefix, strlen(prefix)) != 0)
			continue;
		if (!strcmp(key + strlen(prefix), "workingset_refault_anon")) {
			ret->anon = n;
			found++;
		} else if (!strcmp(key + strlen(prefix), "workingset_refault_file")) {
			ret->file = n;
			found++;
		}
	}
	return found == 2 ? 0 : -ENODATA;
}

/* The process's memory cgroup: its path, and where its hierarchy is mounted. */
static int find_memory(int pid, char *path, size_t size, bool *is_v1, char *mount, size_t room)
{
	int err = memory_cgroup(pid, path, size, is_v1);

	return err ? err
		   : cgroup__mount_point(*is_v1 ? "cgroup" : "cgroup2", *is_v1 ? "memory" : NULL,
					 mount, room);
}

/* Makes a path that of the parent; false: it is the root already. */
static bool to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !path[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

int cgroup__refaults(int pid, struct cgroup_refaults *ret)
{
	char mount[4000];
	int err = find_memory(pid, ret->path, sizeof(ret->path), &ret->is_v1, mount, sizeof(mount));

	while (!err) {
		snprintf(ret->stat, sizeof(ret->stat), "%s%s/memory.stat", mount, ret->path);
		err = cgroup__refaults_again(ret);
		if (err != -ENOENT || !to_parent(ret->path))
			return err;
		err = 0;
	}
	return err;
}

/* ULLONG_MAX: no limit ("max" in v2, LLONG_MAX in whole pages in v1), or not readable. */
static unsigned long long read_limit(const char *file)
{
	unsigned long long limit;
	FILE *f __cleanup_fclose = fopen(file, "re");

	if (!f || fscanf(f, "%llu", &limit) != 1 || limit >= LLONG_MAX / 4096 * 4096ULL)
		return ULLONG_MAX;
	return limit;
}

int cgroup__memory_limit(int pid, char *path, size_t size, unsigned long long *limit)
{
	char at[4096], mount[4000], file[8192];
	bool is_v1;

	*limit = ULLONG_MAX;
	if (find_memory(pid, at, sizeof(at), &is_v1, mount, sizeof(mount)))
		return -ENOENT;
	do {
		unsigned long long own;

		snprintf(file, sizeof(file), "%s%s/%s", mount, at,
			 is_v1 ? "memory.limit_in_bytes" : "memory.max");
		own = read_limit(file);
		if (own < *limit) {
			*limit = own;
			snprintf(path, size, "%s", at);
		}
	} while (to_parent(at));
	return *limit == ULLONG_MAX ? -ENOENT : 0;
}
