/* SPDX-License-Identifier: GPL-2.0-only */
#include "maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../base/cleanup.h"

/*
 * From the kernel's <linux/fs.h>, for older headers: Linux commit ed5d583a88a9
 * ("fs/procfs: implement efficient VMA querying API for /proc/<pid>/maps") (in
 * v6.11).
 */
struct procmap_query {
	uint64_t size;
	uint64_t query_flags;
	uint64_t query_addr;
	uint64_t vma_start;
	uint64_t vma_end;
	uint64_t vma_flags;
	uint64_t vma_page_size;
	uint64_t vma_offset;
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t vma_name_size;
	uint32_t build_id_size;
	uint64_t vma_name_addr;
	uint64_t build_id_addr;
};

#define PROCMAP_QUERY_IOCTL	 _IOWR('f', 17, struct procmap_query)
#define PROCMAP_QUERY_VMA_READ	 0x01
#define PROCMAP_QUERY_VMA_WRITE	 0x02
#define PROCMAP_QUERY_VMA_EXEC	 0x04
#define PROCMAP_QUERY_VMA_SHARED 0x08

static uint32_t make_dev(unsigned int major, unsigned int minor)
{
	return major << 20 | minor;
}

static int query_ioctl(int fd, uint64_t addr, struct mapping *ret)
{
	struct procmap_query q = {
		.size = sizeof(q),
		.query_addr = addr,
		.vma_name_size = sizeof(ret->name),
		.vma_name_addr = (uintptr_t)ret->name,
	};

	if (ioctl(fd, PROCMAP_QUERY_IOCTL, &q))
		return -errno;
	ret->start = q.vma_start;
	ret->end = q.vma_end;
	ret->offset = q.vma_offset;
	ret->inode = q.inode;
	ret->dev = make_dev(q.dev_major, q.dev_minor);
	ret->read = q.vma_flags & PROCMAP_QUERY_VMA_READ;
	ret->write = q.vma_flags & PROCMAP_QUERY_VMA_WRITE;
	ret->exec = q.vma_flags & PROCMAP_QUERY_VMA_EXEC;
	ret->shared = q.vma_flags & PROCMAP_QUERY_VMA_SHARED;
	if (!q.vma_name_size)
		ret->name[0] = '\0';
	return 0;
}

int maps__parse_line(const char *line, struct mapping *ret)
{
	unsigned int major, minor;
	char perms[5];
	int name_at = 0;

	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %n", &ret->start, &ret->end, perms,
		   &ret->offset, &major, &minor, &ret->inode, &name_at) < 7)
		return -EINVAL;
	ret->dev = make_dev(major, minor);
	ret->read = perms[0] == 'r';
	ret->write = perms[1] == 'w';
	ret->exec = perms[2] == 'x';
	ret->shared = perms[3] == 's';
	snprintf(ret->name, sizeof(ret->name), "%s", name_at ? line + name_at : "");
	ret->name[strcspn(ret->name, "\n")] = '\0';
	return 0;
}

static int query_text(FILE *f, uint64_t addr, struct mapping *ret)
{
	char line[sizeof(ret->name) + 128];

	while (fgets(line, sizeof(line), f))
		if (!maps__parse_line(line, ret) && addr >= ret->start && addr < ret->end)
			return 0;
	return -ENOENT;
}

int maps__query(int pid, uint64_t addr, struct mapping *ret)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	FILE *f __cleanup_fclose = fopen(path, "re");

	if (!f)
		return -errno;
	err = query_ioctl(fileno(f), addr, ret);
	return err == -ENOTTY || err == -EINVAL ? query_text(f, addr, ret) : err;
}
