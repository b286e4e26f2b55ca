/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a page is. The page tables of a process (pagemap.h) say what it has mapped or swapped, the
 * page cache (file_cache.h) which pages of a file are in memory although the process has not mapped
 * them. In memory is yes (present, cached), no (swapped, on disk, absent) or unknown, and never a
 * guess. Pages are asked for a window at a time, so that memory stays bounded however large a
 * mapping is.
 */
#ifndef HOST_PAGE_STATE_H
#define HOST_PAGE_STATE_H

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum page_state {
	PAGE_ABSENT,  /* nowhere: never touched, or no part of the file */
	PAGE_PRESENT, /* mapped: no fault */
	PAGE_CACHED,  /* in the page cache, not mapped: a minor fault */
	PAGE_ON_DISK, /* of a file, not in the page cache: a major fault */
	PAGE_SWAPPED,
	PAGE_ZERO, /* the shared zero page is mapped; PAGE_PRESENT without PAGEMAP_SCAN */
	PAGE_UNKNOWN,
	PAGE_NR_STATES,
};

/* The most pages that one call takes. */
#define RESIDENCY_WINDOW ((size_t)65536)

static inline uint64_t page_bytes(void)
{
	return (uint64_t)getpagesize();
}

#endif /* HOST_PAGE_STATE_H */
