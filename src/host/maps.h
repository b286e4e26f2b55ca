/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mappings of a process. One of them, by address: the PROCMAP_QUERY ioctl where the kernel
 * has it, the text of /proc/PID/maps elsewhere. All of them, with how much of each is in memory
 * or swap: /proc/PID/smaps.
 */
#ifndef HOST_MAPS_H
#define HOST_MAPS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../../bpf/contract/record.h"

/* A mapping and its name, as /proc/PID/maps shows both: "" for none. The name has no id here. */
struct mapping {
	struct ft_vma vma;
	char name[4096];
};

/* The same with a name that lives elsewhere. */
struct named_vma {
	struct ft_vma vma;
	const char *name;
};

/* Facts are what is known of it: what it may be used for, and whether it is shared. */
static inline uint32_t mapping_facts(bool read, bool write, bool exec, bool shared)
{
	return FT_VMA_KNOWN | FT_VMA_COVERS | (read ? FT_VMA_READ : 0) |
	       (write ? FT_VMA_WRITE : 0) | (exec ? FT_VMA_EXEC : 0) |
	       (shared ? FT_VMA_MAYSHARE : 0);
}

/* As the kernel keeps it. */
static inline uint32_t mapping_dev(unsigned int major, unsigned int minor)
{
	return major << 20 | minor;
}

/* 0, -ENOENT when no mapping covers the address, else -errno. */
int maps__query(int pid, uint64_t addr, struct mapping *ret);

/* One line of /proc/PID/maps; 0 or -EINVAL. */
int maps__parse_line(const char *line, struct mapping *ret);

/* The usage of one mapping, in bytes; MAPPING_UNKNOWN where the kernel does not say. */
#define MAPPING_UNKNOWN UINT64_MAX

struct mapping_usage {
	uint64_t rss; /* without hugetlb, as the kernel counts it */
	uint64_t hugetlb;
	uint64_t huge; /* mapped by huge entries of the page table; hugetlb, too */
	uint64_t swap;
	uint64_t shared; /* others have these pages mapped, too */
	uint64_t pss;	 /* 1/n of each page that n processes map; without hugetlb */
	uint64_t dirty;
	uint64_t locked; /* this process's share, where pages are shared */
	uint64_t page_size;
};

/* The usage of all mappings of a process together, from smaps_rollup. 0 or -errno. */
int maps__usage_of_all(int pid, struct mapping_usage *usage);

struct maps_reader;

/* 0, or -ESRCH, -EACCES and so on. */
int maps__open(int pid, struct maps_reader **ret);
void maps__close(struct maps_reader *r);

/* Reads the next mapping, in the order of addresses, none twice: 1, 0 at the end, or -errno. */
int maps__next(struct maps_reader *r, struct mapping *m, struct mapping_usage *usage);

/* Is the memory that was opened gone by now: did the process exit, or exec? */
bool maps__gone(struct maps_reader *r);

/* The same for any text in the format of smaps, or of maps; takes ownership of f. */
int maps__open_text(FILE *f, struct maps_reader **ret);

/* The maps of a process by its folder in /proc; NULL: it is gone. dir may be negative. */
FILE *maps__open_file(int dir);

#endif /* HOST_MAPS_H */
