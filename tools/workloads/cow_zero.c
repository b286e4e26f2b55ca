/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anonymous memory read first, then written: 191 pages, each with one fault
 * that maps the zero page and one that replaces it.
 */
#include "workload.h"

#define PAGES 191

int main(void)
{
	char *p;

	workload_begin("cow_zero");
	needs_zero_page();
	p = map_pages(PAGES);
	measured_read(p, PAGES, page_size);
	measured_write(p, PAGES, page_size);
	expect((struct expectation) { .kind = "zero", .access = "read", .count = PAGES });
	expect((struct expectation) { .kind = "cow", .cow_from = "zero", .count = PAGES });
	return report("the zero page is replaced at the first write");
}
