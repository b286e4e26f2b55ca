/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A system call is given bad addresses: 19 calls, each of which writes one
 * integer and returns EFAULT. Not read(2): when a copy of several bytes
 * fails, some kernels try the rest byte by byte, and fault again.
 *
 * With -x and -w it is the last fault of a thread, one for each call. With -x the threads end: one
 * of two is not given the address in a call, but the kernel is to clear its tid there. With -w they
 * go on until the process is killed: one runs, the others sleep.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload.h"

#define PAGES 19

static char *range;
static atomic_size_t refused;

static void call(void *page)
{
	refused += syscall(SYS_getcpu, page, NULL, NULL) && errno == EFAULT;
}

static void call_all(void)
{
	struct measure m;
	unsigned int cpu;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	measure_begin(&m);
	for (size_t i = 0; i < PAGES; i++)
		call(range + i * page_size);
	measure_end(&m);
}

static int call_and_end(void *page)
{
	call(page);
	return 0;
}

static int end_at_once(void *page)
{
	(void)page;
	refused++;
	return 0;
}

static void end_all(void)
{
	static char stack[16384] __attribute__((aligned(16)));

	for (size_t i = 0; i < PAGES; i++) {
		void *page = range + i * page_size;
		int pid = clone(i % 2 ? end_at_once : call_and_end, stack + sizeof(stack),
				CLONE_VM | SIGCHLD | (i % 2 ? CLONE_CHILD_CLEARTID : 0), page, NULL,
				NULL, page);

		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			fail("cannot start a task");
	}
	report_no_pid();
}

static void *call_and_go_on(void *page)
{
	call(page);
	while (page == range)
		;
	for (;;)
		pause();
	return NULL;
}

static void start_all(void)
{
	pthread_t thread;

	for (size_t i = 0; i < PAGES; i++)
		if (pthread_create(&thread, NULL, call_and_go_on, range + i * page_size))
			fail("cannot start a thread");
	while (refused < PAGES)
		sleep_ms(1);
}

int main(int argc, char **argv)
{
	bool ends = argc > 1 && !strcmp(argv[1], "-x");
	bool goes_on = argc > 1 && !strcmp(argv[1], "-w");
	int status;

	workload_begin("efault");
	range = reserve_range(PAGES * page_size);
	munmap(range, PAGES * page_size);
	if (ends)
		end_all();
	else if (goes_on)
		start_all();
	else
		call_all();
	if (refused != PAGES)
		fail("only %zu calls returned EFAULT", refused);
	expect((struct expectation) { .kind = "error", .origin = "kernel", .count = PAGES });
	status = report("getcpu(2) writes where nothing is mapped: no signal");
	while (goes_on)
		pause();
	return status;
}
