/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long memory.high throttles a thread. The kernel does that on the way back to user
 * mode, when the fault that exceeded memory.high is over and sent: it reclaims, and
 * if that is not enough it sleeps. So the time is sent later, with that fault once more.
 *
 * Only after faults in user mode: a system call may be throttled for memory that it
 * took without a fault.
 */
#ifndef FT_THROTTLE_BPF_H
#define FT_THROTTLE_BPF_H

#include "cause.bpf.h"
#include "emit.bpf.h"
#include "table.bpf.h"

/* The fault passed the filters. Is the task to be throttled? The kernel notes that in the task. */
static __always_inline void throttle_expect(struct thread *th, struct task_struct *task)
{
	th->throttle = sees_stalls && th->rec.origin == FT_ORIGIN_USER && pages_over_high(task)
			       ? THROTTLE_DUE
			       : THROTTLE_NONE;
}

/* Is the thread on its way back from the fault, not in a later system call? */
static __always_inline bool throttle_is_due(const struct thread *th)
{
	return sees_stalls && th && th->throttle && th->phase != PHASE_OPEN &&
	       came_by_exception((void *)th->regs);
}

/* The throttling lasts from the first event that is seen of it to the last. */
static __always_inline void throttle_goes_on(struct thread *th)
{
	__u64 now = bpf_ktime_get_ns();

	if (!th->throttled.began_ns)
		th->throttled.began_ns = now;
	if (now > th->throttled.began_ns)
		th->throttled.ns = now - th->throttled.began_ns;
}

/* Reclaim of a memory cgroup begins or ends: in a fault, or after it. */
static __always_inline void memcg_reclaim_noted(bool begins)
{
	struct thread *th = wanted_thread(this_task(), false);

	cause_of_thread_noted(th, DOING_RECLAIM, begins);
	if (throttle_is_due(th))
		throttle_goes_on(th);
}

static __always_inline void throttle_leaves_cpu(struct thread *th, struct task_struct *task,
						bool preempted)
{
	if (preempted || !throttle_is_due(th) || !(task_state(task) & TASK_WAKEKILL) ||
	    !task_in_memstall(task))
		return;
	throttle_goes_on(th);
	th->throttle = THROTTLE_ASLEEP;
}

static __always_inline void throttle_enters_cpu(struct thread *th)
{
	if (!sees_stalls || th->throttle != THROTTLE_ASLEEP)
		return;
	throttle_goes_on(th);
	th->throttle = THROTTLE_DUE;
}

/* Adds the time to the row of the fault, or sends it to the reader. */
static __noinline void throttle_tell(struct thread *th, struct task_struct *task)
{
	struct ft_fault *rec = &th->rec;

	throttle_enters_cpu(th);
	th->throttle = THROTTLE_NONE;
	if (!th->throttled.ns)
		return;
	count_many(throttled_ns, th->throttled.ns * sample);
	if (sums_up)
		table_add_throttled(th, task);
	if (sends) {
		rec->h.type = FT_RECORD_THROTTLED;
		rec->h.size += sizeof(th->throttled);
		_Static_assert(__builtin_offsetof(struct thread, throttled) ==
				       sizeof(*rec) + sizeof(th->causes),
			       "sent as one record");
		/* Not counted as lost if it does not fit: the counter throttled_ns has the time. */
		ring_write(rec, 0, sizeof(*rec) + sizeof(th->causes) + sizeof(th->throttled));
	}
	th->throttled.began_ns = 0;
	th->throttled.ns = 0;
}

/* The thread faults anew, or ends, or is traced no more. */
static __always_inline void throttle_end(struct thread *th, struct task_struct *task)
{
	if (sees_stalls && th->throttle)
		throttle_tell(th, task);
}

#endif /* FT_THROTTLE_BPF_H */
