/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plan memcg: the end of an attempt is seen, and only then the kernel counts the fault, as minor
 * or major, or does not, since it failed. So the facts of the end are gathered there, and the
 * fault is told (sent or summed up) when the thread's own counters have moved: at the next event
 * of the thread, when it leaves the CPU, or when the reader flushes the CPU that it runs on.
 */
#ifndef FT_SETTLE_BPF_H
#define FT_SETTLE_BPF_H

#include "end.bpf.h"

static __always_inline bool is_ended(const struct thread *th)
{
	__u8 phase = *(volatile const __u8 *)&th->phase;

	return phase == PHASE_ENDED || phase == PHASE_SKIPPED_ENDED;
}

/* Sends or sums up a fault whose facts were gathered at its end, unless a filter refuses it. */
static __always_inline void fault_tell(struct thread *th, struct task_struct *task)
{
	if (th->in_progress)
		count_many(in_progress_ended, sample);
	if (major_refused(&th->rec) || kind_refused(&th->rec)) {
		th->throttle = THROTTLE_NONE;
		return;
	}
	if (sums_up)
		table_add(th, task, true);
	if (sends)
		emit(th);
}

/* The kernel counted the fault: it was resolved. */
static __noinline void settle_counted(struct thread *th, struct task_struct *task)
{
	bool skipped = th->phase == PHASE_SKIPPED_ENDED;
	__u64 flt = task_faults(task), moved = flt_moved(th, flt);

	*(volatile __u8 *)&th->phase = PHASE_IDLE;
	if (th->closed && flt > th->flt_final)
		return;
	if (moved > 1)
		count_unexplained(moved - 1);
	if (skipped)
		return;
	th->rec.major = major_moved(th, task);
	fault_tell(th, task);
}

/*
 * The kernel did not count the fault, and will not: the attempt failed. A fault in user mode is
 * told when the signal comes that the kernel sends next.
 */
static __always_inline void settle_failed(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;

	if (th->phase == PHASE_SKIPPED_ENDED) {
		th->phase = PHASE_IDLE;
		return;
	}
	result_forget(rec);
	th->has_failed = 1;
	if (rec->origin == FT_ORIGIN_USER) {
		th->phase = PHASE_OPEN;
		return;
	}
	*(volatile __u8 *)&th->phase = PHASE_IDLE;
	rec->outcome = FT_OUTCOME_FAILED;
	fault_tell(th, task);
}

/*
 * Tells the fault whose end was seen, if it is known by now whether it was resolved. is_later: the
 * thread has left the kernel's page fault handler since that end, so that a fault which is not
 * counted now never will be. The reader's program and a context switch may interrupt a program of
 * the same thread in here; th->settling makes them leave the fault to it.
 */
static __always_inline void settle(struct thread *th, struct task_struct *task, bool is_later)
{
	volatile __u8 *settling = &th->settling;

	if (!settles || !is_ended(th) || *settling)
		return;
	*settling = 1;
	/* It may have been settled by an interrupt just before. */
	if (is_ended(th)) {
		if (task_faults(task) != th->flt_last)
			settle_counted(th, task);
		else if (is_later)
			settle_failed(th, task);
	}
	*settling = 0;
}

#endif /* FT_SETTLE_BPF_H */
