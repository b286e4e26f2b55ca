/* SPDX-License-Identifier: GPL-2.0-only */
#include "maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../base/cleanup.h"
#include "../base/stop.h"

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
	ret->vma.start = q.vma_start;
	ret->vma.end = q.vma_end;
	ret->vma.offset = q.vma_offset;
	ret->vma.inode = q.inode;
	ret->vma.dev = mapping_dev(q.dev_major, q.dev_minor);
	ret->vma.name_id = 0;
	ret->vma.facts = mapping_facts(q.vma_flags & PROCMAP_QUERY_VMA_READ,
				       q.vma_flags & PROCMAP_QUERY_VMA_WRITE,
				       q.vma_flags & PROCMAP_QUERY_VMA_EXEC,
				       q.vma_flags & PROCMAP_QUERY_VMA_SHARED);
	if (!q.vma_name_size)
		ret->name[0] = '\0';
	return 0;
}

int maps__parse_line(const char *line, struct mapping *ret)
{
	unsigned int major, minor;
	char perms[5];
	int name_at = 0;

	if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &ret->vma.start, &ret->vma.end, perms,
		   &ret->vma.offset, &major, &minor, &ret->vma.inode, &name_at) < 7)
		return -EINVAL;
	ret->vma.dev = mapping_dev(major, minor);
	ret->vma.name_id = 0;
	ret->vma.facts =
		mapping_facts(perms[0] == 'r', perms[1] == 'w', perms[2] == 'x', perms[3] == 's');
	snprintf(ret->name, sizeof(ret->name), "%s", name_at ? line + name_at : "");
	ret->name[strcspn(ret->name, "\n")] = '\0';
	return 0;
}

static int query_text(FILE *f, uint64_t addr, struct mapping *ret)
{
	char line[sizeof(ret->name) + 128];

	while (fgets(line, sizeof(line), f))
		if (!maps__parse_line(line, ret) && addr >= ret->vma.start && addr < ret->vma.end)
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

struct maps_reader {
	FILE *file;
	char *line; /* read ahead: of the next mapping; NULL at the end */
	size_t size;
	uint64_t end; /* of the last mapping */
};

/* Which field each key of smaps adds to. */
static const struct {
	const char *key;
	size_t field;
} usage_keys[] = {
	{ "Rss:", offsetof(struct mapping_usage, rss) },
	{ "Shared_Hugetlb:", offsetof(struct mapping_usage, hugetlb) },
	{ "Private_Hugetlb:", offsetof(struct mapping_usage, hugetlb) },
	{ "Shared_Hugetlb:", offsetof(struct mapping_usage, huge) },
	{ "Private_Hugetlb:", offsetof(struct mapping_usage, huge) },
	{ "AnonHugePages:", offsetof(struct mapping_usage, huge) },
	{ "ShmemPmdMapped:", offsetof(struct mapping_usage, huge) },
	{ "FilePmdMapped:", offsetof(struct mapping_usage, huge) },
	{ "Swap:", offsetof(struct mapping_usage, swap) },
	{ "Shared_Clean:", offsetof(struct mapping_usage, shared) },
	{ "Shared_Dirty:", offsetof(struct mapping_usage, shared) },
	{ "Pss:", offsetof(struct mapping_usage, pss) },
	{ "Shared_Dirty:", offsetof(struct mapping_usage, dirty) },
	{ "Private_Dirty:", offsetof(struct mapping_usage, dirty) },
	{ "Locked:", offsetof(struct mapping_usage, locked) },
	{ "KernelPageSize:", offsetof(struct mapping_usage, page_size) },
};

static void parse_usage(const char *line, struct mapping_usage *usage)
{
	for (size_t i = 0; i < sizeof(usage_keys) / sizeof(usage_keys[0]); i++) {
		uint64_t *field = (uint64_t *)((char *)usage + usage_keys[i].field);
		size_t n = strlen(usage_keys[i].key);

		if (strncmp(line, usage_keys[i].key, n) != 0)
			continue;
		if (*field == MAPPING_UNKNOWN)
			*field = 0;
		*field += strtoull(line + n, NULL, 10) * 1024;
	}
}

int maps__usage_of_all(int pid, struct mapping_usage *usage)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	FILE *f __cleanup_fclose = fopen(path, "re");

	memset(usage, 0xff, sizeof(*usage));
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f))
		parse_usage(line, usage);
	return 0;
}

/* 1, 0 at the end, or -errno. */
static int read_line(struct maps_reader *r)
{
	errno = 0;
	if (stop_asked())
		errno = EINTR;
	else if (getline(&r->line, &r->size, r->file) > 0)
		return 1;
	free(r->line);
	r->line = NULL;
	r->size = 0;
	return -errno;
}

FILE *maps__open_file(int dir)
{
	int fd = dir < 0 ? -1 : openat(dir, "maps", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

int maps__open_text(FILE *f, struct maps_reader **ret)
{
	struct maps_reader *r = calloc(1, sizeof(*r));
	int err;

	if (!r) {
		fclose(f);
		return -ENOMEM;
	}
	r->file = f;
	err = read_line(r);
	if (err < 0) {
		maps__close(r);
		return err;
	}
	*ret = r;
	return 0;
}

int maps__open(int pid, struct maps_reader **ret)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	f = fopen(path, "re");
	/* A kernel without CONFIG_PROC_PAGE_MONITOR has no smaps: no usage is known. */
	if (!f && errno == ENOENT) {
		snprintf(path, sizeof(path), "/proc/%d/maps", pid);
		f = fopen(path, "re");
	}
	if (!f)
		return errno == ENOENT ? -ESRCH : -errno;
	return maps__open_text(f, ret);
}

void maps__close(struct maps_reader *r)
{
	if (!r)
		return;
	fclose(r->file);
	free(r->line);
	free(r);
}

/* The kernel writes the text in pieces: a mapping that changes meanwhile may come twice. */
static bool take_mapping(struct maps_reader *r, struct mapping *m)
{
	if (maps__parse_line(r->line, m) || m->vma.start < r->end)
		return false;
	r->end = m->vma.end;
	return true;
}

int maps__next(struct maps_reader *r, struct mapping *m, struct mapping_usage *usage)
{
	int err = 1;

	while (r->line && !take_mapping(r, m)) {
		err = read_line(r);
		if (err < 0)
			return err;
	}
	if (!r->line)
		return 0;
	memset(usage, 0xff, sizeof(*usage));
	/* Usage lines begin with a capital letter, mapping lines with a hex digit in lower case. */
	while ((err = read_line(r)) > 0 && *r->line >= 'A' && *r->line <= 'Z')
		parse_usage(r->line, usage);
	return err < 0 ? err : 1;
}

bool maps__gone(struct maps_reader *r)
{
	rewind(r->file);
	return read_line(r) <= 0;
}
