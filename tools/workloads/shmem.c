/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to shared anonymous memory: 181 pages, a fault each.
 */
#include <sys/mman.h>

#include "workload.h"

#define PAGES 181

int main(void)
{
	char *p;

	workload_begin("shmem");
	p = map_range(PAGES * page_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	measured_write(p, PAGES, page_size);
	/* Linux 5.9 to 5.19 faults twice, and the second time counts as major. */
	expect((struct expectation) { .kind = "shmem",
				      .major = MAJOR_DIFFERS,
				      .name = "/dev/zero (deleted)",
				      .count = PAGES });
	return report("first write to shared anonymous memory");
}
