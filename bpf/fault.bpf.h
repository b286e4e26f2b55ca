/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of one record. It is opened when the exception (or get_user_pages) begins,
 * closed by the end that the plan sees, or as failed, interrupted, superseded or
 * exited. All plans go through here.
 */
#ifndef FT_FAULT_BPF_H
#define FT_FAULT_BPF_H

#include "settle.bpf.h"

#define PF_EXITING 0x4

/*
 * If handle_mm_fault is not hooked: may the faults that the kernel counted since the open one began
 * be others? The open one, if of a system call, may have failed, and the call went on; or it was
 * interrupted while it waited for a userfaultfd, and its page was there when the thread came back.
 * Any other fault in user mode that fails brings a signal or is repeated. A thread that exits does
 * not go on after a failure.
 */
static __always_inline bool counts_others(const struct thread *th, struct task_struct *task)
{
	const struct ft_fault *rec = &th->rec;

	return !sees_attempts && !(task_read(task, flags) & PF_EXITING) &&
	       (rec->origin != FT_ORIGIN_USER || (!settles && (rec->vma.facts & FT_VMA_UFFD)));
}

/*
 * Did the kernel account the open fault although its end was not seen? Programs
 * at handle_mm_fault can be preempted, and while one is, the kernel skips it for
 * every other thread of that CPU. An exiting thread loses its perf events before its memory,
 * since "perf: Fix sample vs do_exit()" (in v6.16, and in many stable kernels).
 */
static __always_inline bool end_was_missed(const struct thread *th, struct task_struct *task)
{
	return task_faults(task) != th->flt_last && !counts_others(th, task);
}

/*
 * Accounts for what the task's counters say of the open fault, whose end was not seen; true if
 * the fault was resolved all the same. A function by itself, so that its variables are not on the
 * stack beside those of table_add(): a kernel allows 512 bytes for a program and all it calls.
 */
static __noinline bool account_missed(struct thread *th, struct task_struct *task)
{
	bool missed = end_was_missed(th, task);
	__u64 moved = flt_moved(th, task_faults(task));

	if (missed) {
		count(missed_ends);
		th->rec.major = major_moved(th, task);
		moved--;
	} else if (moved && th->rec.origin != FT_ORIGIN_USER) {
		/* Counted for its end, or for get_user_pages after it had failed: unknown. */
		count_unexplained(1);
		moved--;
	}
	if (moved)
		count_outside(moved);
	return missed;
}

/*
 * For a fault of which no attempt was seen. A thread that exits may have no memory any more to find
 * the mapping in. But if it went on, and the access was one of the kernel's, that access failed.
 */
static __always_inline void vma_find_late(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;

	vma_find(th, task);
	if (!(rec->vma.facts & FT_VMA_KNOWN) && rec->origin == FT_ORIGIN_KERNEL && !th->attempts &&
	    rec->outcome == FT_OUTCOME_SUPERSEDED)
		rec->outcome = FT_OUTCOME_FAILED;
}

/*
 * Closes the open fault, whose end was not seen. Does not name the mapping: this is
 * part of every program, and the code for names takes long to load.
 */
static __noinline void fault_abandon(struct thread *th, struct task_struct *task, __u8 outcome,
				     __u64 now)
{
	struct ft_fault *rec = &th->rec;
	bool missed = account_missed(th, task);

	if (th->in_progress)
		count_many(in_progress_ended, sample);
	/* The attempt failed and no signal came: the kernel had no memory (VM_FAULT_OOM). */
	if (settles && th->has_failed) {
		outcome = FT_OUTCOME_FAILED;
		rec->signal = SIGKILL;
	}
	close_with(th, missed ? FT_OUTCOME_RESOLVED : outcome, missed ? 0 : now);
	if (end_refused(rec))
		return;
	if (wants_vma && sees_attempts && !(rec->vma.facts & FT_VMA_KNOWN))
		vma_find_late(th, task);
	counters_end(th, task);
	if ((wants_kind || wants_order) && missed)
		page_after(th, task);
	rec->vma.name_id = 0;
	if (kind_refused(rec))
		return;
	if (sums_up)
		table_add(th, task, false);
	if (!sends)
		return;
	if (!th->is_signed)
		sign(rec);
	/* With sums_up, records are sent to test the table: they keep the stack of their row. */
	if (!sums_up)
		rec->stack_id = 0;
	emit(th);
}

