/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 103 tasks share this one's memory and end at once. As each ends, the kernel writes to a
 * fresh page that it has no tid any more (CLONE_CHILD_CLEARTID, as threads ask for).
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "workload.h"

#define TASKS 103

static char *range;
static char stack[16384] __attribute__((aligned(16)));

static int end_at_once(void *nothing)
{
	(void)nothing;
	return 0;
}

static void run_task(void *tid)
{
	int pid = clone(end_at_once, stack + sizeof(stack),
			CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, NULL, tid);

	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		fail("cannot start a task");
}

static void run_tasks(void)
{
	for (size_t i = 0; i < TASKS; i++)
		run_task(range + i * page_size);
}

int main(void)
{
	static int tid;

	workload_begin("exit_tid");
	range = map_pages(TASKS);
	/* Once before: then the code and the stack are there. */
	run_task(&tid);
	measured_others(RUSAGE_CHILDREN, run_tasks);
	report_no_pid();
	expect((struct expectation) { .kind = "anon", .origin = "kernel", .count = TASKS });
	return report("the kernel writes to fresh memory as tasks end");
}
