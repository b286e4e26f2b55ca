/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where is each page: the process's page tables (/proc/PID/pagemap) say what it has
 * mapped or swapped, the page cache (mincore, cachestat) what is in memory of a file
 * although the process has not mapped it. In memory is yes (present, cached), no
 * (swapped, on disk, absent) or unknown, and never a guess. Pages are asked for a
 * window at a time, so that memory stays bounded however large a mapping is.
 */
#ifndef HOST_RESIDENCY_H
#define HOST_RESIDENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maps.h"

enum page_state {
	PAGE_ABSENT,  /* nowhere: never touched, or no part of the file */
	PAGE_PRESENT, /* mapped: no fault */
	PAGE_CACHED,  /* in the page cache, not mapped: a minor fault */
	PAGE_ON_DISK, /* of a file, not in the page cache: a major fault */
	PAGE_SWAPPED,
	PAGE_ZERO, /* the shared zero page is mapped; older kernels call it present */
	PAGE_UNKNOWN,
	PAGE_NR_STATES,
};

/* The most pages that one call takes. */
#define RESIDENCY_WINDOW ((size_t)65536)

struct pagemap {
	int fd; /* -1: not allowed, everything is unknown */
	bool has_scan;
	bool knows_guards;
};

void pagemap__open(struct pagemap *p, int pid);
void pagemap__close(struct pagemap *p);

/*
 * The nr pages from address start on. 1 and their states in pages[], 0 if all of
 * them are absent (pages[] is then not touched), or -errno if it cannot be known.
 */
int pagemap__ask(struct pagemap *p, uint64_t start, size_t nr, unsigned char *pages);

/* The file behind a mapping. */
struct file_cache {
	int fd;		/* -1: its page cache cannot be known */
	bool is_device; /* it has none: nothing of it is cached, or on a disk; fd is -1 */
	bool is_shmem;
	bool is_stacked; /* on another file, and that has the pages */
	bool mincore_lies;
};

/* In bytes. */
struct file_totals {
	uint64_t dirty; /* or under writeback */
	uint64_t recently_evicted;
};

void file_cache__open(struct file_cache *c, int pid, const struct mapping *m);
/* Any file, by its path: 0 or -errno, -ENODEV for one that has no page cache. */
int file_cache__open_path(struct file_cache *c, const char *path);
void file_cache__close(struct file_cache *c);

/* The states, in pages[], of nr pages from offset on, were the process not there. */
void file_cache__ask(const struct file_cache *c, uint64_t offset, size_t nr, unsigned char *pages);

/* Of so many bytes from offset on. False where the kernel does not tell. */
bool file_cache__totals(const struct file_cache *c, uint64_t offset, uint64_t len,
			struct file_totals *ret);

/*
 * How many bytes of len from offset on are in the page cache now, and how many of them the
 * file has. False if that cannot be known.
 */
bool file_cache__count(const struct file_cache *c, uint64_t offset, uint64_t len, uint64_t *cached,
		       uint64_t *whole);

/* Writes what is dirty, then has the kernel drop all that nobody holds. 0 or -errno. */
int file_cache__drop(const struct file_cache *c);

#endif /* HOST_RESIDENCY_H */