/* Created after all programs were attached? Then all its faults are seen, from 0 on. */
static __always_inline bool is_younger_than_run(struct task_struct *task)
{
	return target != FT_TARGET_CGROUP && attached_ns &&
	       task_read(task, start_time) > attached_ns;
}

/* Access and origin in one argument: a BPF function takes at most five. */
#define HOW(access, origin) ((access) | (origin) << 8)

/* Else the fault, without a signal, ended in EFAULT, or is a call of the vsyscall page. */
static __always_inline bool could_be_resolved(const struct ft_fault *rec)
{
	return vma_covers(rec) && ft_access_allowed(rec);
}

/*
 * The outcome of the open fault, whose end was not seen before the thread's next one. The kernel
 * gives up an allowed access of user mode, uncounted, for a signal, or because the process is
 * stopped or frozen. A process takes a signal in one thread: in the others no signal_deliver closes
 * the fault.
 */
static __always_inline __u8 outcome_unseen(const struct thread *th, struct task_struct *task)
{
	const struct ft_fault *rec = &th->rec;

	return rec->origin == FT_ORIGIN_USER && could_be_resolved(rec) &&
			       task_faults(task) == th->flt_last
		       ? FT_OUTCOME_INTERRUPTED
		       : FT_OUTCOME_SUPERSEDED;
}

/*
 * Has the thread left the exception in which it took the open fault? If the kernel gives up an
 * access of its own, it changes the instruction pointer that the exception saved, so that the
 * thread goes on elsewhere; so it does after a call of the vsyscall page. (For get_user_pages
 * there are no registers to look at.)
 */
static __always_inline bool has_left(const struct thread *th)
{
	return th->regs && regs_ip((struct pt_regs *)th->regs) != th->rec.ip;
}

static __always_inline __u8 outcome_at_exit(const struct thread *th, struct task_struct *task)
{
	return has_left(th) ? outcome_unseen(th, task) : FT_OUTCOME_EXITED;
}

/* regs: as the exception saved them, or NULL: get_user_pages. */
static __noinline void fault_open(struct thread *th, struct task_struct *task, __u64 addr,
				  struct pt_regs *regs, __u32 how)
{
	struct ft_fault *rec = &th->rec;
	__u64 now = bpf_ktime_get_ns();

	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, outcome_unseen(th, task), 0);
	throttle_end(th, task);
	if (!th->armed)
		thread_arm(th, is_younger_than_run(task) ? 0 : task_faults(task));
	if (!th->closed)
		account_unseen(th, flt_moved(th, task_faults(task)));
	th->phase = PHASE_SKIPPED;
	if (th->closed || finished)
		return;
	rec->h.cpu = bpf_get_smp_processor_id();
	rec->h.time_ns = now;
	rec->addr = addr;
	rec->ip = regs ? regs_ip(regs) : 0;
	th->regs = (__u64)regs;
	rec->access = how & 0xff;
	rec->origin = how >> 8;
	if (begin_refused(rec, task))
		return;
	th->phase = PHASE_OPEN;
	rec->major = FT_UNKNOWN8;
	rec->retries = sees_attempts ? 0 : FT_UNKNOWN8;
	rec->signal = 0;
	rec->si_code = 0;
	result_forget(rec);
	th->has_begun = 1;
	th->has_failed = 0;
	th->attempts = 0;
	th->attempt_open = 0;
	if (wants_cause)
		cause_begin(th);
	if (wants_reads)
		rec->read_pages = 0;
	counters_begin(th, task);
	/*
	 * A program at handle_mm_fault gets the mapping later. For a fault of get_user_pages, plan
	 * memcg has no address to look one up for.
	 */
	if (sees_attempts || rec->origin == FT_ORIGIN_GUP)
		rec->vma.facts = 0;
	else if (wants_vma)
		vma_find(th, task);
	if (!wants_kind)
		return;
	if (rec->origin != FT_ORIGIN_GUP)
		page_before(th, kread(task, struct task_struct, mm));
	else
		rec->before = FT_PTE_UNKNOWN;
}

/*
 * The kernel finished a fault of the thread, and counted it as major or minor. Of the attempts that
 * the fault took, some can have been missed: the task's counters know.
 */
