/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First read of memory with MADV_HUGEPAGE: the huge zero page is mapped 5
 * times, by one fault each.
 */
#include "workload.h"

#define HUGE_PAGES 5

int main(void)
{
	size_t size;
	char *p;

	workload_begin("hugezero");
	needs_zero_page();
	if (knob_number("/sys/kernel/mm/transparent_hugepage/use_zero_page") != 1)
		skip("the huge zero page is switched off");
	p = map_huge(HUGE_PAGES, &size);
	measured_read(p, HUGE_PAGES, size);
	if (resident_pages(p, HUGE_PAGES * size) != HUGE_PAGES * size / page_size)
		skip("the kernel gave no huge zero page");
	expect((struct expectation) { .kind = "zero",
				      .access = "read",
				      .order = __builtin_ctzl(size / page_size),
				      .count = HUGE_PAGES });
	return report("first read of memory with MADV_HUGEPAGE");
}
