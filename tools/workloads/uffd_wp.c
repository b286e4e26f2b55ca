/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd, write protection: 13 pages are filled, protected, and written;
 * another thread has to lift the protection of each.
 */
#include "uffd.h"

#define PAGES 13

static void protect(int fd, unsigned long start, size_t len, unsigned long long mode)
{
	struct uffdio_writeprotect wp = { .range = { start, len }, .mode = mode };

	if (ioctl(fd, UFFDIO_WRITEPROTECT, &wp))
		fail("UFFDIO_WRITEPROTECT: %s", strerror(errno));
}

static void lift(int fd, unsigned long page)
{
	protect(fd, page, page_size, 0);
}

int main(void)
{
	struct uffd u = { .answer = lift };
	size_t len;
	char *p;

	workload_begin("uffd_wp");
	u.fd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
	len = PAGES * page_size;
	p = map_pages(PAGES);
	measured_write(p, PAGES, page_size);
	uffd_start(&u, p, len, UFFDIO_REGISTER_MODE_WP);
	protect(u.fd, (unsigned long)p, len, UFFDIO_WRITEPROTECT_MODE_WP);
	measured_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .count = PAGES });
	/* Having slept counts as major up to Linux 6.4. */
	expect((struct expectation) { .kind = "uffd", .major = MAJOR_DIFFERS, .count = PAGES });
	return report("write protection lifted by another thread");
}
