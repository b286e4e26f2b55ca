/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short-lived processes: 101 children, one after the other, each writing to
 * the same 7 pages, which the parent has mapped and never touched.
 */
#include "workload.h"

#define CHILDREN 101
#define PAGES	 7

static char *range;

static void child(void)
{
	measured_write(range, PAGES, page_size);
}

int main(void)
{
	workload_begin("spawn");
	range = map_pages(PAGES);
	for (int i = 0; i < CHILDREN; i++)
		run_child(child);
	report_no_pid();
	expect((struct expectation) { .kind = "anon", .count = CHILDREN * PAGES });
	return report("101 children, 7 pages each, at the same addresses");
}
