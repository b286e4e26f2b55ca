/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pages of a file are in the page cache, by mincore() and cachestat(). */
#ifndef HOST_FILE_CACHE_H
#define HOST_FILE_CACHE_H

#include <stdbool.h>

#include "maps.h"
#include "page_state.h"

/* The file behind a mapping. */
struct file_cache {
	int fd;		/* -1: its page cache cannot be known */
	bool is_device; /* it has no page cache and is on no disk; fd is -1 */
	bool is_shmem;
	bool is_stacked; /* on overlayfs or FUSE: a file below it may have the pages */
	bool mincore_lies;
};

/* In bytes. */
struct file_totals {
	uint64_t dirty; /* or under writeback */
	uint64_t recently_evicted;
};

void file_cache__open(struct file_cache *c, int pid, const struct ft_vma *vma, const char *name);
/* Any file, by its path: 0 or -errno, -ENODEV for one that has no page cache. */
int file_cache__open_path(struct file_cache *c, const char *path);
void file_cache__close(struct file_cache *c);

/* The states, in pages[], of nr pages from offset on, whatever the process has mapped. */
void file_cache__ask(const struct file_cache *c, uint64_t offset, size_t nr, unsigned char *pages);

/* Totals of len bytes from offset on. False where the kernel does not tell. */
bool file_cache__totals(const struct file_cache *c, uint64_t offset, uint64_t len,
			struct file_totals *ret);

/*
 * How many of len bytes from offset on are in the page cache now, and how many of them the file
 * has. False if that cannot be known, or takes longer than max_ns.
 */
bool file_cache__count(const struct file_cache *c, uint64_t offset, uint64_t len, uint64_t max_ns,
		       uint64_t *cached, uint64_t *whole);

/* Writes dirty pages, then has the kernel evict all pages that are not in use. 0 or -errno. */
int file_cache__drop(const struct file_cache *c);

#endif /* HOST_FILE_CACHE_H */
