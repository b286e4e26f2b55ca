/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mlock(2) of fresh anonymous memory: 163 pages, which the kernel faults in
 * by get_user_pages, without any exception.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 163

int main(void)
{
	struct measure m;
	int failed;
	char *p;

	workload_begin("gup_mlock");
	p = map_pages(PAGES);
	measure_begin(&m);
	failed = mlock(p, PAGES * page_size);
	measure_end(&m);
	if (failed)
		skip("mlock: %s", strerror(errno));
	/* All of it is there: no fault. */
	touch_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .origin = "gup", .count = PAGES });
	return report("mlock of fresh memory");
}
