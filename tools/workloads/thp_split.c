/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping of a huge page is split 503 times, by MADV_DONTNEED of its first page,
 * while another thread writes to the rest of it. A write that comes in the middle of
 * a split faults, and finds everything in place when the kernel looks.
 */
#include <sys/mman.h>

#include "thp_touch.h"

#define ROUNDS 503

#define KHUGEPAGED_PAUSE "/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs"

int main(void)
{
	static struct thp_touch touch;
	struct measure m;
	size_t size;
	char *p;

	workload_begin("thp_split");
	/* While khugepaged changes the address space, nobody can tell what a first touch finds. */
	knob_set(KHUGEPAGED_PAUSE, "1000000000");
	p = map_huge(1, &size);
	thp_touch_start(&touch, p, size, true);
	measure_begin(&m);
	for (int i = 0; i < ROUNDS; i++) {
		thp_touch_pause(&touch);
		madvise(p, size, MADV_DONTNEED);
		touch_write(p, 1, page_size);
		if (resident_pages(p, size) != size / page_size)
			skip("the kernel gave no huge page");
		thp_touch_go(&touch);
		madvise(p, page_size, MADV_DONTNEED);
	}
	measure_end(&m);
	thp_touch_stop(&touch);
	expect((struct expectation) {
		.kind = "anon", .order = __builtin_ctzl(size / page_size), .count = ROUNDS });
	/* As many as come at the right time. */
	expect((struct expectation) { .kind = "spurious", .at_least = true });
	/* Of one that comes while the page table changes, what it found cannot be told. */
	expect((struct expectation) { .kind = "other", .at_least = true, .at_most = ROUNDS });
	return report("a huge page's mapping is split while another thread writes");
}
