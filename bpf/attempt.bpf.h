/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans fentry and kprobe: a fault is one call of handle_mm_fault(), or several, if the kernel
 * has to try again.
 */
#ifndef FT_ATTEMPT_BPF_H
#define FT_ATTEMPT_BPF_H

#include "fault.bpf.h"

#define FAULT_FLAG_WRITE       0x01
#define FAULT_FLAG_USER	       0x40
#define FAULT_FLAG_INSTRUCTION 0x100
#define FAULT_FLAG_VMA_LOCK    0x1000 /* since v6.4 */

#define VM_FAULT_OOM   0x0001
#define VM_FAULT_RETRY 0x0400
#define VM_FAULT_ERROR 0x0873

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
	/* No registers: get_user_pages. It may retry the fault that is open. */
	if (!regs &&
	    (th->phase != PHASE_OPEN || th->rec.origin != FT_ORIGIN_GUP || th->rec.addr != addr))
		fault_open(th, task, addr, NULL, HOW(access, FT_ORIGIN_GUP));
	/*
	 * Opens the fault if the program at the exception was skipped. A fault that is open but was
	 * counted is another one, whose end was missed.
	 */
	else if (regs && (th->phase != PHASE_OPEN || th->rec.origin == FT_ORIGIN_GUP ||
			  end_was_missed(th, task)))
		fault_open(th, task, addr, regs,
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
	if (wants_vma)
		vma_take(th, vma, mm);
	if (wants_kind)
		page_before(th, mm);
}

/*
 * The attempt ended with VM_FAULT_RETRY. If it held only the mapping's own lock, that may be
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
			fault_resolved(task, th);
		return;
	}
	th->attempt_open = 0;
	if (ret & VM_FAULT_RETRY) {
		attempt_retried(th);
		return;
	}
	if (!(ret & VM_FAULT_ERROR)) {
		fault_resolved(task, th);
		return;
	}
	if (ret & VM_FAULT_OOM)
		th->rec.signal = SIGKILL;
	/* The signal of a user fault comes next and closes it; other faults get none. */
	if ((ret & VM_FAULT_OOM) || th->rec.origin != FT_ORIGIN_USER)
		fault_close(th, task, FT_OUTCOME_FAILED, bpf_ktime_get_ns());
}

#endif /* FT_ATTEMPT_BPF_H */