static __always_inline void fault_resolved(struct task_struct *task, struct thread *th)
{
	__u64 flt = task_faults(task), moved;

	/*
	 * The fault began before the thread was traced; or this is the second event of one fault:
	 * the thread has an inherited perf event and one that was opened when threads were listed.
	 */
	if (!th->armed || flt == th->flt_last)
		return;
	moved = flt_moved(th, flt);
	if (th->closed && (flt > th->flt_final || th->phase != PHASE_OPEN))
		return;
	if (moved > 1)
		count_unexplained(moved - 1);
	if (th->phase != PHASE_OPEN) {
		if (th->phase == PHASE_IDLE)
			count(lost_unpaired);
		th->phase = PHASE_IDLE;
		return;
	}
	if (th->in_progress)
		count_many(in_progress_ended, sample);
	th->rec.major = major_moved(th, task);
	fault_close(th, task, FT_OUTCOME_RESOLVED, bpf_ktime_get_ns());
}

/* No fault is open any more: accounts for what moved since the last one began. */
static __always_inline void account_idle(struct thread *th, struct task_struct *task)
{
	if (th->armed && !th->closed)
		account_unseen(th, flt_moved(th, task_faults(task)));
	th->phase = PHASE_IDLE;
}

static __always_inline bool is_failure_signal(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS;
}

/* A signal is being sent to the current thread from inside its fault. */
static __always_inline void fault_signalled(int sig, int code, __u64 addr)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);

	if (!th)
		return;
	if (!is_failure_signal(sig) || th->rec.addr != addr)
		return;
	settle(th, task, true);
	/* The fault that a filter refused has failed: what is counted next is another one. */
	if (th->phase == PHASE_SKIPPED)
		th->phase = PHASE_IDLE;
	if (th->phase != PHASE_OPEN)
		return;
	th->rec.signal = sig;
	th->rec.si_code = code;
	fault_close(th, task, FT_OUTCOME_FAILED, bpf_ktime_get_ns());
}

/*
 * A signal reaches the thread on its way back to user mode. A user fault that is
 * still open was given up for it; a kernel one ended long ago, with EFAULT.
 */
static __always_inline void fault_interrupted(int sig)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);

	if (!th)
		return;
	settle(th, task, true);
	if (th->phase == PHASE_SKIPPED)
		account_idle(th, task);
	if (th->phase != PHASE_OPEN)
		return;
	if (sig == SIGKILL && killed_for_memory(task) && could_be_resolved(&th->rec)) {
		th->rec.signal = SIGKILL;
		fault_abandon(th, task, FT_OUTCOME_FAILED, bpf_ktime_get_ns());
	} else if (th->rec.origin == FT_ORIGIN_USER) {
		fault_abandon(th, task, FT_OUTCOME_INTERRUPTED, bpf_ktime_get_ns());
	} else {
		fault_abandon(th, task, FT_OUTCOME_SUPERSEDED, 0);
	}
}

/*
 * The last faults of a thread come while it gives up its memory: the kernel clears its tid and
 * unlocks its robust futexes. Since "exit: move and extend sched_process_exit() tracepoint" (in
 * v6.16) this runs before that, and the thread is closed when it is freed. On older kernels this
 * runs when the memory is gone, and closes the thread.
 */
static __always_inline void thread_exits(void)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);

	if (!th)
		return;
	settle(th, task, true);
	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, outcome_at_exit(th, task), 0);
	throttle_end(th, task);
	if (!th->closed && kread(task, struct task_struct, mm)) {
		sign(&th->rec);
		th->is_signed = 1;
		th->exiting = 1;
		count(exits);
		return;
	}
	thread_close(th, task_faults(task));
	thread_forget(task);
}

#define TASK_DEAD 0x0080

/*
 * Closes an exited thread, which runs no more. A fault that is still open came while it exited, and
 * is left: the thread went on to its end. Its registers cannot tell, as another thread may have its
 * stack by now.
 */
static __always_inline void thread_freed(struct thread *th, struct task_struct *task)
{
	if (th->closed)
		return;
	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, outcome_unseen(th, task), 0);
	thread_close(th, task_faults(task));
}

/*
 * Tells a fault that was counted as in progress when its thread was closed, if the thread has left
 * it. For when all programs are detached: no other one changes the thread's state meanwhile. If the
 * kernel counted a fault since this one began, it may be this one, which then was resolved.
 */
static __always_inline void fault_conclude(struct thread *th, struct task_struct *task)
{
	if (th->phase != PHASE_OPEN || !has_left(th) || task_faults(task) != th->flt_last)
		return;
	sign_of(&th->rec, task);
	th->is_signed = 1;
	fault_abandon(th, task, outcome_unseen(th, task), 0);
}

#endif /* FT_FAULT_BPF_H */
