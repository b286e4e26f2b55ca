/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First write to hugetlb memory: 3 huge pages of the default size, one fault
 * each. Has them set aside for the time, in addition to those there are.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "workload.h"

#define HUGE_PAGES 3
#define KNOB	   "/proc/sys/vm/nr_hugepages"

static size_t default_huge_size(void)
{
	char line[128];
	FILE *f = fopen("/proc/meminfo", "re");
	size_t kib = 0;

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "Hugepagesize: %zu", &kib) != 1)
		;
	if (f)
		fclose(f);
	return kib << 10;
}

static void set_aside(void)
{
	long now = knob_number(KNOB);
	char wanted[32];

	if (now < 0)
		skip("no %s", KNOB);
	snprintf(wanted, sizeof(wanted), "%ld", now + HUGE_PAGES);
	if (!knob_set(KNOB, wanted) || knob_number(KNOB) < now + HUGE_PAGES)
		skip("cannot set %d huge pages aside", HUGE_PAGES);
}

int main(void)
{
	size_t size;
	char *p;

	workload_begin("hugetlb");
	set_aside();
	size = default_huge_size();
	if (!size)
		skip("no huge page size in /proc/meminfo");
	p = map_range(HUGE_PAGES * size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	measured_write(p, HUGE_PAGES, size);
	expect((struct expectation) {
		.kind = "hugetlb", .name = "/anon_hugepage (deleted)", .count = HUGE_PAGES });
	return report("first write to huge pages set aside by the administrator");
}
