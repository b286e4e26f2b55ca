/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmap(2) with MAP_POPULATE: 157 pages, which the kernel faults in by
 * get_user_pages, without any exception.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 157

int main(void)
{
	struct measure m;
	char *p;

	workload_begin("gup_populate");
	p = reserve_range(PAGES * page_size);
	measure_begin(&m);
	p = mmap(p, PAGES * page_size, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0);
	measure_end(&m);
	if (p == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	/* All of it is there: no fault. */
	touch_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .origin = "gup", .count = PAGES });
	return report("mmap with MAP_POPULATE");
}
