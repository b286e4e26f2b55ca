/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copy-on-write after fork: the parent fills 398 pages, the child writes to
 * each second one while the parent still has it, so that it is copied; the
 * others stay shared. The faults to look for are the child's.
 */
#include "workload.h"

#define PAGES 199

static char *range;

static void child(void)
{
	measured_write(range, PAGES, 2 * page_size);
}

int main(void)
{
	workload_begin("cow_fork");
	range = map_pages(2 * PAGES);
	touch_write(range, 2 * PAGES, page_size);
	run_child(child);
	report_child_pid();
	expect((struct expectation) { .kind = "cow", .cow_from = "anon", .count = PAGES });
	return report("a child writes to half of its parent's pages; pid is the child");
}
