/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plan memcg: mm_account_fault() counts a PGFAULT of the memory cgroup at the end of each attempt
 * that is not repeated, of get_user_pages too. Since "memcg: add tracing for memcg stat updates"
 * (in v6.14) that is a tracepoint. It tells neither the address nor how the attempt ended.
 */
#ifndef FT_MEMCG_BPF_H
#define FT_MEMCG_BPF_H

#include "fault.bpf.h"

/*
 * Does this end belong to the fault that is open? It can belong to get_user_pages instead, if the
 * open fault is one of the kernel's own accesses to memory that is not mapped: such a fault makes
 * no attempt, and nothing tells when it is over. Or if the open fault, of user mode, was
 * interrupted, its page was there when the thread came back, and now it is in a system call.
 */
static __always_inline bool attempt_is_of_open(struct thread *th, struct task_struct *task)
{
	const struct ft_fault *rec = &th->rec;

	if (th->phase == PHASE_IDLE || rec->origin == FT_ORIGIN_GUP)
		return false;
	if (rec->origin == FT_ORIGIN_USER)
		return came_by_exception(user_regs());
	/* The mapping was not looked up at the begin, or is a stack that grew in the fault. */
	if (!wants_vma || th->phase == PHASE_SKIPPED || !vma_covers(rec))
		vma_find(th, task);
	return could_be_resolved(rec);
}

/*
 * Is it the end of a fault that began before the thread was traced? That can be known only if the
 * thread came from user mode by an exception, and no fault of it was seen before.
 */
static __always_inline bool began_before(const struct thread *th, struct task_struct *task)
{
	return !th->has_begun && came_by_exception(user_regs());
}

/* A fault waits to be settled: the reader is to run settle_here() on this CPU. */
static __always_inline void reader_is_needed(void)
{
	batch_wait(bpf_get_smp_processor_id());
	if (reader_sleeps)
		ring_wake();
}

static __always_inline void attempt_ended(struct thread *th, struct task_struct *task)
{
	bool skipped;

	settle(th, task, true);
	if (th->closed)
		return;
	if (!attempt_is_of_open(th, task)) {
		if (began_before(th, task)) {
			th->phase = th->armed ? PHASE_SKIPPED_ENDED : PHASE_IDLE;
			return;
		}
		fault_open(th, task, FT_UNKNOWN64, NULL, HOW(FT_ACCESS_UNKNOWN, FT_ORIGIN_GUP));
		if (th->phase == PHASE_IDLE)
			return;
	}
	skipped = th->phase == PHASE_SKIPPED ||
		  !fault_measure(th, task, FT_OUTCOME_RESOLVED,
				 addr_unknown(&th->rec) ? 0 : bpf_ktime_get_ns());
	if (!skipped && sums_up)
		table_describe(th, task);
	if (!skipped && sends)
		fault_describe(th, task);
	barrier();
	*(volatile __u8 *)&th->phase = skipped ? PHASE_SKIPPED_ENDED : PHASE_ENDED;
	reader_is_needed();
}

/*
 * Run by the reader, in an interrupt of the thread that runs on this CPU. True if a fault of that
 * thread has ended and cannot be told yet.
 */
static __always_inline bool settle_here(void)
{
	struct task_struct *task = this_task();
	struct thread *th = settles ? wanted_thread(task, false) : NULL;

	if (!th)
		return false;
	settle(th, task, false);
	return is_ended(th);
}

#endif /* FT_MEMCG_BPF_H */
