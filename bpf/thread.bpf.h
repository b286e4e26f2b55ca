/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of each wanted thread: the fault it is in, and how far its
 * own fault counters had come. In task storage where tracing programs may use
 * it (Linux commit a10787e6d58c ("bpf: Enable task local storage for tracing
 * programs") (in v5.13)), else in a hash keyed by the address of its task_struct: a
 * thread keeps that when exec(2) gives it another tid, and while it exits.
 */
#ifndef FT_THREAD_BPF_H
#define FT_THREAD_BPF_H

#include "config.bpf.h"

enum phase {
	PHASE_IDLE = 0,
	PHASE_OPEN,    /* rec is being filled */
	PHASE_SKIPPED, /* in a fault that a filter refused */
	/* Plan memcg: the end of the fault was seen; it is not known yet if it was resolved. */
	PHASE_ENDED,	     /* was PHASE_OPEN */
	PHASE_SKIPPED_ENDED, /* was PHASE_SKIPPED */
};

enum throttle {
	THROTTLE_NONE = 0,
	THROTTLE_DUE,	 /* to be throttled: the task has pages above memory.high */
	THROTTLE_ASLEEP, /* asleep, throttled */
};

struct thread {
	struct ft_fault rec;	       /* the open fault, or the last one */
	struct ft_causes causes;       /* sent with it, where asked for */
	struct ft_throttled throttled; /* ... and after it */

	/* See cause.bpf.h. */
	__u64 cause_since;
	__u64 disk_since;
	__u8 cause;    /* enum ft_cause: the one that time is added to now */
	__u8 doing;    /* bits of enum doing */
	__u8 off_cpu;  /* enum off_cpu */
	__u8 noting;   /* a program is changing the cause */
	__u8 throttle; /* enum throttle: see throttle.bpf.h */
	__u64 regs;    /* address of the registers that its last fault saved; 0: it saved none */

	/* Task counters when the fault began. */
	__u64 maj_flt;
	__u64 nvcsw;
	__u64 read_bytes;
	__u64 run_delay;

	/* See thp.bpf.h. */
	__u64 switches;
	__u64 thp_fallbacks; /* of its CPU */

	/* min_flt + maj_flt: when faults were accounted for last, and when tracing ended. */
	__u64 flt_last;
	__u64 flt_final;

	/* rec.vma is valid, with these facts, as long as the mm and its generation are these. */
	__u64 vma_mm;
	__u32 vma_generation;
	__u32 vma_facts;

	__u32 attempts; /* of handle_mm_fault in the open fault */
	__u64 before_pfn;
	__u64 file;  /* struct file of the VMA */
	__u64 namer; /* what else names the VMA: see name.bpf.h */
	__u32 namer_form;

	__u8 phase;
	__u8 armed;	   /* flt_last is set */
	__u8 closed;	   /* tracing of this thread is over */
	__u8 exiting;	   /* its last faults come now, and it is closed when it is freed */
	__u8 is_signed;	   /* rec has its names; the current task may be another one */
	__u8 in_progress;  /* its open fault is counted as in_progress */
	__u8 attempt_open; /* inside handle_mm_fault */
	__u8 has_begun;	   /* a fault of the thread was seen to begin */
	__u8 has_failed;   /* the attempt of the open fault has: see settle.bpf.h */
	__u8 settling;	   /* a program is in settle() */
	__u8 vma_is_fresh; /* the mapping, one with a userfaultfd, has no anon_vma yet */
	__u8 kind;	   /* of the fault that was added to a table last */
	__u32 attempt_flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct thread);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64); /* address of the task_struct */
	__type(value, struct thread);
} threads_by_task SEC(".maps");

/* A new thread's state, all zero; too large for a program's stack. */
const volatile char no_thread[sizeof(struct thread)];

static __always_inline struct thread *thread_by_task(__u64 task, bool create)
{
	struct thread *th = bpf_map_lookup_elem(&threads_by_task, &task);

	if (th || !create)
		return th;
	bpf_map_update_elem(&threads_by_task, &task, (void *)&no_thread, BPF_NOEXIST);
	return bpf_map_lookup_elem(&threads_by_task, &task);
}

/* Task storage is freed with the task. The hash needs this: the address may be used again. */
static __always_inline void thread_forget(struct task_struct *task)
{
	__u64 key = (__u64)task;

	if (!has_task_storage)
		bpf_map_delete_elem(&threads_by_task, &key);
}

