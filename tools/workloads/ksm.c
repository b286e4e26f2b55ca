/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KSM unmerge: 101 pages are filled with the same contents, merged by ksmd
 * into one, and written: 101 first touches, and 101 copies of that page.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload.h"

#define PAGES	 101
#define WAIT_MS	 20000
#define STEP_MS	 20
#define KSM	 "/sys/kernel/mm/ksm/"
#define PFN_MASK ((1ULL << 55) - 1)

static void start_ksmd(void)
{
	/* Not all kernels take a number while their advisor sets it. */
	knob_set(KSM "pages_to_scan", "2000");
	knob_set(KSM "sleep_millisecs", "10");
	if (!knob_set(KSM "run", "1"))
		skip("cannot start ksmd: %s", strerror(errno));
}

/* Those in the same frame as the first; /proc/kpageflags of 6.12 calls any page KSM. */
static size_t merged_pages(char *p)
{
	uint64_t entry[PAGES];
	size_t n = 0;

	read_pagemap(p, PAGES, entry);
	if (!(entry[0] & PFN_MASK))
		skip("/proc/self/pagemap shows frames only to root");
	for (size_t i = 0; i < PAGES; i++)
		n += (entry[i] & PFN_MASK) == (entry[0] & PFN_MASK);
	return n;
}

static void wait_until_merged(char *p)
{
	for (int waited = 0; waited < WAIT_MS; waited += STEP_MS) {
		if (merged_pages(p) == PAGES)
			return;
		sleep_ms(STEP_MS);
	}
	skip("ksmd merged %zu pages of %d in %d s", merged_pages(p), PAGES, WAIT_MS / 1000);
}

/* The same everywhere here and nowhere else, and not zeroes. */
static void fill(char *p)
{
	struct measure m;
	unsigned long mark = (unsigned long)getpid() << 20 | 0xf17;

	measure_begin(&m);
	for (size_t i = 0; i < PAGES; i++)
		*(volatile unsigned long *)(p + i * page_size) = mark;
	measure_end(&m);
}

int main(void)
{
	char *p;

	workload_begin("ksm");
	start_ksmd();
	p = map_pages(PAGES);
	fill(p);
	if (madvise(p, PAGES * page_size, MADV_MERGEABLE))
		skip("MADV_MERGEABLE: %s", strerror(errno));
	wait_until_merged(p);
	/* What ksmd looks at it takes out of the page table for a moment: another fault. */
	knob_set(KSM "run", "0");
	measured_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .count = PAGES });
	expect((struct expectation) { .kind = "cow", .cow_from = "ksm", .count = PAGES });
	return report("pages merged by ksmd are written");
}
