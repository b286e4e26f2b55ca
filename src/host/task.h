/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions about processes and threads, answered from /proc. "Already gone" is
 * a normal answer.
 */
#ifndef HOST_TASK_H
#define HOST_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/*
 * Each thread of a process once, until see() returns what is not 0; also those
 * that are made meanwhile: what see() attaches to a thread, the threads that this
 * one makes later inherit, but one that has nothing yet may make some, too.
 */
int task_each_thread(int pid, int (*see)(void *ctx, int tid), void *ctx);

/* The process of a thread; the same id if it is one, or gone. */
int task_process(int id);

/*
 * When it began, at the earliest: a hundredth of a second more or less, of
 * CLOCK_MONOTONIC. dir: its /proc/PID.
 */
int task_start_ns(int dir, uint64_t *ret);

/* The parent: the process that forked it, or that adopted it when that one exited. 0: none, or it is gone. */
int task_parent(int pid);
/* The name (comm) of the process's first thread, with a final 0; "" if the process is gone. */
#define TASK_COMM 16
void task_comm(int pid, char comm[TASK_COMM]);

/*
 * Peak resident memory of the process since it began or since its last exec, in bytes: VmHWM,
 * which has no hugetlb pages. UINT64_MAX if it is not known.
 */
uint64_t task_peak_rss(int pid);

/* Is it a thread of a process with another id? */
bool task_is_thread(int id);

/* Are pids here what they are for the kernel? Not in most containers. */
bool task_pids_are_global(void);

/* "CAP_BPF, CAP_PERFMON" as far as they are missing; "" if none is. */
const char *task_missing_capabilities(void);
/* The memory of others: CAP_SYS_PTRACE, which even root may lack in a container. */
bool task_may_ptrace(void);

/* Raises the limit on open files as far as allowed: each thread needs two. */
void task_raise_file_limit(void);

#endif /* HOST_TASK_H */
