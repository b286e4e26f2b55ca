/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd, and one CPU: whoever provides each of 11 pages goes on running there,
 * and goes first, for a while after it has; the fault has to wait for that, too.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <time.h>

#include "uffd.h"

#define PAGES	11
#define BUSY_NS 5000000

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void provide_and_run(int fd, unsigned long page)
{
	long long until;

	uffd_provide(fd, page);
	until = now_ns() + BUSY_NS;
	while (now_ns() < until)
		;
}

int main(void)
{
	struct uffd u = { .answer = provide_and_run };
	struct sched_param first = { .sched_priority = 1 };
	pthread_t server;
	char *p;

	workload_begin("sched_wait");
	pin_cpu();
	u.fd = uffd_open(0);
	p = map_pages(PAGES);
	server = uffd_start(&u, p, PAGES * page_size, UFFDIO_REGISTER_MODE_MISSING);
	if (pthread_setschedparam(server, SCHED_FIFO, &first))
		skip("no real-time priority");
	measured_write(p, PAGES, page_size);
	/* Having slept counts as major up to Linux 6.4. */
	expect((struct expectation) { .kind = "uffd", .major = MAJOR_DIFFERS, .count = PAGES });
	return report("provided by a thread that keeps the CPU");
}
