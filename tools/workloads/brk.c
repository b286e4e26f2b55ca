/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to the heap: 151 whole pages of memory from sbrk(2), a fault
 * each.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 151

int main(void)
{
	char *p;

	workload_begin("brk");
	p = sbrk((PAGES + 2) * page_size);
	if (p == (void *)-1)
		fail("sbrk: %s", strerror(errno));
	/* The page the old break was in may have been touched. */
	p += page_size - (uintptr_t)p % page_size;
	set_range(p, PAGES * page_size);
	measured_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .name = "[heap]", .count = PAGES });
	return report("first write to the heap");
}
