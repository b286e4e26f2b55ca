/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copy-on-write after fork: the parent fills 199 pages, the child writes to
 * each while the parent still has it, so each is copied. The faults to look
 * for are the child's.
 */
#include "workload.h"

#define PAGES 199

static char *range;

static void child(void)
{
	measured_write(range, PAGES, page_size);
}

int main(void)
{
	workload_begin("cow_fork");
	range = map_pages(PAGES);
	touch_write(range, PAGES, page_size);
	run_child(child);
	report_child_pid();
	expect((struct expectation) { .kind = "cow", .cow_from = "anon", .count = PAGES });
	return report("a child writes to its parent's pages; pid is the child");
}
