/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to a memfd: 179 pages, a fault each.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 179

int main(void)
{
	size_t len;
	char *p;
	int fd;

	workload_begin("memfd");
	len = PAGES * page_size;
	fd = syscall(SYS_memfd_create, "ft", 0);
	if (fd < 0)
		skip("memfd_create: %s", strerror(errno));
	if (ftruncate(fd, len))
		fail("ftruncate: %s", strerror(errno));
	p = map_range(len, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	measured_write(p, PAGES, page_size);
	/* Linux 5.9 to 5.19 faults twice, and the second time counts as major. */
	expect((struct expectation) { .kind = "shmem",
				      .major = MAJOR_DIFFERS,
				      .name = "/memfd:ft (deleted)",
				      .count = PAGES });
	return report("first write to a memfd");
}
