/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to transparent huge pages: 3 of them, one fault each. If the
 * rest of them is there as well, these were huge pages.
 */
#include "workload.h"

#define HUGE_PAGES 3

int main(void)
{
	size_t size;
	char *p;

	workload_begin("thp");
	p = map_huge(HUGE_PAGES, &size);
	measured_write(p, HUGE_PAGES, size);
	if (resident_pages(p, HUGE_PAGES * size) != HUGE_PAGES * size / page_size)
		skip("the kernel gave no huge pages");
	expect((struct expectation) {
		.kind = "anon", .order = __builtin_ctzl(size / page_size), .count = HUGE_PAGES });
	return report("first write to memory with MADV_HUGEPAGE");
}
