/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults that were allowed a huge page and got a smaller one. The kernel tries to get one when
 * it finds no page table in anonymous memory, and counts each failure (thp_fault_fallback in
 * /proc/vmstat), on each CPU apart. While a thread stays on its CPU, no other thread's fault moves
 * that counter; if it was switched out, the result is unknown. The functions here are not inlined,
 * so that their variables do not add to the stack of the callers: see account_missed().
 */
#ifndef FT_THP_BPF_H
#define FT_THP_BPF_H

#include "page.bpf.h"

#define HUGE_SIZE (1ULL << PMD_SHIFT)

/* How often the thread was switched out. While that does not change, nor does its CPU. */
static __always_inline __u64 task_switches(struct task_struct *task)
{
	return task_read(task, nvcsw) + task_read(task, nivcsw);
}

static __always_inline bool sees_thp(void)
{
	return vm_events_from_rq && vm_events_proved;
}

static __always_inline bool thp_fallbacks(struct task_struct *task, __u64 *ret)
{
	return this_cpu_event(task, bpf_core_enum_value(enum vm_event_item, THP_FAULT_FALLBACK),
			      ret);
}

/* Does a huge page with the address fit into the mapping, an anonymous one? */
static __always_inline bool huge_page_fits(const struct ft_fault *rec)
{
	__u64 start = rec->addr & ~(HUGE_SIZE - 1);

	return (rec->vma.facts & FT_VMA_ANON) && start >= rec->vma.start &&
	       start + HUGE_SIZE <= rec->vma.end;
}

/* Reads the switches first: one between the two reads then makes the result unknown. */
static __noinline void thp_begin(struct thread *th)
{
	struct task_struct *task = this_task();
	__u64 fallbacks;

	if (!huge_page_fits(&th->rec))
		return;
	th->switches = task_switches(task);
	if (!thp_fallbacks(task, &fallbacks))
		return;
	th->thp_fallbacks = fallbacks;
	th->rec.thp = FT_THP_UNKNOWN;
}

/* The fault was resolved. Reads the switches last, for the same reason. */
static __noinline void thp_end(struct thread *th)
{
	struct task_struct *task = this_task();
	__u64 fallbacks;
	bool known = thp_fallbacks(task, &fallbacks);

	/* First, since a retried fault may get a huge page after a fallback. */
	if (th->rec.order >= HUGE_ORDER)
		th->rec.thp = FT_THP_NOT_REFUSED;
	else if (known && task_switches(task) == th->switches)
		th->rec.thp =
			fallbacks == th->thp_fallbacks ? FT_THP_NOT_REFUSED : FT_THP_FELL_BACK;
}

/* For hist and top, where single faults are not sent. */
static __noinline void thp_count(const struct ft_fault *rec)
{
	if (rec->outcome != FT_OUTCOME_RESOLVED)
		return;
	if (rec->thp == FT_THP_FELL_BACK)
		count_many(thp_fell_back, sample);
	else if (rec->thp == FT_THP_UNKNOWN)
		count_many(thp_unknown, sample);
}

/* The loader runs this before and after some faults of its own, and compares the counters. */
static __always_inline void calibrate_events(void)
{
	struct task_struct *task = this_task();
	__u64 faults;

	calibration.switches = task_switches(task);
	calibration.faults = FT_UNKNOWN64;
	if (vm_events_from_rq &&
	    this_cpu_event(task, bpf_core_enum_value(enum vm_event_item, PGFAULT), &faults))
		calibration.faults = faults;
}

#endif /* FT_THP_BPF_H */
