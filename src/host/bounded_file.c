/* SPDX-License-Identifier: GPL-2.0-only */
#include "bounded_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/cleanup.h"

static int open_below(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (__u64)(O_RDONLY | O_CLOEXEC | flags),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

int bounded_folder__open(int root, const char *path)
{
	return open_below(root, path, O_DIRECTORY);
}

int bounded_file__read(int root, const char *path, size_t max, struct buf *ret)
{
	int fd __cleanup_close = open_below(root, path, O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	size_t begin = ret->len;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	do {
		buf__reserve(ret, 4096);
		n = read(fd, ret->data + ret->len, 4096);
		if (n > 0)
			ret->len += (size_t)n;
	} while (n > 0 && ret->len - begin <= max);
	if (n < 0)
		return -errno;
	return n ? -EFBIG : 0;
}
