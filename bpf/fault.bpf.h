/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of one record. Opened when the exception (or get_user_pages) begins,
 * closed by the end that the plan sees, or as failed, interrupted, superseded or
 * exited. All plans go through here.
 */
#ifndef FT_FAULT_BPF_H
#define FT_FAULT_BPF_H

#include "filter.bpf.h"
#include "name.bpf.h"
#include "page.bpf.h"
#include "reads.bpf.h"
#include "sign.bpf.h"
#include "throttle.bpf.h"

#define FAULT_FLAG_WRITE       0x01
#define FAULT_FLAG_USER	       0x40
#define FAULT_FLAG_INSTRUCTION 0x100
#define FAULT_FLAG_VMA_LOCK    0x1000 /* since v6.4 */

#define VM_FAULT_OOM	 0x0001
#define VM_FAULT_MAJOR	 0x0004
#define VM_FAULT_RETRY	 0x0400
#define VM_FAULT_ERROR	 0x0873
#define FAULT_FLAG_TRIED 0x20

#define SIGKILL 9
#define SIGBUS	7
#define SIGSEGV 11

/* How much the task's own counters moved inside the fault. */
static __always_inline void counters_begin(struct thread *th, struct task_struct *task)
{
	th->maj_flt = kread(task, struct task_struct, maj_flt);
	if (wants_kind)
		th->nvcsw = kread(task, struct task_struct, nvcsw);
	if (sums_up)
		return;
	th->read_bytes = kread(task, struct task_struct, ioac.read_bytes);
	th->run_delay = kread(task, struct task_struct, sched_info.run_delay);
}

static __always_inline void counters_end(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;

	if (wants_kind)
		rec->blocked = kread(task, struct task_struct, nvcsw) != th->nvcsw;
	if (sums_up)
		return;
	rec->read_bytes = kread(task, struct task_struct, ioac.read_bytes) - th->read_bytes;
	rec->run_delay_ns = kread(task, struct task_struct, sched_info.run_delay) - th->run_delay;
}

/* The page tables after the fault, against what was there before it. */
static __always_inline void page_after(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;
	struct page_view view;

	rec->after = page_view(&view, kread(task, struct task_struct, mm), rec->addr, rec->vma);
	rec->after_page = view.page;
	rec->order = rec->after == FT_PTE_PRESENT ? view.order : 0;
	if (view.writable)
		rec->page |= FT_IS_WRITABLE;
	if (reads_fill || (huge_reads_fill && rec->order >= HUGE_ORDER))
		rec->page |= FT_READS_FILL;
	if (rec->before == FT_PTE_PRESENT && rec->after == FT_PTE_PRESENT &&
	    view.pfn == th->before_pfn)
		rec->page |= FT_SAME_PAGE;
}

static __always_inline void page_before(struct thread *th, struct mm_struct *mm)
{
	struct ft_fault *rec = &th->rec;
	struct page_view view;

	rec->before = page_view(&view, mm, rec->addr, rec->vma);
	rec->before_page = view.page;
	th->before_pfn = view.pfn;
	rec->page = (view.writable ? FT_WAS_WRITABLE : 0) | (view.uffd_wp ? FT_WAS_UFFD_WP : 0);
	/* With handle_mm_fault hooked this is seen under the lock that khugepaged needs, too. */
	if (!sees_attempts && view.no_table && mm_changes(mm, th->vma_mm, th->vma_generation))
		rec->page |= FT_WAS_COLLAPSING;
}

static __always_inline void close_with(struct thread *th, __u8 outcome, __u64 now)
{
	/* First: where programs are preempted, a switch from here on is none of the fault's. */
	*(volatile __u8 *)&th->phase = PHASE_IDLE;
	if (wants_cause && now)
		now = cause_end(th, now);
	th->rec.outcome = outcome;
	th->rec.latency_ns = now ? now - th->rec.h.time_ns : FT_UNKNOWN64;
	if (wants_reads)
		reads_end(&th->rec);
}

/* The open fault is over: tell it, unless a filter has no use for it. */
static __noinline void fault_close(struct thread *th, struct task_struct *task, __u8 outcome,
				   __u64 now)
{
	struct ft_fault *rec = &th->rec;

	close_with(th, outcome, now);
	if (end_refused(rec))
		return;
	/* Not hooked, not reached, or a stack that grew in the fault. */
	if (wants_vma && !vma_covers(rec))
		vma_find(th, task);
	counters_end(th, task);
	if ((wants_kind || wants_order) && outcome == FT_OUTCOME_RESOLVED)
		page_after(th, task);
	if (kind_refused(rec))
		return;
	if (wants_cause)
		throttle_expect(th, task);
	if (sums_up) {
		table_add(th, task);
		return;
	}
	name_mapping(th);
	sign(rec);
	if (wants_stack)
		rec->stack_id = copies_stack ? stack_copy(rec, task) : stack_take(rec, task);
	emit(th);
}

#define PF_EXITING 0x4

