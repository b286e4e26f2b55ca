/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anonymous memory that is written again and again: 991 pages, a fault each for the first
 * time, and none later as long as there is memory for all of them. With -n PAGES and
 * -l LOOPS in a memory cgroup that is too small it thrashes.
 */
#define _GNU_SOURCE
#include <unistd.h>

#include "workload.h"

int main(int argc, char **argv)
{
	unsigned long pages = 991, loops = 3;
	int option;
	char *p;

	workload_begin("revisit");
	while ((option = getopt(argc, argv, "n:l:")) != -1) {
		if (option == 'n')
			pages = positive_number(optarg);
		else if (option == 'l')
			loops = positive_number(optarg);
		else
			fail("usage: revisit [-n PAGES] [-l LOOPS]");
	}
	p = map_pages(pages);
	measured_write(p, pages, page_size);
	expect((struct expectation) { .kind = "anon", .count = pages });
	for (unsigned long i = 1; i < loops; i++)
		touch_write(p, pages, page_size);
	return report("memory written again and again");
}
