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
 * Calls see() once for each thread of a process, until see() returns nonzero. Repeats until
 * there are no new threads: what see() attaches to a thread is inherited by the threads that it
 * makes later, but a thread may make some before see() was called for it.
 */
int task_each_thread(int pid, int (*see)(void *ctx, int tid), void *ctx);

/* The pid of the process of a thread; id itself if it is a pid, or gone. */
int task_process(int id);

/*
 * When the process began, by CLOCK_MONOTONIC, at the earliest: exact to a hundredth of a second,
 * but too early by the time that the machine was suspended since. dir: its /proc/PID.
 */
int task_start_ns(int dir, uint64_t *ret);

/* The process that forked it, or that adopted it when that one exited. 0: none, or it is gone. */
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

/* "CAP_BPF and CAP_PERFMON", or the one of them that is missing; "" if none is. */
const char *task_missing_capabilities(void);
/* Has this process CAP_SYS_PTRACE, for others' memory? In a container even root may lack it. */
bool task_may_ptrace(void);

/* Raises the limit on open files as far as allowed: each thread needs two. */
void task_raise_file_limit(void);

#endif /* HOST_TASK_H */