static __always_inline struct thread *this_thread(bool create)
{
	if (has_task_storage)
		return bpf_task_storage_get(&threads, bpf_get_current_task_btf(), NULL,
					    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
	return thread_by_task((__u64)this_task(), create);
}

/* This thread's state, made if there is none; counts a loss if there is no room for it. */
static __always_inline struct thread *new_thread(void)
{
	struct thread *th = this_thread(true);

	if (!th)
		count(lost_storage);
	return th;
}

/* task: a pointer that the verifier trusts. */
#define thread_of(task, create)                                                                 \
	(has_task_storage ? bpf_task_storage_get(&threads, task, NULL,                          \
						 (create) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0) \
			  : thread_by_task((__u64)(task), create))

static __always_inline __u64 task_faults(struct task_struct *task)
{
	return task_read(task, min_flt) + task_read(task, maj_flt);
}

/* Faults of a thread are accounted for from here on. */
static __always_inline void thread_arm(struct thread *th, __u64 flt)
{
	th->flt_last = flt;
	th->armed = 1;
}

/*
 * Counts faults that were not seen. Not for a cgroup: a thread may leave it, fault elsewhere and
 * come back. Nor while programs are being attached, since some faults are not seen then.
 */
static __always_inline void count_unexplained(__u64 moved)
{
	if (target != FT_TARGET_CGROUP && attached_ns)
		count_many(lost_unexplained, moved);
}

/*
 * The thread's own counters moved while none of its faults was open: by get_user_pages, if the plan
 * does not see that. Else faults are missing, for an unknown reason.
 */
static __always_inline void count_outside(__u64 moved)
{
	if (!sees_gup())
		count_many(gup, moved);
	else
		count_unexplained(moved);
}

/*
 * The thread's own counters moved, and no end was seen. A fault that is open, or that a filter
 * refused, is one of what moved: its end need not be seen. Only one, as each is seen to begin.
 */
static __always_inline void account_unseen(struct thread *th, __u64 moved)
{
	if (th->phase != PHASE_IDLE && moved)
		moved--;
	if (moved)
		count_outside(moved);
}

/* How much the counters moved since the last call. */
static __always_inline __u64 flt_moved(struct thread *th, __u64 flt)
{
	__u64 moved = flt - th->flt_last;

	th->flt_last = flt;
	return moved;
}

/* Faults of a thread are accounted for up to here; true the first time. */
static __always_inline bool thread_close(struct thread *th, __u64 flt)
{
	if (th->closed)
		return false;
	th->flt_final = flt;
	th->closed = 1;
	/* A running thread may have set flt_last beyond flt. An open fault is in progress. */
	if (th->armed && flt > th->flt_last)
		account_unseen(th, flt - th->flt_last);
	/* This counter moves last: the reader waits for it before it takes the others. */
	barrier();
	if (th->exiting)
		count(exits_closed);
	return true;
}

/* Before its exec our child is a copy of us. Its later threads have the flag for good. */
#define PF_FORKNOEXEC 0x40

static __always_inline bool thread_waits_for_exec(__u32 tid, struct task_struct *task)
{
	return command_pid && tid == command_pid && (task_read(task, flags) & PF_FORKNOEXEC);
}

/*
 * Threads that the kernel makes for a process, without sched_process_fork: of io_uring, since v5.12
 * and in stable kernels before, and of vhost.
 */
#define PF_IO_WORKER   0x10
#define PF_USER_WORKER 0x4000 /* since v6.4 */

static __always_inline struct thread *leader_of_this_thread(void)
{
	struct task_struct *leader;

	if (!has_task_storage)
		return thread_by_task((__u64)kread(this_task(), struct task_struct, group_leader),
				      false);
	leader = bpf_get_current_task_btf()->group_leader;
	return leader ? bpf_task_storage_get(&threads, leader, NULL, 0) : NULL;
}

/* Such a thread is traced if its process is; its state is made at its first fault. */
static __always_inline struct thread *worker_of_chosen(struct task_struct *task)
{
	if (target != FT_TARGET_CHOSEN || target_is_thread || finished ||
	    !(task_read(task, flags) & (PF_IO_WORKER | PF_USER_WORKER)))
		return NULL;
	return leader_of_this_thread() ? new_thread() : NULL;
}

/* Does this thread's process work for the tracer? Such ones are no more shown than it is. */
static __always_inline bool is_helper(struct task_struct *task)
{
	struct signal_struct *signal;
	struct pid *session;

	if (!own_session)
		return false;
	signal = kread(task, struct task_struct, signal);
	session = kread(signal, struct signal_struct, pids[PIDTYPE_SID]);
	return (__u32)kread(session, struct pid, numbers[0].nr) == own_session;
}

/*
 * The state of the current thread if it is one to trace, else NULL. A fault of any
 * other thread costs no more than this: cheapest test first.
 */
static __always_inline struct thread *wanted_thread(struct task_struct *task, bool create)
{
	__u64 pid_tid = bpf_get_current_pid_tgid();
	__u32 pid = pid_tid >> 32;
	struct thread *th;

	if (only_pid && pid != only_pid)
		return NULL;
	if (pid == own_pid)
		return NULL;
	if (target == FT_TARGET_CGROUP && bpf_current_task_under_cgroup(&target_cgroup, 0) != 1)
		return NULL;
	if (thread_waits_for_exec((__u32)pid_tid, task))
		return NULL;
	if (target == FT_TARGET_CHOSEN) {
		th = this_thread(false);
		return th || !create ? th : worker_of_chosen(task);
	}
	th = this_thread(false);
	return th || !create || finished || is_helper(task) ? th : new_thread();
}

#endif /* FT_THREAD_BPF_H */
