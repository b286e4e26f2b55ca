/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the facts of a fault when it begins and ends; then sums the fault up, or sends it. */
#ifndef FT_END_BPF_H
#define FT_END_BPF_H

#include "filter.bpf.h"
#include "name.bpf.h"
#include "page.bpf.h"
#include "reads.bpf.h"
#include "sign.bpf.h"
#include "thp.bpf.h"
#include "throttle.bpf.h"

/*
 * Plan memcg sees only the end of a fault of get_user_pages: where it was, and when it began, is
 * not known.
 */
static __always_inline bool addr_unknown(const struct ft_fault *rec)
{
	return settles && rec->addr == FT_UNKNOWN64;
}

/* How much the task's own counters moved inside the fault. */
static __always_inline void counters_begin(struct thread *th, struct task_struct *task)
{
	th->maj_flt = task_read(task, maj_flt);
	if (wants_kind)
		th->nvcsw = task_read(task, nvcsw);
	if (sums_up)
		return;
	th->read_bytes = task_read(task, ioac.read_bytes);
	th->run_delay = task_read(task, sched_info.run_delay);
}

/* Did the kernel count a major fault since the open fault began? */
static __always_inline bool major_moved(const struct thread *th, struct task_struct *task)
{
	return task_read(task, maj_flt) != th->maj_flt;
}

static __always_inline void counters_end(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;

	if (addr_unknown(rec)) {
		rec->blocked = FT_UNKNOWN8;
		rec->read_bytes = FT_UNKNOWN64;
		rec->run_delay_ns = FT_UNKNOWN64;
		return;
	}
	if (wants_kind)
		rec->blocked = task_read(task, nvcsw) != th->nvcsw;
	if (sums_up)
		return;
	rec->read_bytes = task_read(task, ioac.read_bytes) - th->read_bytes;
	rec->run_delay_ns = task_read(task, sched_info.run_delay) - th->run_delay;
}

/* Clears the facts that are known only when a fault has been resolved. */
static __always_inline void result_forget(struct ft_fault *rec)
{
	rec->after = FT_PTE_UNKNOWN;
	rec->after_page = FT_PAGE_UNKNOWN;
	rec->order = 0;
	rec->thp = FT_THP_NONE;
}

/* Reads the page tables after the fault, and compares them with those before. */
static __always_inline void page_after(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;
	struct page_view view;

	rec->after =
		page_view(&view, kread(task, struct task_struct, mm), rec->addr, rec->vma.facts);
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

/* Returns 0: see page_view(). */
static __noinline int page_before(struct thread *th, struct mm_struct *mm)
{
	struct ft_fault *rec = &th->rec;
	struct page_view view;

	rec->before = page_view(&view, mm, rec->addr, rec->vma.facts);
	rec->before_page = view.page;
	th->before_pfn = view.pfn;
	rec->page = (view.writable ? FT_WAS_WRITABLE : 0) | (view.uffd_wp ? FT_WAS_UFFD_WP : 0);
	/*
	 * khugepaged empties a page table for a moment, and mprotect(2) changes a mapping before
	 * its page table entries. Both hold mmap_lock for writing, so that a program at
	 * handle_mm_fault, whose thread holds a lock, too, sees neither halfway.
	 */
	if (!sees_attempts && (view.no_table || rec->before == FT_PTE_PROTNONE) &&
	    mm_changes(mm, th->vma_mm, th->vma_generation))
		rec->page |= FT_WAS_CHANGING;
	if (view.no_table && sees_thp())
		thp_begin(th);
	return 0;
}

static __always_inline void close_with(struct thread *th, __u8 outcome, __u64 now)
{
	/*
	 * This comes first: some kernels preempt programs, and the time of a context switch that
	 * comes from here on must not be added to the causes of the fault.
	 */
	*(volatile __u8 *)&th->phase = PHASE_IDLE;
	if (wants_cause && now)
		now = cause_end(th, now);
	th->rec.outcome = outcome;
	th->rec.latency_ns = now ? now - th->rec.h.time_ns : FT_UNKNOWN64;
	if (wants_reads)
		reads_end(&th->rec);
}

/* Gathers what is known at the end of the open fault; false if a filter refuses it. */
static __always_inline bool fault_measure(struct thread *th, struct task_struct *task, __u8 outcome,
					  __u64 now)
{
	struct ft_fault *rec = &th->rec;

	close_with(th, outcome, now);
	if (end_refused(rec))
		return false;
	/* handle_mm_fault is not hooked or was not reached, or a stack grew in the fault. */
	if (wants_vma && !vma_covers(rec) && !addr_unknown(rec))
		vma_find(th, task);
	counters_end(th, task);
	if ((wants_kind || wants_order) && outcome == FT_OUTCOME_RESOLVED && !addr_unknown(rec))
		page_after(th, task);
	if (vm_events_from_rq && rec->thp && outcome == FT_OUTCOME_RESOLVED)
		thp_end(th);
	/* With plan memcg the fault may turn out to have failed, which makes its kind error. */
	if (kind_refused(rec) && !(settles && (wanted_kinds & FT_KIND_BIT(FT_KIND_ERROR))))
		return false;
	if (wants_cause)
		throttle_expect(th, task);
	return true;
}

/* Adds the name of the mapping, the thread and its stack to the record, as they are at the end. */
static __always_inline void fault_describe(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;

	name_mapping(th);
	sign(rec);
	if (wants_stack)
		rec->stack_id = copies_stack ? stack_copy(rec, task) : stack_take(rec, task);
}

/* Closes the open fault: sums it up or sends it, unless a filter refuses it. */
static __noinline void fault_close(struct thread *th, struct task_struct *task, __u8 outcome,
				   __u64 now)
{
	if (!fault_measure(th, task, outcome, now))
		return;
	if (sums_up)
		table_add(th, task, false);
	if (!sends)
		return;
	fault_describe(th, task);
	emit(th);
}

#endif /* FT_END_BPF_H */
