/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First read of anonymous memory: 251 pages, each of which gets the shared
 * zero page by a fault of its own.
 */
#include "workload.h"

#define PAGES 251

int main(void)
{
	workload_begin("zero");
	needs_zero_page();
	measured_read(map_pages(PAGES), PAGES, page_size);
	expect((struct expectation) { .kind = "zero", .access = "read", .count = PAGES });
	return report("first read of private anonymous memory");
}
