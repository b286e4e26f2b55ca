/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

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

/* Where the v2 hierarchy is mounted: not always /sys/fs/cgroup. */
static int mount_point(char *ret, size_t size)
{
	struct mntent *entry;
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	int err = -ENOENT;

	if (!mounts)
		return -errno;
	while (err && (entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_type, "cgroup2"))
			continue;
		snprintf(ret, size, "%s", entry->mnt_dir);
		err = 0;
	}
	endmntent(mounts);
	return err;
}

int cgroup__open(const char *path)
{
	char whole[8192], mount[4096];
	int fd = open_v2(path), err;

	if (fd >= 0)
		return fd;
	err = mount_point(mount, sizeof(mount));
	if (err)
		return err;
	snprintf(whole, sizeof(whole), "%s/%s", mount, path);
	err = open_v2(whole);
	return err >= 0 ? err : fd == -ENOTDIR ? fd : err;
}
