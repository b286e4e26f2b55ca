/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mappings of a process. One of them, by address: the PROCMAP_QUERY ioctl where
 * the kernel has it, the text of /proc/PID/maps elsewhere. All of them, with how
 * much of each is where: /proc/PID/smaps.
 */
#ifndef HOST_MAPS_H
#define HOST_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev; /* as mapping_dev() makes it */
	bool read, write, exec, shared;
	char name[4096]; /* "" for none */
};

/* As the kernel keeps it. */
static inline uint32_t mapping_dev(unsigned int major, unsigned int minor)
{
	return major << 20 | minor;
}

/* 0, -ENOENT when no mapping covers the address, else -errno. */
int maps__query(int pid, uint64_t addr, struct mapping *ret);

/* One line of /proc/PID/maps; 0 or -EINVAL. */
int maps__parse_line(const char *line, struct mapping *ret);

/* Of one mapping, in bytes; MAPPING_UNKNOWN where the kernel does not say. */
#define MAPPING_UNKNOWN UINT64_MAX

struct mapping_usage {
	uint64_t rss; /* without hugetlb, as the kernel counts it */
	uint64_t hugetlb;
	uint64_t huge; /* mapped by huge entries of the page table; hugetlb, too */
	uint64_t swap;
	uint64_t shared; /* others have these pages mapped, too */
	uint64_t
		pss; /* proportional set size: 1/n of each page that n processes map; no hugetlb pages */
	uint64_t dirty;
	uint64_t locked; /* this process's share, where pages are shared */
	uint64_t page_size;
};

/* Of all mappings of a process together, as smaps_rollup has it. 0 or -errno. */
int maps__usage_of_all(int pid, struct mapping_usage *usage);

struct maps_reader;

/* 0, or -ESRCH, -EACCES and so on. */
int maps__open(int pid, struct maps_reader **ret);
void maps__close(struct maps_reader *r);

/* In the order of addresses, none twice: 1, 0 at the end, or -errno. */
int maps__next(struct maps_reader *r, struct mapping *m, struct mapping_usage *usage);

/* Is the memory that was opened gone by now: did the process exit, or exec? */
bool maps__gone(struct maps_reader *r);

/* The same from any text in the format of smaps, or of maps; closes it. */
int maps__open_text(FILE *f, struct maps_reader **ret);

#endif /* HOST_MAPS_H */
