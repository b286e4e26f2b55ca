/* SPDX-License-Identifier: GPL-2.0-only */
#include "zero_page.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/cleanup.h"

static long own_faults(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_THREAD, &usage) ? 0 : usage.ru_minflt + usage.ru_majflt;
}

/*
 * If the read mapped the zero page, the write after it faults again, to copy; if the read got a
 * page of its own, the write does not.
 */
bool zero_page_is_off(void)
{
	size_t size = (size_t)getpagesize();
	volatile char *page =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long before, after;

	if (page == MAP_FAILED)
		return false;
	madvise((void *)page, size, MADV_NOHUGEPAGE);
	own_faults();
	(void)*page;
	before = own_faults();
	*page = 1;
	after = own_faults();
	munmap((void *)page, size);
	return after == before;
}

bool huge_zero_page_is_off(void)
{
	FILE *f __cleanup_fclose = fopen("/sys/kernel/mm/transparent_hugepage/use_zero_page", "re");

	return (f && getc(f) == '0') || zero_page_is_off();
}