/*
 * Can the open fault not have failed? Where only ends are seen, one of a system call may have:
 * then the call went on, and what the kernel counted since is another one's. In user mode
 * a signal would have come. A thread that exits has nothing to go on with.
 */
static __always_inline bool cannot_have_failed(const struct thread *th, struct task_struct *task)
{
	return sees_attempts || th->rec.origin == FT_ORIGIN_USER ||
	       (kread(task, struct task_struct, flags) & PF_EXITING);
}

/*
 * Did the kernel account the open fault although its end was not seen? Programs
 * at handle_mm_fault can be preempted, and while one is, the kernel skips it for
 * every other thread of that CPU. A thread that exits loses its perf events before its memory,
 * since "perf: Fix sample vs do_exit()" (in v6.16, and in many stable kernels).
 * Between begin and end nothing else is counted.
 */
static __always_inline bool end_was_missed(const struct thread *th, struct task_struct *task)
{
	return task_faults(task) != th->flt_last && cannot_have_failed(th, task);
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
		th->rec.major = kread(task, struct task_struct, maj_flt) != th->maj_flt;
	}
	/*
	 * Not missed, and something moved: its end, or get_user_pages after it had failed (EFAULT
	 * in a system call). Nothing tells, so it counts as missing.
	 */
	if (moved > missed)
		count_unexplained(moved - missed);
	return missed;
}

/*
 * The open fault came to nothing that could be seen. Names are left out: this is
 * in every program, and loading them is what takes time.
 */
static __noinline void fault_abandon(struct thread *th, struct task_struct *task, __u8 outcome,
				     __u64 now)
{
	struct ft_fault *rec = &th->rec;
	bool missed = account_missed(th, task);

	close_with(th, missed ? FT_OUTCOME_RESOLVED : outcome, missed ? 0 : now);
	if (end_refused(rec))
		return;
	if (wants_vma && sees_attempts && !(rec->vma & FT_VMA_KNOWN))
		vma_find(th, task);
	counters_end(th, task);
	if ((wants_kind || wants_order) && missed)
		page_after(th, task);
	rec->name_id = 0;
	if (kind_refused(rec))
		return;
	if (sums_up) {
		table_add(th, task);
		return;
	}
	/* A thread that is freed is not the current one, and has signed when it began to exit. */
	if (!th->exiting)
		sign(rec);
	rec->stack_id = 0;
	emit(th);
}

/* Then its counters began at zero, and while all programs were attached. */
static __always_inline bool is_younger_than_run(struct task_struct *task)
{
	return target != FT_TARGET_CGROUP && attached_ns &&
	       kread(task, struct task_struct, start_time) > attached_ns;
}

/* Access and origin in one: a BPF function takes five arguments. */
#define HOW(access, origin) ((access) | (origin) << 8)

/* false: it can only have ended in EFAULT, or is a call of the vsyscall page. */
static __always_inline bool could_be_resolved(const struct ft_fault *rec)
{
	return vma_covers(rec) && ft_access_allowed(rec);
}

/*
 * How did the open fault end, now that the thread goes on and no end was seen? The kernel
 * gives up what user mode may do, and counts nothing, for a signal, or because the process is
 * stopped or frozen: then only one of its threads takes the signal, and only there it is
 * delivered.
 */
static __always_inline __u8 outcome_unseen(const struct thread *th, struct task_struct *task)
{
	const struct ft_fault *rec = &th->rec;

	return rec->origin == FT_ORIGIN_USER && could_be_resolved(rec) &&
			       task_faults(task) == th->flt_last
		       ? FT_OUTCOME_INTERRUPTED
		       : FT_OUTCOME_SUPERSEDED;
}

static __noinline void fault_open(struct thread *th, struct task_struct *task, __u64 addr, __u64 ip,
				  __u32 how)
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
	rec->ip = ip;
	rec->access = how & 0xff;
	rec->origin = how >> 8;
	if (begin_refused(rec, task))
		return;
	th->phase = PHASE_OPEN;
	rec->major = FT_UNKNOWN8;
	rec->retries = sees_attempts ? 0 : FT_UNKNOWN8;
	rec->signal = 0;
	rec->si_code = 0;
	rec->after = FT_PTE_UNKNOWN;
	rec->after_page = FT_PAGE_UNKNOWN;
	rec->order = 0;
	th->attempts = 0;
	th->attempt_open = 0;
	if (wants_cause)
		cause_begin(th);
	if (wants_reads)
		rec->read_pages = 0;
	counters_begin(th, task);
	if (!sees_attempts) {
		if (wants_vma)
			vma_find(th, task);
		if (wants_kind)
			page_before(th, kread(task, struct task_struct, mm));
	} else {
		/* handle_mm_fault will say; the page tables can speak already. */
		rec->vma = 0;
		if (wants_kind && rec->origin != FT_ORIGIN_GUP)
			page_before(th, kread(task, struct task_struct, mm));
	}
}

