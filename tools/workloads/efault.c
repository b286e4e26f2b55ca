/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A system call is given bad addresses: 19 calls, each of which writes one
 * integer and returns EFAULT. Not read(2): when a copy of several bytes
 * fails, some kernels try the rest byte by byte, and fault again.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 19

int main(void)
{
	struct measure m;
	unsigned int cpu;
	size_t refused = 0;
	char *p;

	workload_begin("efault");
	p = reserve_range(PAGES * page_size);
	munmap(p, PAGES * page_size);
	syscall(SYS_getcpu, &cpu, NULL, NULL);
	measure_begin(&m);
	for (size_t i = 0; i < PAGES; i++)
		refused += syscall(SYS_getcpu, p + i * page_size, NULL, NULL) && errno == EFAULT;
	measure_end(&m);
	if (refused != PAGES)
		fail("only %zu calls returned EFAULT", refused);
	expect((struct expectation) { .kind = "error", .origin = "kernel", .count = PAGES });
	return report("getcpu(2) writes where nothing is mapped: no signal");
}
