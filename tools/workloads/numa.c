/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NUMA hint faults: 1009 pages on another node than the CPU's are read over
 * and over until NUMA balancing has asked who uses them. How often it asks is
 * its own affair, so there is a minimum, not a number.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "workload.h"

#define PAGES	       1009
#define WANTED	       101
/* The program's data and stack are asked about as well. */
#define ENOUGH	       (WANTED + 256)
#define WAIT_S	       30
#define MPOL_BIND_MODE 2
#define SCAN_DELAY_OLD "/proc/sys/kernel/numa_balancing_scan_delay_ms"
#define SCAN_DELAY     "/sys/kernel/debug/sched/numa_balancing/scan_delay_ms"

static unsigned int this_node(void)
{
	unsigned int node;

	if (syscall(SYS_getcpu, NULL, &node, NULL))
		fail("getcpu: %s", strerror(errno));
	return node;
}

static long set_policy(char *p, int mode, const unsigned long *nodes)
{
	return syscall(SYS_mbind, p, PAGES * page_size, mode, nodes, nodes ? 64 : 0, 0);
}

static void start_balancing(void)
{
	if (access("/sys/devices/system/node/node1", F_OK))
		skip("there is only one NUMA node");
	syscall(SYS_set_mempolicy, 0, NULL, 0);
	/* Optional: only shortens the wait. */
	if (!knob_set(SCAN_DELAY, "10"))
		knob_set(SCAN_DELAY_OLD, "10");
	if (!knob_set("/proc/sys/kernel/numa_balancing", "1"))
		skip("cannot switch NUMA balancing on: %s", strerror(errno));
}

/* The policy goes again: pages bound to a node are never asked about. */
static void fill_other_node(char *p)
{
	unsigned long nodes = this_node() ? 1 : 2;

	if (set_policy(p, MPOL_BIND_MODE, &nodes))
		skip("mbind: %s", strerror(errno));
	measured_write(p, PAGES, page_size);
	if (set_policy(p, 0, NULL))
		fail("mbind: %s", strerror(errno));
}

static long faults_so_far(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static bool read_until_asked(char *p)
{
	time_t deadline = time(NULL) + WAIT_S;
	long before = faults_so_far();

	while (faults_so_far() - before < ENOUGH) {
		if (time(NULL) > deadline)
			return false;
		touch_read(p, PAGES, page_size);
	}
	return true;
}

int main(void)
{
	struct measure m;
	bool asked;
	char *p;

	workload_begin("numa");
	start_balancing();
	pin_cpu();
	p = map_pages(PAGES);
	fill_other_node(p);
	measure_begin(&m);
	asked = read_until_asked(p);
	measure_end(&m);
	if (!asked)
		skip("NUMA balancing asked for no pages in %d s", WAIT_S);
	expect((struct expectation) { .kind = "anon", .count = PAGES });
	expect((struct expectation) {
		.kind = "numa", .access = "read", .count = WANTED, .at_least = true });
	return report("pages of another node are read");
}
