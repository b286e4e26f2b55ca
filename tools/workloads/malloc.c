/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One MiB from malloc(3), aligned to a page: nothing is there until it is written, then
 * each of its 256 pages takes a fault. With -H it is aligned to a huge page and asks for
 * one: one fault. With -u it stays untouched.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "workload.h"

#define BYTES (1UL << 20)
#define HUGE  (2 * BYTES)

int main(int argc, char **argv)
{
	bool huge = false, untouched = false;
	int option;
	size_t pages, resident;
	void *p;

	workload_begin("malloc");
	while ((option = getopt(argc, argv, "Hu")) != -1) {
		if (option == 'H')
			huge = true;
		else if (option == 'u')
			untouched = true;
		else
			fail("usage: malloc [-H] [-u]");
	}
	if (posix_memalign(&p, huge ? HUGE : page_size, huge ? HUGE : BYTES))
		fail("no memory");
	if (huge)
		prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	if (huge && madvise(p, HUGE, MADV_HUGEPAGE))
		skip("this kernel has no huge pages");
	set_range(p, BYTES);
	/* But for the writing, the same in each case: maps are compared. */
	pages = untouched ? 0 : huge ? 1 : BYTES / page_size;
	measured_write(p, pages, page_size);
	resident = resident_pages(p, BYTES);
	if (pages && resident != BYTES / page_size)
		skip("the kernel gave no huge page");
	/* The rest of it is there: no fault. */
	if (pages)
		touch_write(p, BYTES / page_size, page_size);
	if (pages)
		expect((struct expectation) { .kind = "anon", .count = pages });
	return report("1 MiB from malloc is written");
}
