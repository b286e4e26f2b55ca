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
	th->flt_begin = th->maj_flt + kread(task, struct task_struct, min_flt);
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

	page_view(&view, kread(task, struct task_struct, mm), rec->addr, rec->vma);
	rec->after = view.pte;
	rec->after_page = view.page;
	rec->order = view.pte == FT_PTE_PRESENT ? view.order : 0;
	if (view.writable)
		rec->page |= FT_IS_WRITABLE;
	if (rec->before == FT_PTE_PRESENT && view.pte == FT_PTE_PRESENT &&
	    view.pfn == th->before_pfn)
		rec->page |= FT_SAME_PAGE;
}

static __always_inline void page_before(struct thread *th, struct mm_struct *mm)
{
	struct ft_fault *rec = &th->rec;
	struct page_view view;

	page_view(&view, mm, rec->addr, rec->vma);
	rec->before = view.pte;
	rec->before_page = view.page;
	th->before_pfn = view.pfn;
	rec->page = (view.writable ? FT_WAS_WRITABLE : 0) | (view.uffd_wp ? FT_WAS_UFFD_WP : 0);
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

/*
 * Did the kernel account the open fault although its end was not seen? Programs
 * at handle_mm_fault can be preempted, and while one is, the kernel skips it for
 * every other thread of that CPU. Between begin and end nothing else is counted.
 */
static __always_inline bool end_was_missed(const struct thread *th, struct task_struct *task)
{
	return sees_attempts && task_faults(task) != th->flt_begin;
}

/*
 * The open fault came to nothing that could be seen. Names are left out: this is
 * in every program, and loading them is what takes time.
 */
static __noinline void fault_abandon(struct thread *th, struct task_struct *task, __u8 outcome,
				     __u64 now)
{
	struct ft_fault *rec = &th->rec;
	bool missed = end_was_missed(th, task);

	if (missed) {
		count(resolved);
		count(missed_ends);
		th->flt_last = task_faults(task);
		rec->major = kread(task, struct task_struct, maj_flt) != th->maj_flt;
	}
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
		/* The same either way, but what can have no row need not be loaded for it. */
		if (sees_attempts || wanted_kinds & 1U << FT_KIND_ERROR)
			table_add(th, task);
		else
			table_takes(th, kind_of(th));
		return;
	}
	sign(rec);
	rec->stack_id = 0;
	emit(th);
}

/* Access and origin in one: a BPF function takes five arguments. */
#define HOW(access, origin) ((access) | (origin) << 8)

static __noinline void fault_open(struct thread *th, struct task_struct *task, __u64 addr, __u64 ip,
				  __u32 how)
{
	struct ft_fault *rec = &th->rec;
	__u64 now = bpf_ktime_get_ns();

	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, FT_OUTCOME_SUPERSEDED, 0);
	throttle_end(th, task);
	th->phase = PHASE_SKIPPED;
	if (th->closed || finished)
		return;
	if (!th->armed)
		thread_arm(th, target != FT_TARGET_CHOSEN && kread(task, struct task_struct,
								   start_time) > started_ns
				       ? 0
				       : task_faults(task));
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
	th->killed = 0;
	th->oom = 0;
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
	__u64 flt = task_faults(task);

	/* Two events of one fault: an inherited one and one opened by the scan. */
	if (flt == th->flt_last)
		return;
	th->flt_last = flt;
	if (th->closed && flt > th->flt_final)
		return;
	if (!th->armed)
		thread_arm(th, flt - 1);
	else if (flt <= th->flt_base)
		th->flt_base = flt - 1;
	count(resolved);
	if (th->phase != PHASE_OPEN) {
		if (th->phase == PHASE_IDLE)
			count(lost_unpaired);
		th->phase = PHASE_IDLE;
		return;
	}
	if (th->in_progress)
		count(in_progress_ended);
	th->rec.major = major;
	fault_close(th, task, FT_OUTCOME_RESOLVED, bpf_ktime_get_ns());
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

	if (!th || th->phase != PHASE_OPEN)
		return;
	if (sig == SIGKILL)
		th->killed = 1;
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

	if (!th || th->phase != PHASE_OPEN)
		return;
	if (th->oom && sig == SIGKILL) {
		th->rec.signal = SIGKILL;
		fault_abandon(th, task, FT_OUTCOME_FAILED, bpf_ktime_get_ns());
	} else if (th->rec.origin == FT_ORIGIN_USER) {
		fault_abandon(th, task, FT_OUTCOME_INTERRUPTED, bpf_ktime_get_ns());
	} else {
		fault_abandon(th, task, FT_OUTCOME_SUPERSEDED, 0);
	}
}

static __always_inline void thread_exits(void)
{
	struct task_struct *task = this_task();
	struct thread *th = wanted_thread(task, false);
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	if (!th)
		return;
	if (th->phase == PHASE_OPEN)
		fault_abandon(th, task, FT_OUTCOME_EXITED, 0);
	throttle_end(th, task);
	thread_close(th, task_faults(task));
	if (!has_task_storage)
		bpf_map_delete_elem(&threads_by_tid, &tid);
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
		th->rec.retries++;
		if (wants_cause)
			cause_does(th, DOING_LOOKUP, true);
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
