/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel touches user memory first: read(2) from a pipe into 167 fresh
 * anonymous pages, one byte each.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 167

static void read_bytes(int fd, char *p)
{
	for (size_t i = 0; i < PAGES; i++) {
		if (read(fd, p + i * page_size, 1) != 1)
			fail("read: %s", strerror(errno));
	}
}

int main(void)
{
	char bytes[PAGES + 1] = { 0 };
	struct measure m;
	int ends[2];
	char *p;

	workload_begin("kernel_copy");
	p = map_pages(PAGES);
	if (pipe(ends) || write(ends[1], bytes, sizeof(bytes)) != sizeof(bytes) ||
	    read(ends[0], bytes, 1) != 1)
		fail("pipe: %s", strerror(errno));
	measure_begin(&m);
	read_bytes(ends[0], p);
	measure_end(&m);
	expect((struct expectation) { .kind = "anon", .origin = "kernel", .count = PAGES });
	return report("read(2) from a pipe into fresh memory");
}
