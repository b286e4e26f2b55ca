/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Huge pages where memory is full of holes of one page: most of what is free is
 * filled, then each second page of that given back. First writes with MADV_HUGEPAGE
 * follow, one in each huge page and 64 more than what was left free holds: for those
 * the kernel has to compact memory, and if it gives up, they are small pages.
 */
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "workload.h"

#define MEMORY_MAX  (2UL << 30)
#define FILL_PART   7 / 8
#define HUGE_PAGES  64
#define HUGE_ALIGN  (2UL << 20)
#define DEFRAG_PATH "/sys/kernel/mm/transparent_hugepage/defrag"

static void fill_with_holes(size_t len)
{
	char *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		skip("cannot fill the memory");
	for (size_t at = 0; at < len; at += 2 * page_size)
		madvise(p + at, page_size, MADV_DONTNEED);
}

int main(void)
{
	struct sysinfo info;
	size_t size, fill, pages;
	char *p;

	workload_begin("compact");
	sysinfo(&info);
	if (info.totalram * info.mem_unit > MEMORY_MAX)
		skip("more than 2 GiB of memory: too much to fill it with holes");
	/* Reclaimed meanwhile, it could be whole huge pages. */
	knob_write("/proc/sys/vm/drop_caches", "3");
	if (!knob_set(DEFRAG_PATH, "madvise"))
		skip("cannot write " DEFRAG_PATH);
	sysinfo(&info);
	fill = info.freeram * info.mem_unit * FILL_PART;
	pages = (info.freeram * info.mem_unit - fill) / HUGE_ALIGN + HUGE_PAGES;
	fill_with_holes(fill);
	p = map_huge(pages, &size);
	measured_write(p, pages, size);
	expect((struct expectation) { .kind = "anon", .count = pages, .at_least = true });
	return report("first write to huge pages where memory is fragmented");
}
