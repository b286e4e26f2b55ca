/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First touch of anonymous memory at an even pace: 509 pages, 10 000 a second. With
 * -n PAGES and -r RATE it is so many.
 */
#include <unistd.h>

#include "workload.h"

static void touch_steadily(char *p, unsigned long pages, unsigned long rate)
{
	unsigned long long begin = monotonic_ns();
	struct measure m;

	/* The first pause brings in the code that it needs. */
	keep_pace(begin, 1, rate);
	measure_begin(&m);
	for (unsigned long i = 0; i < pages; i++) {
		keep_pace(begin, i, rate);
		touch_write(p + i * page_size, 1, page_size);
	}
	measure_end(&m);
}

int main(int argc, char **argv)
{
	unsigned long pages = 509, rate = 10000;
	int option;

	workload_begin("steady");
	while ((option = getopt(argc, argv, "n:r:")) != -1) {
		if (option == 'n')
			pages = positive_number(optarg);
		else if (option == 'r')
			rate = positive_number(optarg);
		else
			fail("usage: steady [-n PAGES] [-r RATE]");
	}
	touch_steadily(map_pages(pages), pages, rate);
	expect((struct expectation) { .kind = "anon", .count = pages });
	return report("first write to private anonymous memory, at an even pace");
}
