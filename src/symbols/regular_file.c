/* SPDX-License-Identifier: GPL-2.0-only */
#include "regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../host/maps.h"

static int ask(int fd, struct statx *ret)
{
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_BASIC_STATS, ret))
		return -errno;
	return S_ISREG(ret->stx_mode) ? 0 : -EINVAL;
}

/* Opens what an O_PATH descriptor names, if it is a regular file. */
static int reopen(int handle)
{
	struct statx stat;
	char path[64];
	int fd, err = ask(handle, &stat);

	if (err)
		return err;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int regular_file__open(int dir, const char *path)
{
	int handle __cleanup_close = openat(dir, path, O_PATH | O_CLOEXEC);

	return handle < 0 ? -errno : reopen(handle);
}

static int name_in(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (__u64)(O_PATH | O_CLOEXEC | flags),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

int regular_file__open_in(int root, const char *path)
{
	int handle __cleanup_close = name_in(root, path, 0);

	return handle < 0 ? -errno : reopen(handle);
}

int folder__open_in(int root, const char *path)
{
	int folder = name_in(root, path, O_DIRECTORY);

	return folder < 0 ? -errno : folder;
}

bool regular_file__is(int fd, uint32_t dev, uint64_t inode)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	struct mapping own;
	int err;

	/* Nothing is read through this mapping: it does no harm if somebody truncates the file. */
	if (page == MAP_FAILED)
		return false;
	err = maps__query(getpid(), (uintptr_t)page, &own);
	munmap(page, size);
	return !err && own.vma.dev == dev && own.vma.inode == inode;
}

int regular_file__version(int fd, struct file_version *ret)
{
	struct statx stat;
	int err = ask(fd, &stat);

	if (err)
		return err;
	ret->size = stat.stx_size;
	ret->mtime_ns = (uint64_t)stat.stx_mtime.tv_sec * 1000000000ULL + stat.stx_mtime.tv_nsec;
	return 0;
}
