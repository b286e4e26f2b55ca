/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions about processes and threads, answered from /proc. "Already gone" is
 * a normal answer.
 */
#ifndef HOST_TASK_H
#define HOST_TASK_H

#include <stdbool.h>
#include <stddef.h>

enum task_status {
	TASK_RUNS,
	TASK_GONE,
	TASK_ZOMBIE,
	TASK_KERNEL, /* a kernel thread: has no memory to fault on */
};

/* id: a pid or a tid. */
enum task_status task_status(int id);

/* A process's threads; *tids is malloc()ed. -ESRCH if it is gone. */
int task_threads(int pid, int **tids, size_t *nr);

/* Is it a thread of a process with another id? */
bool task_is_thread(int id);

/* Are pids here what they are for the kernel? Not in most containers. */
bool task_pids_are_global(void);

/* "CAP_BPF, CAP_PERFMON" as far as they are missing; "" if none is. */
const char *task_missing_capabilities(void);

/* Raises the limit on open files as far as allowed: each thread needs two. */
void task_raise_file_limit(void);

#endif /* HOST_TASK_H */
