/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cold read of a file: 37 pages, dropped from the page cache, without
 * readahead (MADV_RANDOM), so that each is read from disk by its own fault.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "workload.h"

#define PAGES 37

int main(void)
{
	struct file f;
	size_t len;
	char *p;

	workload_begin("file_major");
	temp_file_windows(&f, PAGES, NULL);
	len = PAGES * file_window();
	p = map_range(len, PROT_READ, MAP_SHARED, f.fd);
	if (madvise(p, len, MADV_RANDOM))
		fail("MADV_RANDOM: %s", strerror(errno));
	make_cold(&f, p, len);
	measured_read(p, PAGES, file_window());
	expect((struct expectation) { .kind = "file",
				      .access = "read",
				      .major = "true",
				      .name = f.path,
				      .count = PAGES });
	return report("file pages that are not in the page cache");
}
