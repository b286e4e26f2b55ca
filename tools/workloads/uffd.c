/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd, missing pages: 17 pages, each of which another thread has to
 * provide before the fault can end.
 */
#include "uffd.h"

#define PAGES 17

int main(void)
{
	struct uffd u = { .answer = uffd_provide };
	char *p;

	workload_begin("uffd");
	u.fd = uffd_open(0);
	p = map_pages(PAGES);
	uffd_start(&u, p, PAGES * page_size, UFFDIO_REGISTER_MODE_MISSING);
	measured_write(p, PAGES, page_size);
	/* Having slept counts as major up to Linux 6.4. */
	expect((struct expectation) { .kind = "uffd", .major = MAJOR_DIFFERS, .count = PAGES });
	return report("missing pages provided by another thread");
}
