/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping of a huge page is split by MADV_DONTNEED of its first page and made
 * one again by MADV_COLLAPSE, 211 times, while another thread reads the rest of it,
 * which is never gone. A read that comes in the middle of it waits, and then finds
 * everything in place. -w: it writes.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "thp_touch.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define ROUNDS 211

int main(int argc, char **argv)
{
	bool writes = argc > 1 && !strcmp(argv[1], "-w");
	const char *access = writes ? "write" : "read";
	static struct thp_touch touch;
	struct measure m;
	size_t size;
	char *p;

	workload_begin("thp_collapse");
	p = map_huge(1, &size);
	measure_begin(&m);
	touch_write(p, 1, page_size);
	if (resident_pages(p, size) != size / page_size)
		skip("the kernel gave no huge page");
	thp_touch_start(&touch, p, size, writes);
	thp_touch_go(&touch);
	for (int i = 0; i < ROUNDS; i++) {
		madvise(p, page_size, MADV_DONTNEED);
		/* EAGAIN: pages are in use just now. */
		if (madvise(p, size, MADV_COLLAPSE) && errno != EAGAIN)
			skip("MADV_COLLAPSE: %s", strerror(errno));
	}
	measure_end(&m);
	thp_touch_stop(&touch);
	expect((struct expectation) {
		.kind = "anon", .order = __builtin_ctzl(size / page_size), .count = 1 });
	/* As many as come at the right time. */
	expect((struct expectation) { .kind = "spurious", .access = access, .at_least = true });
	expect((struct expectation) { .kind = "other", .access = access, .at_least = true });
	return report("a huge page is put together while another thread reads");
}
