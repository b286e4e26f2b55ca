/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page-cache hit: 43 cached pages, one in each fault-around window (64 KiB,
 * aligned). No advice switches fault-around off, and within a window one
 * fault would map all that is cached.
 */
#include <sys/mman.h>

#include "workload.h"

#define PAGES 43

int main(void)
{
	struct file f;
	char *p;

	workload_begin("file_minor");
	temp_file_windows(&f, PAGES, NULL);
	p = map_range(PAGES * file_window(), PROT_READ, MAP_SHARED, f.fd);
	measured_read(p, PAGES, file_window());
	expect((struct expectation) {
		.kind = "file", .access = "read", .name = f.path, .count = PAGES });
	return report("file pages that are in the page cache");
}