/* A fault was accounted: the kernel finished it, and counted it major or minor. */
static __always_inline void fault_resolved(struct task_struct *task, struct thread *th, bool major)
{
	__u64 flt = task_faults(task), moved;

	/* Of what began before tracing did; or two events of one fault, an inherited one and the scan's. */
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
	th->rec.major = major;
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
	/* What is counted from here on is not the refused fault's. */
	if (th->phase == PHASE_SKIPPED && is_failure_signal(sig) && th->rec.addr == addr)
		th->phase = PHASE_IDLE;
	if (th->phase != PHASE_OPEN)
		return;
	if (!is_failure_signal(sig) || th->rec.addr != addr)
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
 * v6.16) this runs before that, and the thread is closed when it is freed. Before, it runs after
 * that, when the memory is gone.
 */
static __always_inline void thread_exits(void)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);

	if (!th)
		return;
	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, FT_OUTCOME_EXITED, 0);
	throttle_end(th, task);
	if (!th->closed && kread(task, struct task_struct, mm)) {
		sign(&th->rec);
		th->exiting = 1;
		count(exits);
		return;
	}
	thread_close(th, task_faults(task));
	thread_forget(task);
}

/* An exited thread is reaped, and runs no more. What it was in came to nothing. */
static __always_inline void thread_freed(struct thread *th, struct task_struct *task)
{
	if (th->closed)
		return;
	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, FT_OUTCOME_EXITED, 0);
	thread_close(th, task_faults(task));
}

/* handle_mm_fault is entered: the first attempt, or the next of a retried one. */
static __always_inline void attempt_begin(struct vm_area_struct *vma, __u64 addr, __u32 flags,
					  struct pt_regs *regs)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, true);
	__u8 access = flags & FAULT_FLAG_WRITE	       ? FT_ACCESS_WRITE
		      : flags & FAULT_FLAG_INSTRUCTION ? FT_ACCESS_EXEC
						       : FT_ACCESS_READ;
	struct mm_struct *mm;

	if (!th)
		return;
	th->attempt_open = 0;
	if (th->phase == PHASE_SKIPPED && regs)
		return;
	/* No registers: get_user_pages, unless it goes on with a page it began. */
	if (!regs &&
	    (th->phase != PHASE_OPEN || th->rec.origin != FT_ORIGIN_GUP || th->rec.addr != addr))
		fault_open(th, task, addr, 0, HOW(access, FT_ORIGIN_GUP));
	/* The exception's own program can be skipped, too: what was counted since is another fault. */
	else if (regs && (th->phase != PHASE_OPEN || th->rec.origin == FT_ORIGIN_GUP ||
			  end_was_missed(th, task)))
		fault_open(th, task, addr, kread(regs, struct pt_regs, ip),
			   HOW(access,
			       flags & FAULT_FLAG_USER ? FT_ORIGIN_USER : FT_ORIGIN_KERNEL));
	if (th->phase != PHASE_OPEN)
		return;
	th->attempt_open = 1;
	th->attempt_flags = flags;
	if (wants_cause)
		cause_does(th, DOING_LOOKUP, false);
	if (th->attempts++)
		return;
	mm = kread(vma, struct vm_area_struct, vm_mm);
	th->vma_mm = 0;
	if (wants_vma)
		vma_copy(th, vma, mm);
	if (wants_kind)
		page_before(th, mm);
}

/*
 * The attempt ended with VM_FAULT_RETRY. With only the mapping's own lock held that may be
 * because mmap_lock is needed to give the mapping an anon_vma.
 */
static __always_inline void attempt_retried(struct thread *th)
{
	th->rec.retries++;
	if (!(th->attempt_flags & FAULT_FLAG_VMA_LOCK) || !th->vma_is_fresh)
		th->rec.page |= FT_WAS_RETRIED;
	if (wants_cause)
		cause_does(th, DOING_LOOKUP, true);
}

static __always_inline void attempt_end(__u32 ret)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);

	if (!th || !th->attempt_open) {
		if (th && !(ret & (VM_FAULT_RETRY | VM_FAULT_ERROR)))
			fault_resolved(task, th, ret & VM_FAULT_MAJOR);
		return;
	}
	th->attempt_open = 0;
	if (ret & VM_FAULT_RETRY) {
		attempt_retried(th);
		return;
	}
	if (!(ret & VM_FAULT_ERROR)) {
		fault_resolved(task, th,
			       (ret & VM_FAULT_MAJOR) || (th->attempt_flags & FAULT_FLAG_TRIED));
		return;
	}
	if (ret & VM_FAULT_OOM)
		th->rec.signal = SIGKILL;
	/* A user fault gets its signal next; nobody else is told. */
	if ((ret & VM_FAULT_OOM) || th->rec.origin != FT_ORIGIN_USER)
		fault_close(th, task, FT_OUTCOME_FAILED, bpf_ktime_get_ns());
}

#endif /* FT_FAULT_BPF_H */
