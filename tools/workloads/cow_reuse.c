/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Write-protected by fork, but shared no more: 197 pages are filled, a child
 * is forked and ends, and the parent writes again. Nobody else having the
 * page, it is made writable in place: 197 first touches, 197 reuses.
 */
#include "workload.h"

#define PAGES 197

static void child(void)
{
}

int main(void)
{
	char *p;

	workload_begin("cow_reuse");
	pin_cpu();
	p = map_pages(PAGES);
	measured_write(p, PAGES, page_size);
	/* A page in some batch looks shared, and would be copied. */
	drain_lru();
	run_child(child);
	measured_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "anon", .count = PAGES });
	expect((struct expectation) { .kind = "reuse", .count = PAGES });
	return report("the parent writes after its child has ended");
}
